# The ladder of clones: what each looks like, how far it is from real images, what it teaches.
#
# REQUIRED INPUTS   results/{study}/data/target.safetensors and that of every clone
#                   results/{study}/sources/{source}/seed-{seed}.safetensors
# OUTPUTS           results/{study}/ladder/{source}/seed-{seed}.csv
#                   results/{study}/tables/clone_ladder.csv
#                   results/{study}/figures/clone_gallery and wgan_training (.pdf, .png, ...)


# Measures a clone, and a network trained on it alone, against held-out real images.
rule measure_clone:
    input:
        target="results/{study}/data/target.safetensors",
        clone="results/{study}/data/{source}.safetensors",
        network="results/{study}/sources/{source}/seed-{seed}.safetensors",
    output:
        rows="results/{study}/ladder/{source}/seed-{seed}.csv",
        record="results/{study}/ladder/{source}/seed-{seed}.csv.json",
    log:
        "results/{study}/logs/measure_clone/{source}/seed-{seed}.log",
    benchmark:
        "results/{study}/benchmarks/measure_clone/{source}/seed-{seed}.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            "network",
            source=w.source,
            seed=int(w.seed),
            draws=LADDER_DRAWS,
            torch_threads=CONFIG["torch_threads"],
        ),
        code=code("measure_clone.py"),
    script:
        "../scripts/measure_clone.py"


# Collects the measures of every clone, with intervals over networks and draws.
rule collect_clone_ladder:
    input:
        rows=ladder_files,
        rows_schema=f"{SCHEMAS}/clone_measures.schema.yaml",
        schema=f"{SCHEMAS}/clone_ladder.schema.yaml",
    output:
        table="results/{study}/tables/clone_ladder.csv",
        record="results/{study}/tables/clone_ladder.csv.json",
    log:
        "results/{study}/logs/collect_clone_ladder.log",
    benchmark:
        "results/{study}/benchmarks/collect_clone_ladder.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=settings,
        code=code("collect_clone_ladder.py"),
    script:
        "../scripts/collect_clone_ladder.py"


# Plots images of the target beside those of its clones.
rule plot_clone_gallery:
    input:
        target="results/{study}/data/target.safetensors",
        clones=lambda w: [
            f"results/{w.study}/data/{clone}.safetensors"
            for clone in origins.clones(STUDIES[w.study])
        ],
    output:
        **figure_outputs("clone_gallery"),
    log:
        "results/{study}/logs/plot_clone_gallery.log",
    benchmark:
        "results/{study}/benchmarks/plot_clone_gallery.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w, "target", clones=origins.clones(STUDIES[w.study])
        ),
        code=code("plot_clone_gallery.py"),
    script:
        "../scripts/plot_clone_gallery.py"


# Plots how the WGAN clones trained, and what they draw.
rule plot_wgan_training:
    input:
        target="results/{study}/data/target.safetensors",
        clones=lambda w: wgan_files(w, "data/{}.safetensors"),
        losses=lambda w: wgan_files(w, "clones/{}-losses.csv"),
        schema=f"{SCHEMAS}/wgan_losses.schema.yaml",
    output:
        **figure_outputs("wgan_training"),
    log:
        "results/{study}/logs/plot_wgan_training.log",
    benchmark:
        "results/{study}/benchmarks/plot_wgan_training.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w, "target", clones=origins.datasets_from(STUDIES[w.study], "wgan")
        ),
        code=code("plot_wgan_training.py"),
    script:
        "../scripts/plot_wgan_training.py"
