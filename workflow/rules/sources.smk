# Source networks: pretrained here, or brought in with their weights.
#
# REQUIRED INPUTS   results/{study}/data/target.safetensors
#                   results/{study}/data/{source}.safetensors, or weights as the config says
# OUTPUTS           results/{study}/sources/{source}/seed-{seed}.safetensors


# Trains a network on a source task, from scratch; a control is made of the target's training split.
rule pretrain_source:
    input:
        dataset=source_dataset,
    output:
        network="results/{study}/sources/{source}/seed-{seed}.safetensors",
    log:
        "results/{study}/logs/pretrain_source/{source}/seed-{seed}.log",
    benchmark:
        "results/{study}/benchmarks/pretrain_source/{source}/seed-{seed}.tsv"
    wildcard_constraints:
        study=made_as("moments", "wgan", "real source", "hidden manifold", "control"),
    # before all else: every transfer waits for a source, nothing waits for the baseline
    priority: 1
    conda:
        "../../envs/environment.yaml"
    threads: CONFIG["torch_threads"]
    resources:
        gpu=1,
        mem_mb=training_memory,
        runtime=training_minutes,
    params:
        settings=lambda w: training_settings(
            w,
            "pretraining",
            kind=STUDIES[w.study]["sources"][w.source]["kind"],
            source=w.source,
            seed=int(w.seed),
        ),
        limits=limits,
        code=code("pretrain_source.py"),
    script:
        "../scripts/pretrain_source.py"


# Takes a network that was pretrained elsewhere: its weights, from a file or from torchvision.
rule import_weights:
    input:
        target="results/{study}/data/target.safetensors",
        weights=lambda w: files_of(STUDIES[w.study]["sources"][w.source]),
    output:
        network="results/{study}/sources/{source}/seed-0.safetensors",
    log:
        "results/{study}/logs/import_weights/{source}.log",
    benchmark:
        "results/{study}/benchmarks/import_weights/{source}.tsv"
    wildcard_constraints:
        study=made_as("weights"),
    priority: 1
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            "network",
            source=w.source,
            torch_threads=CONFIG["torch_threads"],
            weights=origins.weights_of(STUDIES[w.study], w.source),
        ),
        place=lambda w, input: PLACE,
        code=code("import_weights.py"),
    script:
        "../scripts/import_weights.py"
