# Training on the target: the from-scratch baseline, transfers, and networks to compare.
#
# REQUIRED INPUTS   results/{study}/data/target.safetensors
#                   results/{study}/sources/{source}/seed-{seed}.safetensors
# OUTPUTS           results/{study}/scratch/size-{size}/replicates-{first}-{last}.csv
#                   results/{study}/transfer/{source}/{protocol}/depth-{depth}/size-{size}/
#                     replicates-{first}-{last}.csv
#                   results/{study}/references/size-{size}/replicate-{replicate}.safetensors
#                   results/{study}/finetuned/{source}/size-{size}/replicate-{replicate}.safetensors


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
    threads: CONFIG["torch_threads"]
    resources:
        gpu=1,
        mem_mb=training_memory,
        runtime=training_minutes,
    params:
        settings=lambda w: cell_settings(w),
        limits=limits,
        code=code("train_cell.py"),
    script:
        "../scripts/train_cell.py"


# Transfers a source's networks to the target: one cell of the grid, one block of replicates.
rule train_transfer:
    input:
        target="results/{study}/data/target.safetensors",
        networks=source_networks,
    output:
        rows="results/{study}/transfer/{source}/{protocol}/depth-{depth}/size-{size}/replicates-{first}-{last}.csv",
        record="results/{study}/transfer/{source}/{protocol}/depth-{depth}/size-{size}/replicates-{first}-{last}.csv.json",
    log:
        "results/{study}/logs/train_transfer/{source}/{protocol}/depth-{depth}/size-{size}/replicates-{first}-{last}.log",
    benchmark:
        "results/{study}/benchmarks/train_transfer/{source}/{protocol}/depth-{depth}/size-{size}/replicates-{first}-{last}.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: CONFIG["torch_threads"]
    resources:
        gpu=1,
        mem_mb=training_memory,
        runtime=training_minutes,
    params:
        settings=lambda w: cell_settings(w, w.source, w.protocol, w.depth),
        limits=limits,
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
    threads: CONFIG["torch_threads"]
    resources:
        gpu=1,
        mem_mb=training_memory,
        runtime=training_minutes,
    params:
        settings=reference_settings,
        limits=limits,
        code=code("train_reference.py"),
    script:
        "../scripts/train_reference.py"


# Fine-tunes all blocks of a source network on the target, and keeps it to compare it with itself.
rule finetune_source:
    input:
        target="results/{study}/data/target.safetensors",
        source="results/{study}/sources/{source}/seed-0.safetensors",
    output:
        network="results/{study}/finetuned/{source}/size-{size}/replicate-{replicate}.safetensors",
    log:
        "results/{study}/logs/finetune_source/{source}/size-{size}/replicate-{replicate}.log",
    benchmark:
        "results/{study}/benchmarks/finetune_source/{source}/size-{size}/replicate-{replicate}.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: CONFIG["torch_threads"]
    resources:
        gpu=1,
        mem_mb=training_memory,
        runtime=training_minutes,
    params:
        settings=reference_settings,
        limits=limits,
        code=code("train_reference.py"),
    script:
        "../scripts/train_reference.py"
