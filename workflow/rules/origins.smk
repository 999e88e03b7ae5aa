# Where data sets come from; no rules here.
#
# REQUIRED INPUTS   STUDIES and settings(), from common.smk
# OUTPUTS           which rule makes which data set, and from what settings

import os

from defrost.config import origins
from defrost.data.catalogue import data_kind
from defrost.provenance.listing import listing_digest

NO_STUDY = "(?!)"  # a constraint on {study} that nothing matches

# Where the files of real data lie, and whether missing ones may be fetched.
PLACE = {"root": CONFIG["data_root"], "download": CONFIG["download"]}


def made_as(*places):
    """Constraint on {study} that leaves the data sets, or networks, of these origins to a rule.

    A source's name may stand for a clone in one study and for real data in another: so the
    constraint looks ahead, from the study to the data set behind it.
    """
    patterns = []
    for name, study in STUDIES.items():
        for place in places:
            if datasets := origins.datasets_from(study, place):
                patterns.append(
                    f"{name}(?=/(?:data|clones|sources)/(?:{'|'.join(datasets)})[./-])"
                )
    return "|".join(patterns) or NO_STUDY


def source_dataset(wildcards):
    """Data set that a source network is trained on."""
    study, source = STUDIES[wildcards.study], wildcards.source
    name = "target" if origins.origin(study, source) == "control" else source
    return f"results/{wildcards.study}/data/{name}.safetensors"


def source_networks(wildcards):
    """Networks of a source; its replicates start from them in turn."""
    count = grid.source_seeds(STUDIES[wildcards.study], wildcards.source)
    folder = f"results/{wildcards.study}/sources/{wildcards.source}"
    return [f"{folder}/seed-{seed}.safetensors" for seed in range(count)]


def files_of(data):
    """Files of the user's that a target or a source is made of, where Snakemake can watch them."""
    watched = data_kind(data) in ("arrays", "weights") and "path" in data
    return [os.path.normpath(data["path"])] if watched else []


def folder_of(data):
    """Digest of the folder of images that a target or a source is made of."""
    return listing_digest(data["path"]) if data_kind(data) == "folder" else ""


def sampling_settings(wildcards):
    """Settings of a job that draws the examples of a clone."""
    study = STUDIES[wildcards.study]
    return settings(
        wildcards,
        examples=origins.examples_of(study, wildcards.source),
        root_seed=CONFIG["root_seed"],
        source=wildcards.source,
        target=study["target"]["dataset"],
        torch_threads=CONFIG["torch_threads"],
    )


def dial_settings(wildcards):
    """The dial that a study sweeps, and its value for every source."""
    dial, values = origins.swept_dial(STUDIES[wildcards.study])
    return {"dial": dial, "dials": values}


def line_settings(wildcards, *keys):
    """Settings of a figure with a line for every source, in order where the study sweeps a dial."""
    swept = origins.swept_dial(STUDIES[wildcards.study])
    return figure_settings(wildcards, *keys, dials=swept[1] if swept else {})
