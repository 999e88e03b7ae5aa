# Similarity: representations of networks compared, block by block.
#
# REQUIRED INPUTS   results/{study}/activations/{network}.safetensors
# OUTPUTS           results/{study}/similarity/{group}.csv, see paths.smk
#                   results/{study}/tables/intrinsic_dimension.csv


# Compares every block of a network with every block of others: a source's network with all that
# it is compared with, or the target's own networks with one another.
rule compare_representations:
    input:
        a=lambda w: activation_files(
            w, [p["source_network"] for p in compared_pairs(w)]
        ),
        b=lambda w: activation_files(
            w, [p["target_network"] for p in compared_pairs(w)]
        ),
    output:
        rows="results/{study}/similarity/{group}.csv",
        record="results/{study}/similarity/{group}.csv.json",
    log:
        "results/{study}/logs/compare_representations/{group}.log",
    benchmark:
        "results/{study}/benchmarks/compare_representations/{group}.tsv"
    wildcard_constraints:
        group="references|sources/[^.]+",
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: comparison_settings(w, pairs=compared_pairs(w)),
        code=code("compare_representations.py"),
    script:
        "../scripts/compare_representations.py"


# Estimates the intrinsic dimension of the representations in every block of every network. One
# job for all of them: scikit-dimension takes longer to import than to estimate.
rule estimate_dimension:
    input:
        activations=lambda w: activation_files(w, compared.networks(STUDIES[w.study])),
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
        settings=lambda w: comparison_settings(
            w, networks=compared.networks(STUDIES[w.study])
        ),
        code=code("estimate_dimension.py"),
    script:
        "../scripts/estimate_dimension.py"
