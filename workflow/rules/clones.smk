# Clones: generative models fitted to the target's training split, and examples drawn from them.
#
# REQUIRED INPUTS   results/{study}/data/target.safetensors
# OUTPUTS           results/{study}/clones/{source}.safetensors
#                   results/{study}/clones/{source}-losses.csv, for a wgan
#                   results/{study}/data/{source}.safetensors


# Fits a clone's moments to the target's training split.
rule fit_clone:
    input:
        target="results/{study}/data/target.safetensors",
    output:
        model="results/{study}/clones/{source}.safetensors",
    log:
        "results/{study}/logs/fit_clone/{source}.log",
    benchmark:
        "results/{study}/benchmarks/fit_clone/{source}.tsv"
    wildcard_constraints:
        study=made_as("moments"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            model=STUDIES[w.study]["sources"][w.source]["model"],
            torch_threads=CONFIG["torch_threads"],
        ),
        code=code("fit_clone.py"),
    script:
        "../scripts/fit_clone.py"


# Draws the training and test images of a source from its fitted moments.
rule sample_clone:
    input:
        target="results/{study}/data/target.safetensors",
        model="results/{study}/clones/{source}.safetensors",
    output:
        dataset="results/{study}/data/{source}.safetensors",
    log:
        "results/{study}/logs/sample_clone/{source}.log",
    benchmark:
        "results/{study}/benchmarks/sample_clone/{source}.tsv"
    wildcard_constraints:
        study=made_as("moments"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=sampling_settings,
        code=code("sample_clone.py"),
    script:
        "../scripts/sample_clone.py"


# Trains a Wasserstein GAN on the target's training split.
rule train_wgan:
    input:
        target="results/{study}/data/target.safetensors",
    output:
        model="results/{study}/clones/{source}.safetensors",
        losses="results/{study}/clones/{source}-losses.csv",
        record="results/{study}/clones/{source}-losses.csv.json",
    log:
        "results/{study}/logs/train_wgan/{source}.log",
    benchmark:
        "results/{study}/benchmarks/train_wgan/{source}.tsv"
    wildcard_constraints:
        study=made_as("wgan"),
    # the longest job of a study by far: nothing that waits for it should wait for others first
    priority: 2
    conda:
        "../../envs/environment.yaml"
    threads: CONFIG["torch_threads"]
    resources:
        gpu=1,
        mem_mb=training_memory,
        runtime=training_minutes,
    params:
        settings=lambda w: settings(
            w,
            generator_steps=STUDIES[w.study]["sources"][w.source]["generator_steps"],
            root_seed=CONFIG["root_seed"],
            source=w.source,
            target=STUDIES[w.study]["target"]["dataset"],
            torch_threads=CONFIG["torch_threads"],
        ),
        limits=limits,
        code=code("train_wgan.py"),
    script:
        "../scripts/train_wgan.py"


# Draws the training and test images of a source from its trained generator.
rule sample_wgan:
    input:
        target="results/{study}/data/target.safetensors",
        model="results/{study}/clones/{source}.safetensors",
    output:
        dataset="results/{study}/data/{source}.safetensors",
    log:
        "results/{study}/logs/sample_wgan/{source}.log",
    benchmark:
        "results/{study}/benchmarks/sample_wgan/{source}.tsv"
    wildcard_constraints:
        study=made_as("wgan"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=sampling_settings,
        code=code("sample_wgan.py"),
    script:
        "../scripts/sample_wgan.py"
