# Which layers of which pretrained network to transfer to a target task with little data.
# README.md says how to run it, docs/parameters.md what can be set.

from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/config_files.smk"


configfile: "config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/profile.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/resources.smk"
include: "workflow/rules/origins.smk"
include: "workflow/rules/paths.smk"
include: "workflow/rules/stages.smk"
include: "workflow/rules/selected.smk"
include: "workflow/rules/drawn.smk"
include: "workflow/rules/shown.smk"
include: "workflow/rules/datasets.smk"
include: "workflow/rules/clones.smk"
include: "workflow/rules/sources.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/activations.smk"
include: "workflow/rules/similarity.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/selection.smk"
include: "workflow/rules/ranking.smk"
include: "workflow/rules/recommendation.smk"
include: "workflow/rules/findings.smk"
include: "workflow/rules/ladder.smk"
include: "workflow/rules/accuracy_figures.smk"
include: "workflow/rules/similarity_figures.smk"
include: "workflow/rules/nothing.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/estimate.smk"
include: "workflow/rules/check.smk"
include: "workflow/rules/run.smk"


rule all:
    """Everything: tables, figures and report of every study."""
    default_target: True
    input:
        table_files(*TABLES),
        figure_files(*FIGURES),
        recommendation_pages(),
        rules.report.output,


rule data:
    """Stage: the data of the targets and of their sources."""
    input:
        dataset_files(),


rule sources:
    """Stage: the networks pretrained on every source, or brought in."""
    input:
        source_files(),


rule transfer:
    """Stage: all transfers and the networks from scratch, in the table of accuracy."""
    input:
        table_files("accuracy"),


rule activations:
    """Stage: what every network to be compared makes of the probe examples."""
    input:
        compared_activations(),


rule similarity:
    """Stage: the representations compared, block by block, as tables."""
    input:
        table_files("similarity", "dial_correlation", "intrinsic_dimension"),


rule tables:
    """Stage: all tables."""
    input:
        table_files(*TABLES),


rule figures:
    """Stage: all figures."""
    input:
        figure_files(*FIGURES),


rule findings:
    """The statements of the literature with their verdicts, as a figure, a table and a page."""
    input:
        named_figure("findings"),
        table_files("findings"),


rule clone_ladder:
    """How far each clone is from real images; not part of `all`."""
    input:
        ladder_tables(),


rule clone_gallery:
    """Images of the target beside those of its clones."""
    input:
        named_figure("clone_gallery"),


rule wgan_training:
    """How the Wasserstein GANs trained, and what they draw."""
    input:
        named_figure("wgan_training"),


rule accuracy_by_depth:
    """Test accuracy against transfer depth."""
    input:
        named_figure("accuracy_by_depth"),


rule optimal_depth:
    """Optimal transfer depth against labelled examples, as a figure and a table."""
    input:
        named_figure("optimal_depth"),
        table_files("optimal_depth"),


rule transfer_gain:
    """What transfer gains over scratch, and over the standard protocol."""
    input:
        named_figure("transfer_gain"),


rule selected_depth:
    """The depth that cross-validation inside the labelled examples selects, and its regret."""
    input:
        table_files("selected_depth"),


rule source_ranking:
    """How scores rank the sources, beside what these turned out to be worth."""
    input:
        named_figure("source_ranking"),
        table_files("source_ranking"),


rule recommendation:
    """What to transfer, by cross-validation inside the labelled examples alone."""
    input:
        recommendation_pages(),


rule phase_diagram:
    """Optimal transfer depth over source-target similarity and labelled examples."""
    input:
        named_figure("phase_diagram"),


rule cost_accuracy:
    """Test accuracy against training cost, of studies with several protocols."""
    input:
        named_figure("cost_accuracy"),


rule similarity_by_block:
    """Similarity of source and target networks in every block."""
    input:
        named_figure("similarity_by_block"),


rule similarity_matrix:
    """Similarity of every block of a source network to every block of a target network."""
    input:
        named_figure("similarity_matrix"),


rule intrinsic_dimension:
    """Intrinsic dimension of the representations in every block, as a figure and a table."""
    input:
        named_figure("intrinsic_dimension"),
        table_files("intrinsic_dimension"),


rule similarity_vs_gain:
    """Gain of every source against the similarity of its network to the target's."""
    input:
        named_figure("similarity_vs_gain"),
