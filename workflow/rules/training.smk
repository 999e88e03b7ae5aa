# Training: source networks, the from-scratch baseline, transfers and reference networks.
#
# REQUIRED INPUTS   results/{study}/data/target.safetensors
#                   results/{study}/data/{source}.safetensors
# OUTPUTS           results/{study}/sources/{source}/seed-{seed}.safetensors
#                   results/{study}/scratch/size-{size}/replicates-{first}-{last}.csv
#                   results/{study}/transfer/{source}/{protocol}/depth-{depth}/size-{size}/
#                     replicates-{first}-{last}.csv
#                   results/{study}/references/size-{size}/replicate-{replicate}.safetensors


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
    # before all else: every transfer waits for a source, nothing waits for the baseline
    priority: 1
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: training_settings(
            w,
            "pretraining",
            kind=STUDIES[w.study]["sources"][w.source]["kind"],
            source=w.source,
            seed=int(w.seed),
        ),
        code=code("pretrain_source.py"),
    script:
        "../scripts/pretrain_source.py"


# Trains the target network from scratch: the baseline of one size and block of replicates.
rule train_scratch:
    input:
        target="results/{study}/data/target.safetensors",
    output:
        rows="results/{study}/scratch/size-{size}/replicates-{first}-{last}.csv",
        record="results/{study}/scratch/size-{size}/replicates-{first}-{last}.csv.json",
    log:
        "results/{study}/logs/train_scratch/size-{size}/replicates-{first}-{last}.log",
    benchmark:
        "results/{study}/benchmarks/train_scratch/size-{size}/replicates-{first}-{last}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: cell_settings(w),
        code=code("train_cell.py"),
    script:
        "../scripts/train_cell.py"


# Transfers a source network to the target: one cell of the grid, one block of replicates.
rule train_transfer:
    input:
        target="results/{study}/data/target.safetensors",
        source="results/{study}/sources/{source}/seed-0.safetensors",
    output:
        rows="results/{study}/transfer/{source}/{protocol}/depth-{depth}/size-{size}/replicates-{first}-{last}.csv",
        record="results/{study}/transfer/{source}/{protocol}/depth-{depth}/size-{size}/replicates-{first}-{last}.csv.json",
    log:
        "results/{study}/logs/train_transfer/{source}/{protocol}/depth-{depth}/size-{size}/replicates-{first}-{last}.log",
    benchmark:
        "results/{study}/benchmarks/train_transfer/{source}/{protocol}/depth-{depth}/size-{size}/replicates-{first}-{last}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: cell_settings(w, w.source, w.protocol, w.depth),
        code=code("train_cell.py"),
    script:
        "../scripts/train_cell.py"


# Trains and keeps a target network that representations are compared with.
rule train_reference:
    input:
        target="results/{study}/data/target.safetensors",
    output:
        network="results/{study}/references/size-{size}/replicate-{replicate}.safetensors",
    log:
        "results/{study}/logs/train_reference/size-{size}/replicate-{replicate}.log",
    benchmark:
        "results/{study}/benchmarks/train_reference/size-{size}/replicate-{replicate}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: training_settings(
            w, "training", size=int(w.size), replicate=int(w.replicate)
        ),
        code=code("train_reference.py"),
    script:
        "../scripts/train_reference.py"
