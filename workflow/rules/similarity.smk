# Similarity: representations of source and target networks compared, block by block.
#
# REQUIRED INPUTS   results/{study}/activations/{network}.safetensors
# OUTPUTS           results/{study}/similarity/sources/{source}/seed-{seed}/to/references/size-{size}/replicate-{replicate}.csv
#                   results/{study}/tables/intrinsic_dimension.csv


# Compares every block of one network with every block of another.
rule compare_representations:
    input:
        source="results/{study}/activations/sources/{source}/seed-{seed}.safetensors",
        target="results/{study}/activations/references/size-{size}/replicate-{replicate}.safetensors",
    output:
        rows="results/{study}/similarity/sources/{source}/seed-{seed}/to/references/size-{size}/replicate-{replicate}.csv",
        record="results/{study}/similarity/sources/{source}/seed-{seed}/to/references/size-{size}/replicate-{replicate}.csv.json",
    log:
        "results/{study}/logs/compare_representations/sources/{source}/seed-{seed}/to/references/size-{size}/replicate-{replicate}.log",
    benchmark:
        "results/{study}/benchmarks/compare_representations/sources/{source}/seed-{seed}/to/references/size-{size}/replicate-{replicate}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            source=w.source,
            seed=int(w.seed),
            size=int(w.size),
            replicate=int(w.replicate),
            torch_threads=CONFIG["torch_threads"],
        ),
        code=code("compare_representations.py"),
    script:
        "../scripts/compare_representations.py"


# Estimates the intrinsic dimension of the representations in every block of every network. One
# job for all of them: scikit-dimension takes longer to import than to estimate.
rule estimate_dimension:
    input:
        activations=lambda w: [
            f"results/{w.study}/activations/{network}.safetensors"
            for network in all_networks(w.study)
        ],
        schema=f"{SCHEMAS}/intrinsic_dimension.schema.yaml",
    output:
        table="results/{study}/tables/intrinsic_dimension.csv",
        record="results/{study}/tables/intrinsic_dimension.csv.json",
    log:
        "results/{study}/logs/estimate_dimension.log",
    benchmark:
        "results/{study}/benchmarks/estimate_dimension.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w, networks=all_networks(w.study), torch_threads=CONFIG["torch_threads"]
        ),
        code=code("estimate_dimension.py"),
    script:
        "../scripts/estimate_dimension.py"
