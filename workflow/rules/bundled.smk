# What a bundle is made of; no rules here.
#
# REQUIRED INPUTS   STUDIES and config_of_run, from common.smk, and the files of tables and figures
# OUTPUTS           inputs and settings of a bundle

import hashlib


def bundle_files():
    """The bundle of every study to run."""
    return expand("results/bundles/{study}.crate.zip", study=CONFIG["run"])


def results_of(wildcards):
    """What `all` makes of a study alone, but for the report."""
    study = wildcards.study
    tables = [name for name in TABLES if TABLES[name](STUDIES[study])]
    figures = [name for name in FIGURES if study in shown_in(name)]
    return [
        *(f"results/{study}/tables/{name}.csv" for name in tables),
        *(
            f"results/{study}/figures/{n}.{ext}"
            for n in figures
            for ext in FIGURE_FILES
        ),
        f"results/{study}/recommendation.html",
    ]


def config_of_study(wildcards, **others):
    """Config of a study alone, in full."""
    study = wildcards.study
    alone = {"run": [study], "studies": {study: STUDIES[study]}}
    return {**config_of_run(), **others, **alone}


def digest_of_source(wildcards):
    """Digest of all files of the workflow, so that a bundle is made anew after any change."""
    from defrost.bundle.source import read_source

    source = read_source(Path.cwd())
    digest = hashlib.sha256(f"{source.commit} {source.difference}".encode())
    for name in source.files:
        digest.update(f"{name}\0".encode() + Path(name).read_bytes())
    return digest.hexdigest()[:16]
