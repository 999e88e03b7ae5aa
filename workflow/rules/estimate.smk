# What a run will take, told before anything is submitted.
#
# REQUIRED INPUTS   none: neither data nor results
# OUTPUTS           a table on the terminal

import os

from snakemake.logging import logger

from defrost.estimate import plan


localrules:
    estimate,


# in the dry run that `estimate` asks Snakemake for
if _path := os.environ.get(plan.VARIABLE):
    logger.addHandler(plan.PlanWriter(_path))


# Without a benchmark: for Snakemake that is a result, and what is there is not made again.
rule estimate:
    """Jobs, hours and disk space that a run takes, from its plan; nothing else is run."""
    log:
        "results/logs/estimate.log",
    conda:
        "../../envs/environment.yaml"
    threads: workflow.cores or 1
    params:
        settings=CONFIG,
        config=config,
    script:
        "../scripts/estimate.py"
