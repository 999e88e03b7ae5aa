# What selecting a depth, ranking the sources and recommending one need; no rules here.
#
# REQUIRED INPUTS   STUDIES and settings, from common.smk, and paths, from paths.smk
# OUTPUTS           files and settings of cross-validations and scores


def validation_files(wildcards):
    """Rows of every cross-validation of a study."""
    study = STUDIES[wildcards.study]
    folders = [
        f"{source}/{protocol}"
        for source in study["selection"]["sources"]
        for protocol in selected.validated_depths(study)
    ]
    return [
        f"results/{wildcards.study}/selection/{folder}/size-{size}/{block}.csv"
        for folder in ["scratch", *folders]
        for size in study["selection"]["sizes"]
        for block in _replicate_blocks(study)
    ]


def validation_settings(wildcards, source="scratch", protocol="scratch"):
    """Settings of a cross-validation: all depths of a source and protocol."""
    study = STUDIES[wildcards.study]
    depths, plans = [0], []
    if source != "scratch":
        blocks = number_of_blocks(study["network"])
        depths = selected.validated_depths(study)[protocol]
        plans = [protocols.plan_of(protocol, depth, blocks) for depth in depths]
    return training_settings(
        wildcards,
        "training",
        *plans,
        source=source,
        source_seeds=grid.source_seeds(study, source),
        protocol=protocol,
        depths=depths,
        size=int(wildcards.size),
        folds=study["selection"]["folds"],
        first=int(wildcards.first),
        last=int(wildcards.last),
    )


def scored_sources(wildcards, pattern):
    """A file of every source of a study that can be ranked."""
    sources = selected.ranked_sources(STUDIES[wildcards.study])
    return [f"results/{wildcards.study}/{pattern.format(name)}" for name in sources]


def scoring_settings(wildcards):
    """Settings of the scores of the sources."""
    study = STUDIES[wildcards.study]
    sources = selected.ranked_sources(study)
    return settings(
        wildcards,
        "network",
        root_seed=CONFIG["root_seed"],
        target=study["target"]["dataset"],
        sources=sources,
        sizes={name: selected.ranked_sizes(study, name) for name in sources},
        target_sizes=study["references"]["sizes"],
        replicates=study["references"]["replicates"],
        folds=study["selection"]["folds"],
        maps=study["similarity"]["maps"],
        rank_points=study["similarity"]["rank_points"],
        torch_threads=CONFIG["torch_threads"],
    )


def recommendation_pages():
    """The recommendation of every study to run."""
    return expand("results/{study}/recommendation.html", study=CONFIG["run"])


def validated_inputs(wildcards):
    """The cross-validation of a study with its schema; nothing where it has none."""
    if not STUDIES[wildcards.study]["selection"]["sources"]:
        return {}
    return {
        "validated": f"results/{wildcards.study}/tables/cross_validation.csv",
        "validated_schema": f"{SCHEMAS}/cross_validation.schema.yaml",
    }
