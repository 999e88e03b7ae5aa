# Activations: what every block of a network puts out for the probe images.
#
# REQUIRED INPUTS   results/{study}/data/target.safetensors
#                   results/{study}/{network}.safetensors (any network)
# OUTPUTS           results/{study}/activations/{network}.safetensors


# Runs a network on the probe images and keeps what every block puts out.
rule extract_activations:
    input:
        target="results/{study}/data/target.safetensors",
        network="results/{study}/{network}.safetensors",
    output:
        activations="results/{study}/activations/{network}.safetensors",
    log:
        "results/{study}/logs/extract_activations/{network}.log",
    benchmark:
        "results/{study}/benchmarks/extract_activations/{network}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            "network",
            maps=STUDIES[w.study]["similarity"]["maps"],
            torch_threads=CONFIG["torch_threads"],
        ),
        code=code("extract_activations.py"),
    script:
        "../scripts/extract_activations.py"
