# Which files a study has; no rules here.
#
# REQUIRED INPUTS   STUDIES, from common.smk, and origins, from origins.smk
# OUTPUTS           paths below results/{study}, as inputs and outputs of the rules

from defrost.config import compared, selected

FIGURE_FILES = ["pdf", "png", "csv"]

# The tables of every run, and whether a study has something to say in each.
TABLES = {
    "accuracy": bool,
    "optimal_depth": bool,
    "selected_depth": lambda study: study["selection"]["sources"],
    "source_ranking": selected.ranked_sources,
    "similarity": bool,
    "dial_correlation": origins.swept_dial,
    "intrinsic_dimension": bool,
    "findings": bool,
}

ALWAYS = bool, ""

# The figures in the report's order: whether a study has something to show in each, and what is said
# of it if not.
FIGURES = {
    "clone_gallery": (origins.clones, "has no clones"),
    "wgan_training": (
        lambda study: origins.datasets_from(study, "wgan"),
        "has no WGAN clones",
    ),
    "accuracy_by_depth": ALWAYS,
    "optimal_depth": ALWAYS,
    "transfer_gain": ALWAYS,
    "phase_diagram": (origins.swept_dial, "sweeps no single dial"),
    "similarity_by_block": ALWAYS,
    "similarity_matrix": ALWAYS,
    "intrinsic_dimension": ALWAYS,
    "similarity_vs_gain": ALWAYS,
    "cost_accuracy": (
        lambda study: len(study["protocols"]) > 1,
        "has a single protocol",
    ),
    "source_ranking": (
        selected.ranked_sources,
        "has no source at a size of its references",
    ),
    "findings": ALWAYS,
}

# Networks, and disjoint sets of images, that a clone is measured with.
LADDER_DRAWS = 3


def cell_files(wildcards):
    """Rows of every cell of a study."""
    study = STUDIES[wildcards.study]
    return [
        f"results/{wildcards.study}/{_cell_folder(cell)}/{block}.csv"
        for cell in grid.cells(study)
        for block in _replicate_blocks(study)
    ]


def trained_cells(wildcards):
    """Which cell's training stands for each protocol and depth of a study."""
    return [
        {
            "protocol": protocol,
            "depth": depth,
            "trained_protocol": trained_protocol,
            "trained_depth": trained_depth,
        }
        for (protocol, depth), (
            trained_protocol,
            trained_depth,
        ) in grid.representatives(STUDIES[wildcards.study]).items()
    ]


def similarity_files(wildcards):
    """Rows of every comparison of networks of a study."""
    return [
        f"results/{wildcards.study}/similarity/{group}.csv"
        for group in compared.groups(STUDIES[wildcards.study])
    ]


def compared_pairs(wildcards):
    """Pairs of networks that a group compares."""
    return compared.pairs(STUDIES[wildcards.study], wildcards.group)


def activation_files(wildcards, networks):
    """Activations of networks of a study."""
    return [
        f"results/{wildcards.study}/activations/{network}.safetensors"
        for network in networks
    ]


def _replicate_blocks(study):
    """File names, without suffix, of the blocks of replicates of a training."""
    blocks = grid.replicate_blocks(study["replicates"], CONFIG["replicates_per_job"])
    return [f"replicates-{first}-{last}" for first, last in blocks]


def _cell_folder(cell):
    if cell.source == "scratch":
        return f"scratch/size-{cell.size}"
    return f"transfer/{cell.source}/{cell.protocol}/depth-{cell.depth}/size-{cell.size}"


def wgan_files(wildcards, pattern):
    """A file of every WGAN of a study."""
    names = origins.datasets_from(STUDIES[wildcards.study], "wgan")
    return [f"results/{wildcards.study}/{pattern.format(name)}" for name in names]


def table_files(*names):
    """Files of tables of every study to run that has something to say in them."""
    return [
        f"results/{study}/tables/{name}.csv"
        for study in CONFIG["run"]
        for name in names
        if TABLES[name](STUDIES[study])
    ]


def ladder_files(wildcards):
    """Measures of every clone of a study, for each of its draws."""
    return [
        f"results/{wildcards.study}/ladder/{clone}/seed-{seed}.csv"
        for clone in origins.clones(STUDIES[wildcards.study])
        for seed in range(LADDER_DRAWS)
    ]


def ladder_tables():
    """The ladder of clones of every study to run that has some."""
    studies = [study for study in CONFIG["run"] if origins.clones(STUDIES[study])]
    return expand("results/{study}/tables/clone_ladder.csv", study=studies)
