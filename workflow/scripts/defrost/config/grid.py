"""What the config asks for, in full: resolved studies, cells and blocks of replicates."""

from collections.abc import Iterator
from typing import NamedTuple

from defrost.config.checks import check_study, check_top_level
from defrost.config.schema import check_schema, with_defaults
from defrost.networks.catalogue import number_of_blocks

_GENERATED = ("clone", "hidden_manifold")


class Cell(NamedTuple):
    """One training task of the grid: `source` and `protocol` are `scratch` for the baseline."""

    source: str
    protocol: str
    depth: int
    size: int


def resolve_config(config: dict, schema: dict) -> dict:
    """Return `config` checked and with every default filled in; raise ConfigError otherwise."""
    check_schema(config, schema)
    config = with_defaults(config, schema)
    for study in config["studies"].values():
        _fill_study(study)
    config.setdefault("run", list(config["studies"]))
    check_top_level(config)
    for name, study in config["studies"].items():
        check_study(["studies", name], study)
    return config


def cells(study: dict) -> Iterator[Cell]:
    """Yield every cell of a study once, the baseline first.

    `freeze` at depth 0 is the network trained from scratch and is not trained again.
    """
    for size in study["sizes"]:
        yield Cell("scratch", "scratch", 0, size)
    for name, source in study["sources"].items():
        for protocol in study["protocols"]:
            for depth in study["depths"]:
                if depth > 0:
                    yield from (Cell(name, protocol, depth, size) for size in source["sizes"])


def replicate_blocks(replicates: int, per_job: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last replicate of every training job; only the last may hold fewer."""
    for first in range(0, replicates, per_job):
        yield first, min(first + per_job, replicates) - 1


def _fill_study(study: dict) -> None:
    """Fill in the defaults that follow from other values."""
    study.setdefault("depths", list(range(number_of_blocks(study["network"]) + 1)))
    study["references"].setdefault("sizes", [max(study["sizes"])])
    for source in study["sources"].values():
        source.setdefault("sizes", list(study["sizes"]))
        if source["kind"] in _GENERATED:
            source.setdefault("train_examples", 10000)
            source.setdefault("test_examples", 1000)
        if source.get("model") == "wgan":
            source.setdefault("generator_steps", 2000)
