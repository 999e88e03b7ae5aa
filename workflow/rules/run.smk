# What a user is told of a run beside Snakemake's own lines; no rules here.
#
# REQUIRED INPUTS   the rules of all other files
# OUTPUTS           lines on the terminal

from snakemake.logging import logger

from defrost.provenance import overlooked
from defrost.provenance.time_left import TimeLeft

if workflow.is_main_process:  # and not a job, for which Snakemake reads these files too
    logger.addHandler(TimeLeft(say=logger.info))
    _params = {each.name: each.params for each in workflow.rules}
    _codes = {k: v.code for k, v in _params.items() if "code" in v.keys()}
    for _line in overlooked.warnings(
        Path("results"),
        Path(".snakemake/metadata"),
        lambda name: _codes[name](None) if name in _codes else None,
    ):
        logger.warning(_line)
