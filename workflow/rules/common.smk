# What the rule files share; no rules here.
#
# REQUIRED INPUTS   the config, workflow/schemas/config.schema.yaml, and SCRIPTS from
#                   config_files.smk
# OUTPUTS           STUDIES (resolved), code() and the settings of every rule

import sys

import yaml

from defrost.config import grid, schema
from defrost.networks.catalogue import number_of_blocks
from defrost.provenance.closure import code_digest
from defrost.transfer import protocols

SCHEMAS = "workflow/schemas"

try:
    with open(workflow.source_path("../schemas/config.schema.yaml")) as _file:
        # read again for every job: the loader in C takes a tenth of the time
        _schema = yaml.load(_file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    CONFIG = grid.resolve_config(config, _schema)
except schema.ConfigError as error:
    # a WorkflowError would end in a line about this file and not about the config
    sys.exit(str(error))
STUDIES = CONFIG["studies"]


wildcard_constraints:
    study="|".join(STUDIES),
    source="|".join({name for study in STUDIES.values() for name in study["sources"]}),
    protocol="[a-z]+",
    depth=r"\d+",
    size=r"\d+",
    replicate=r"\d+",
    first=r"\d+",
    last=r"\d+",
    seed=r"\d+",
    network="(sources|references|finetuned)/[^.]+",


def code(script):
    """Digest of a rule's script and of all that it imports here; made for jobs that need it."""
    return lambda wildcards: code_digest(SCRIPTS / script, SCRIPTS)


def settings(wildcards, *keys, **values):
    """Settings of a job: the study's config under `keys`, and what else the rule names.

    One dict of plain values with sorted keys, because Snakemake compares parameters by their
    text and without their names.
    """
    study = STUDIES[wildcards.study]
    chosen = {"study": wildcards.study, **{key: study[key] for key in keys}, **values}
    return _sorted(chosen)


def training_settings(wildcards, phase, *plans, **values):
    """Settings of a job that trains by plans; `phase` is `training` or `pretraining`."""
    training = dict(STUDIES[wildcards.study][phase])
    if "block_factors" in training:  # others would be a change that changes nothing
        factors = protocols.used_factors(training["block_factors"], *plans)
        training["block_factors"] = factors
    chosen = {
        "root_seed": CONFIG["root_seed"],
        "target": STUDIES[wildcards.study]["target"]["dataset"],
        "torch_threads": CONFIG["torch_threads"],
        "training": training,
    }
    return settings(wildcards, "network", **chosen, **values)


def limits(wildcards, input):
    """What a training job may use, and how often it saves; of `input`, so it is not compared."""
    return {
        "device": CONFIG["device"],
        "memory": CONFIG["feature_memory_mb"] * 2**20,
        "checkpoint_seconds": CONFIG["checkpoint_seconds"],
    }


def cell_settings(wildcards, source="scratch", protocol="scratch", depth=0):
    """Settings of a cell of the transfer grid."""
    study, plan = STUDIES[wildcards.study], protocols.SCRATCH
    if source != "scratch":
        blocks = number_of_blocks(study["network"])
        plan = protocols.plan_of(protocol, int(depth), blocks)
    return training_settings(
        wildcards,
        "training",
        plan,
        source=source,
        source_seeds=grid.source_seeds(study, source),
        protocol=protocol,
        depth=int(depth),
        size=int(wildcards.size),
        first=int(wildcards.first),
        last=int(wildcards.last),
    )


def comparison_settings(wildcards, **values):
    """Settings of a job that compares representations."""
    return settings(
        wildcards,
        "similarity",
        root_seed=CONFIG["root_seed"],
        target=STUDIES[wildcards.study]["target"]["dataset"],
        torch_threads=CONFIG["torch_threads"],
        **values,
    )


def reference_settings(wildcards):
    """Settings of a job that trains a target network to compare."""
    names = {key: wildcards[key] for key in ("source",) if key in wildcards.keys()}
    blocks = number_of_blocks(STUDIES[wildcards.study]["network"])
    return training_settings(
        wildcards,
        "training",
        protocols.plan_of("finetune", blocks, blocks) if names else protocols.SCRATCH,
        size=int(wildcards.size),
        replicate=int(wildcards.replicate),
        **names,
    )


def config_of_run():
    """Config of the studies of this run in full, in its order, whatever overlays made it.

    Without what is no part of a result: where data lie, and what jobs may use.
    """
    aside = "data_root device download feature_memory_mb checkpoint_seconds gpu_tflops"
    config = {key: CONFIG[key] for key in CONFIG if key not in aside.split()}
    return {**config, "studies": {name: STUDIES[name] for name in CONFIG["run"]}}


def figure_settings(wildcards, *keys, **values):
    """Settings of a figure of all sources, named in the config's order."""
    sources = list(STUDIES[wildcards.study]["sources"])
    return settings(wildcards, *keys, sources=sources, **values)


def _sorted(value):
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return value
