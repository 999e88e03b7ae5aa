# Data sets: the target's real data, and the clones that sources are trained on.
#
# REQUIRED INPUTS   none: the digits come with scikit-learn
# OUTPUTS           results/{study}/data/target.safetensors
#                   results/{study}/data/{source}.safetensors
#                   results/{study}/clones/{source}.safetensors


# Splits the target's data, once, into train, probe and test.
rule make_dataset:
    output:
        dataset="results/{study}/data/target.safetensors",
    log:
        "results/{study}/logs/make_dataset.log",
    benchmark:
        "results/{study}/benchmarks/make_dataset.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(w, "target", root_seed=CONFIG["root_seed"]),
        code=code("make_dataset.py"),
    script:
        "../scripts/make_dataset.py"


# Fits a clone's generative model to the target's training split.
rule fit_clone:
    input:
        target="results/{study}/data/target.safetensors",
    output:
        model="results/{study}/clones/{source}.safetensors",
    log:
        "results/{study}/logs/fit_clone/{source}.log",
    benchmark:
        "results/{study}/benchmarks/fit_clone/{source}.tsv"
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


# Draws the training and test images of a source from its fitted model.
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
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            root_seed=CONFIG["root_seed"],
            source=w.source,
            target=STUDIES[w.study]["target"]["dataset"],
            torch_threads=CONFIG["torch_threads"],
            examples={
                "test": STUDIES[w.study]["sources"][w.source]["test_examples"],
                "train": STUDIES[w.study]["sources"][w.source]["train_examples"],
            },
        ),
        code=code("sample_clone.py"),
    script:
        "../scripts/sample_clone.py"
