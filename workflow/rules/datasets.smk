# Data sets: real data of targets and sources, and the hidden manifold.
#
# REQUIRED INPUTS   none: the digits come with scikit-learn; other real data as the config says
# OUTPUTS           results/{study}/data/target.safetensors
#                   results/{study}/data/{dataset}.safetensors


# Splits a target's real data, once, into train, probe and test.
rule make_dataset:
    input:
        files=lambda w: files_of(STUDIES[w.study]["target"]),
    output:
        dataset="results/{study}/data/target.safetensors",
    log:
        "results/{study}/logs/make_dataset.log",
    benchmark:
        "results/{study}/benchmarks/make_dataset.tsv"
    wildcard_constraints:
        study=made_as("real target"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            "target",
            files=folder_of(STUDIES[w.study]["target"]),
            root_seed=CONFIG["root_seed"],
            torch_threads=CONFIG["torch_threads"],
        ),
        # where files lie is no part of a result: Snakemake compares no function of `input`
        place=lambda w, input: PLACE,
        code=code("make_dataset.py"),
    script:
        "../scripts/make_dataset.py"


# Makes a source's task of real data: chosen or merged classes, corrupted or not.
rule make_source_dataset:
    input:
        target="results/{study}/data/target.safetensors",
        files=lambda w: files_of(STUDIES[w.study]["sources"][w.dataset]),
    output:
        dataset="results/{study}/data/{dataset}.safetensors",
    log:
        "results/{study}/logs/make_source_dataset/{dataset}.log",
    benchmark:
        "results/{study}/benchmarks/make_source_dataset/{dataset}.tsv"
    wildcard_constraints:
        study=made_as("real source"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            examples=origins.examples_of(STUDIES[w.study], w.dataset),
            files=folder_of(STUDIES[w.study]["sources"][w.dataset]),
            root_seed=CONFIG["root_seed"],
            source=w.dataset,
            target=STUDIES[w.study]["target"]["dataset"],
            task=origins.real_task(STUDIES[w.study], w.dataset),
            torch_threads=CONFIG["torch_threads"],
        ),
        place=lambda w, input: PLACE,
        code=code("make_source_dataset.py"),
    script:
        "../scripts/make_source_dataset.py"


# Makes a hidden manifold target, or a source from it by the dials.
rule make_hidden_manifold:
    input:
        target=lambda w: (
            []
            if w.dataset == "target"
            else f"results/{w.study}/data/target.safetensors"
        ),
    output:
        dataset="results/{study}/data/{dataset}.safetensors",
    log:
        "results/{study}/logs/make_hidden_manifold/{dataset}.log",
    benchmark:
        "results/{study}/benchmarks/make_hidden_manifold/{dataset}.tsv"
    wildcard_constraints:
        study=made_as("hidden manifold"),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            dataset=w.dataset,
            examples=origins.examples_of(STUDIES[w.study], w.dataset),
            root_seed=CONFIG["root_seed"],
            torch_threads=CONFIG["torch_threads"],
            **origins.manifold_settings(STUDIES[w.study], w.dataset),
        ),
        code=code("make_hidden_manifold.py"),
    script:
        "../scripts/make_hidden_manifold.py"
