# Similarity: representations of source and target networks compared, block by block.
#
# REQUIRED INPUTS   results/{study}/activations/{network}.safetensors
# OUTPUTS           results/{study}/similarity/sources/{source}/seed-{seed}/to/references/size-{size}/replicate-{replicate}.csv
#                   results/{study}/intrinsic_dimension/{network}.csv


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


# Estimates the intrinsic dimension of the representation in every block of a network.
rule estimate_dimension:
    input:
        activations="results/{study}/activations/{network}.safetensors",
    output:
        rows="results/{study}/intrinsic_dimension/{network}.csv",
        record="results/{study}/intrinsic_dimension/{network}.csv.json",
    log:
        "results/{study}/logs/estimate_dimension/{network}.log",
    benchmark:
        "results/{study}/benchmarks/estimate_dimension/{network}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w, network=w.network, torch_threads=CONFIG["torch_threads"]
        ),
        code=code("estimate_dimension.py"),
    script:
        "../scripts/estimate_dimension.py"
