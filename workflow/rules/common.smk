# What the rule files share; no rules here.
#
# REQUIRED INPUTS   the config and workflow/schemas/config.schema.yaml
# OUTPUTS           STUDIES (resolved), code() and the settings of every rule

import sys
from pathlib import Path

import yaml

SCRIPTS = Path(workflow.basedir) / "workflow/scripts"
sys.path.insert(0, str(SCRIPTS))

from defrost.config import grid, schema
from defrost.networks.catalogue import number_of_blocks
from defrost.provenance.closure import code_digest

SCHEMAS = "workflow/schemas"

try:
    with open(workflow.source_path("../schemas/config.schema.yaml")) as _file:
        CONFIG = grid.resolve_config(config, yaml.safe_load(_file))
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
    network="(sources|references)/[^.]+",


def code(script):
    """Digest of a rule's script and of all the code of the workflow that it imports."""
    return code_digest(SCRIPTS / script, SCRIPTS)


def settings(wildcards, *keys, **values):
    """Settings of a job: the study's config under `keys`, and what else the rule names.

    One dict of plain values with sorted keys, because Snakemake compares parameters by their
    text and without their names.
    """
    study = STUDIES[wildcards.study]
    chosen = {"study": wildcards.study, **{key: study[key] for key in keys}, **values}
    return _sorted(chosen)


def training_settings(wildcards, phase, **values):
    """Settings of a job that trains or runs a network; `phase` is `training` or `pretraining`."""
    chosen = {
        "root_seed": CONFIG["root_seed"],
        "target": STUDIES[wildcards.study]["target"]["dataset"],
        "torch_threads": CONFIG["torch_threads"],
        "training": STUDIES[wildcards.study][phase],
    }
    return settings(wildcards, "network", **chosen, **values)


def cell_settings(wildcards, source="scratch", protocol="scratch", depth=0):
    """Settings of a cell of the transfer grid."""
    return training_settings(
        wildcards,
        "training",
        source=source,
        protocol=protocol,
        depth=int(depth),
        size=int(wildcards.size),
        first=int(wildcards.first),
        last=int(wildcards.last),
    )


def config_of_run():
    """Config of the studies of this run in full, in its order, whatever overlays made it.

    Without where data lie, which is no part of a result.
    """
    config = {
        key: CONFIG[key] for key in CONFIG if key not in ("data_root", "download")
    }
    return {**config, "studies": {name: STUDIES[name] for name in CONFIG["run"]}}


def figure_settings(wildcards, *keys, **values):
    """Settings of a figure of all sources, named in the config's order."""
    sources = list(STUDIES[wildcards.study]["sources"])
    return settings(wildcards, *keys, sources=sources, **values)


def _sorted(value):
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return value
