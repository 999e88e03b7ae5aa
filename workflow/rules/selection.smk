# Selection: which depth the labelled examples alone would choose.
#
# REQUIRED INPUTS   results/{study}/data/target.safetensors
#                   results/{study}/sources/{source}/seed-{seed}.safetensors
#                   results/{study}/tables/accuracy.csv
# OUTPUTS           results/{study}/selection: rows of every cross-validation
#                   results/{study}/tables/cross_validation.csv and selected_depth.csv


# Cross-validates the network from scratch inside the labelled examples.
rule cross_validate_scratch:
    input:
        target="results/{study}/data/target.safetensors",
    output:
        rows="results/{study}/selection/scratch/size-{size}/replicates-{first}-{last}.csv",
        record="results/{study}/selection/scratch/size-{size}/replicates-{first}-{last}.csv.json",
    log:
        "results/{study}/logs/cross_validate_scratch/size-{size}/replicates-{first}-{last}.log",
    benchmark:
        "results/{study}/benchmarks/cross_validate_scratch/size-{size}/replicates-{first}-{last}.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: CONFIG["torch_threads"]
    resources:
        gpu=1,
        mem_mb=training_memory,
        runtime=training_minutes,
    params:
        settings=lambda w: validation_settings(w),
        limits=limits,
        code=code("cross_validate.py"),
    script:
        "../scripts/cross_validate.py"


# Cross-validates all depths of a source and protocol inside the labelled examples.
rule cross_validate:
    input:
        target="results/{study}/data/target.safetensors",
        networks=source_networks,
    output:
        rows="results/{study}/selection/{source}/{protocol}/size-{size}/replicates-{first}-{last}.csv",
        record="results/{study}/selection/{source}/{protocol}/size-{size}/replicates-{first}-{last}.csv.json",
    log:
        "results/{study}/logs/cross_validate/{source}/{protocol}/size-{size}/replicates-{first}-{last}.log",
    benchmark:
        "results/{study}/benchmarks/cross_validate/{source}/{protocol}/size-{size}/replicates-{first}-{last}.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: CONFIG["torch_threads"]
    resources:
        gpu=1,
        mem_mb=training_memory,
        runtime=training_minutes,
    params:
        settings=lambda w: validation_settings(w, w.source, w.protocol),
        limits=limits,
        code=code("cross_validate.py"),
    script:
        "../scripts/cross_validate.py"


# Collects the rows of every cross-validation.
rule collect_cross_validation:
    input:
        rows=validation_files,
        schema=f"{SCHEMAS}/cross_validation.schema.yaml",
    output:
        table="results/{study}/tables/cross_validation.csv",
        record="results/{study}/tables/cross_validation.csv.json",
    log:
        "results/{study}/logs/collect_cross_validation.log",
    benchmark:
        "results/{study}/benchmarks/collect_cross_validation.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(w, cells=trained_cells(w)),
        code=code("collect_cells.py"),
    script:
        "../scripts/collect_cells.py"


# Selects the depth of every replicate by cross-validation, and holds it against the test split.
rule select_depth:
    input:
        validation="results/{study}/tables/cross_validation.csv",
        validation_schema=f"{SCHEMAS}/cross_validation.schema.yaml",
        accuracy="results/{study}/tables/accuracy.csv",
        accuracy_schema=f"{SCHEMAS}/accuracy.schema.yaml",
        schema=f"{SCHEMAS}/selected_depth.schema.yaml",
    output:
        table="results/{study}/tables/selected_depth.csv",
        record="results/{study}/tables/selected_depth.csv.json",
    log:
        "results/{study}/logs/select_depth.log",
    benchmark:
        "results/{study}/benchmarks/select_depth.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w, blocks=number_of_blocks(STUDIES[w.study]["network"])
        ),
        code=code("select_depth.py"),
    script:
        "../scripts/select_depth.py"
