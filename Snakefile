# Which layers of which pretrained network to transfer to a target task with little data.
# README.md says how to run it, docs/parameters.md what can be set.

from snakemake.utils import min_version

min_version("9.27")


configfile: "config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/paths.smk"
include: "workflow/rules/datasets.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/activations.smk"
include: "workflow/rules/similarity.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


rule all:
    """Everything: tables, figures and report of every study."""
    default_target: True
    input:
        rules.tables.input,
        rules.figures.input,
        rules.report.output,
