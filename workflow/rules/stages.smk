# Which files each stage makes for the studies of this run, as targets; no rules here.
#
# REQUIRED INPUTS   STUDIES, and origins and compared, from the files before
# OUTPUTS           paths below results/{study}


def dataset_files():
    """The target, and the data sets that are made for sources."""
    bare = ("control", "weights")
    return [
        f"results/{study}/data/{dataset}.safetensors"
        for study in CONFIG["run"]
        for dataset in ("target", *STUDIES[study]["sources"])
        if origins.origin(STUDIES[study], dataset) not in bare
    ]


def source_files():
    """The networks of all sources."""
    return [
        f"results/{study}/sources/{source}/seed-{seed}.safetensors"
        for study in CONFIG["run"]
        for source in STUDIES[study]["sources"]
        for seed in range(grid.source_seeds(STUDIES[study], source))
    ]


def compared_activations():
    """The activations of all networks that are compared."""
    return [
        f"results/{study}/activations/{network}.safetensors"
        for study in CONFIG["run"]
        for network in compared.networks(STUDIES[study])
    ]
