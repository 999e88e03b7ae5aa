"""What the config asks for, in full: resolved studies, cells and blocks of replicates."""

from collections.abc import Iterator
from typing import NamedTuple

from defrost.config.checks import check_network, check_study, check_top_level
from defrost.config.schema import check_schema, with_defaults
from defrost.networks.catalogue import number_of_blocks
from defrost.transfer.protocols import representative

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
    for name, study in config["studies"].items():
        check_network(["studies", name, "network"], study["network"])
        _fill_study(study)
    config.setdefault("run", list(config["studies"]))
    check_top_level(config)
    for name, study in config["studies"].items():
        check_study(["studies", name], study)
    return config


def cells(study: dict) -> Iterator[Cell]:
    """Yield every cell of a study that is trained, once, the baseline first.

    Of cells that are the same by definition the one that stands for all of them.
    """
    for size in study["sizes"]:
        yield Cell("scratch", "scratch", 0, size)
    trained = dict.fromkeys(representatives(study).values())
    trained.pop(("scratch", 0), None)
    for name, source in study["sources"].items():
        for protocol, depth in trained:
            yield from (Cell(name, protocol, depth, size) for size in source["sizes"])


def representatives(study: dict) -> dict[tuple[str, int], tuple[str, int]]:
    """Return which cell's training stands for each protocol and depth of a study."""
    blocks = number_of_blocks(study["network"])
    return {
        (protocol, depth): representative(protocol, depth, blocks)
        for protocol in study["protocols"]
        for depth in study["depths"]
    }


def source_seeds(study: dict, source: str) -> int:
    """Return how many networks a source has: one of `scratch` and of weights from elsewhere."""
    kind = study["sources"].get(source, {}).get("kind", "weights")
    return 1 if kind == "weights" else study["source_seeds"]


def replicate_blocks(replicates: int, per_job: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last replicate of every training job; only the last may hold fewer."""
    for first in range(0, replicates, per_job):
        yield first, min(first + per_job, replicates) - 1


def _fill_study(study: dict) -> None:
    """Fill in the defaults that follow from other values."""
    blocks = number_of_blocks(study["network"])
    study.setdefault("depths", list(range(blocks + 1)))
    study["training"].setdefault("block_factors", [1] * blocks)
    study["references"].setdefault("sizes", [max(study["sizes"])])
    study["selection"].setdefault("sizes", [min(study["sizes"])])
    for source in study["sources"].values():
        source.setdefault("sizes", list(study["sizes"]))
        if source["kind"] in _GENERATED:
            source.setdefault("train_examples", 10000)
            source.setdefault("test_examples", 1000)
        if source.get("model") == "wgan":
            source.setdefault("generator_steps", 2000)
