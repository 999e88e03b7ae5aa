# The ladder of clones: how far each is from real images, and what it teaches.
#
# REQUIRED INPUTS   results/{study}/data/target.safetensors and that of every clone
#                   results/{study}/sources/{source}/seed-{seed}.safetensors
# OUTPUTS           results/{study}/ladder/{source}/seed-{seed}.csv
#                   results/{study}/tables/clone_ladder.csv


# Measures a clone, and a network trained on it alone, against held-out real images.
rule measure_clone:
    input:
        target="results/{study}/data/target.safetensors",
        clone="results/{study}/data/{source}.safetensors",
        network="results/{study}/sources/{source}/seed-{seed}.safetensors",
    output:
        rows="results/{study}/ladder/{source}/seed-{seed}.csv",
        record="results/{study}/ladder/{source}/seed-{seed}.csv.json",
    log:
        "results/{study}/logs/measure_clone/{source}/seed-{seed}.log",
    benchmark:
        "results/{study}/benchmarks/measure_clone/{source}/seed-{seed}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            "network",
            source=w.source,
            seed=int(w.seed),
            draws=LADDER_DRAWS,
            torch_threads=CONFIG["torch_threads"],
        ),
        code=code("measure_clone.py"),
    script:
        "../scripts/measure_clone.py"


# Collects the measures of every clone, with intervals over networks and draws.
rule collect_clone_ladder:
    input:
        rows=ladder_files,
        schema=f"{SCHEMAS}/clone_ladder.schema.yaml",
    output:
        table="results/{study}/tables/clone_ladder.csv",
        record="results/{study}/tables/clone_ladder.csv.json",
    log:
        "results/{study}/logs/collect_clone_ladder.log",
    benchmark:
        "results/{study}/benchmarks/collect_clone_ladder.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=settings,
        code=code("collect_clone_ladder.py"),
    script:
        "../scripts/collect_clone_ladder.py"
