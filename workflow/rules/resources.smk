# What a job that trains asks of a cluster, and what stays where Snakemake runs; no rules here.
#
# REQUIRED INPUTS   CONFIG (see common.smk)
# OUTPUTS           training_memory and training_minutes, for `resources`
#
# On one machine nothing of this limits anything, and Snakemake does not compare it between runs.
# Partitions, accounts and retries are facts of a site: profiles/ has them.


# collecting rows and drawing take seconds, of which waiting for a node would make minutes
localrules:
    collect_accuracy,
    collect_clone_ladder,
    collect_cross_validation,
    collect_similarity,
    correlate_dial,
    find_optimal_depth,
    plot_accuracy_by_depth,
    plot_clone_gallery,
    plot_cost_accuracy,
    plot_findings,
    plot_intrinsic_dimension,
    plot_nothing,
    plot_optimal_depth,
    plot_phase_diagram,
    plot_similarity_by_block,
    plot_similarity_matrix,
    plot_similarity_vs_gain,
    plot_source_ranking,
    plot_transfer_gain,
    plot_wgan_training,
    recommend,
    report,
    report_study,
    select_depth,
    write_bundle,


def training_memory(wildcards, attempt):
    """Memory of a training job, in MB: more at each attempt.

    Torch with the libraries of a GPU takes 3,000; the rest is for images and networks, and for
    what frozen blocks put out for training and test examples.
    """
    return (4000 + 2 * CONFIG["feature_memory_mb"]) * attempt


def training_minutes(wildcards, attempt, rulename):
    """Time of a training job, in minutes: twice as much at each attempt.

    The first is short because short jobs fit into gaps of a queue, and may be: a job that reaches
    its limit goes on from its last state in the next attempt. Where a profile groups cells into
    jobs, a job gets the sum of theirs: each then asks for its share of the hour, but not for so
    little that a job of a few would be asked to end as soon as it has begun.
    """
    groups = workflow.group_settings
    cells = groups.group_components.get(groups.overwrite_groups.get(rulename), 1)
    return max(60 // cells, 5) * 2 ** (attempt - 1)


if workflow.remote_exec:
    # what the profile says of a job's cells does not reach its node, which may show more processors
    # than the job has asked for
    workflow.register_resource("training", 1)
