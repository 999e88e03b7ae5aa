"""What the config asks for, in full: resolved studies, cells and blocks of replicates."""

from collections.abc import Iterator
from typing import NamedTuple

from defrost.config.schema import ConfigError, check_schema, with_defaults
from defrost.data.catalogue import DATASETS
from defrost.networks.catalogue import number_of_blocks

# names that files and tables give to something else
_RESERVED_SOURCES = ("scratch", "target")
_RESERVED_STUDIES = ("benchmarks", "logs")


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
    _check_names(["studies"], config["studies"], _RESERVED_STUDIES)
    for name, study in config["studies"].items():
        study.setdefault("depths", list(range(number_of_blocks(study["network"]) + 1)))
        study["references"].setdefault("sizes", [max(study["sizes"])])
        _check_study(["studies", name], study)
    config.setdefault("run", list(config["studies"]))
    for position, name in enumerate(config["run"]):
        if name not in config["studies"]:
            allowed = f"allowed are {', '.join(config['studies'])}"
            raise ConfigError(["run", position], f"found {name!r}", allowed)
    return config


def cells(study: dict) -> Iterator[Cell]:
    """Yield every cell of a study once, the baseline first.

    `freeze` at depth 0 is the network trained from scratch and is not trained again.
    """
    for size in study["sizes"]:
        yield Cell("scratch", "scratch", 0, size)
    for source in study["sources"]:
        for protocol in study["protocols"]:
            for depth in study["depths"]:
                if depth > 0:
                    yield from (Cell(source, protocol, depth, size) for size in study["sizes"])


def replicate_blocks(replicates: int, per_job: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last replicate of every training job; only the last may hold fewer."""
    for first in range(0, replicates, per_job):
        yield first, min(first + per_job, replicates) - 1


def _check_study(path: list, study: dict) -> None:
    """Check what a schema cannot say: values that limit one another."""
    blocks = number_of_blocks(study["network"])
    train = study["target"]["split"]["train"]
    in_network = f"allowed is 0 to {blocks}, the number of blocks of the network"
    in_training_split = f"allowed is 2 to {train}, the size of target.split.train"

    _check_names([*path, "sources"], study["sources"], _RESERVED_SOURCES)
    _check_split([*path, "target", "split"], study["target"])
    _check_pooling([*path, "network", "pool_after"], study)
    _check_each([*path, "depths"], study["depths"], blocks, in_network)
    if max(study["depths"]) == 0:
        allowed = f"allowed is also one from 1 to {blocks}: 0 alone transfers nothing"
        raise ConfigError([*path, "depths"], "found [0]", allowed)
    _check_each([*path, "sizes"], study["sizes"], train, in_training_split)
    sizes = study["references"]["sizes"]
    _check_each([*path, "references", "sizes"], sizes, train, in_training_split)


def _check_names(path: list, names: dict, reserved: tuple[str, ...]) -> None:
    for name in names:
        if name in reserved:
            allowed = f"allowed is any name but {' and '.join(reserved)}"
            raise ConfigError([*path, name], "found a reserved name", allowed)


def _check_split(path: list, target: dict) -> None:
    data, split = DATASETS[target["dataset"]], target["split"]
    for name, size in split.items():
        if size % data.classes:
            allowed = f"allowed are multiples of {data.classes}, the number of classes"
            raise ConfigError([*path, name], f"found {size}", allowed)
    if sum(split.values()) > data.classes * data.smallest_class:
        allowed = (
            f"allowed are {data.classes * data.smallest_class}, {data.classes} classes of "
            f"{data.smallest_class}"
        )
        raise ConfigError(path, f"found {sum(split.values())} examples in all", allowed)


def _check_pooling(path: list, study: dict) -> None:
    data, network = DATASETS[study["target"]["dataset"]], study["network"]
    blocks = number_of_blocks(network)
    _check_each(path, network["pool_after"], blocks, f"allowed is 1 to {blocks}, a block's number")
    poolings = min(data.height, data.width).bit_length() - 1
    if len(network["pool_after"]) > poolings:
        size = f"images of {data.height} x {data.width}"
        raise ConfigError(
            path,
            f"found {len(network['pool_after'])} poolings",
            f"allowed are {poolings}, which leave one pixel of {size}",
        )


def _check_each(path: list, values: list[int], limit: int, allowed: str) -> None:
    for position, value in enumerate(values):
        if value > limit:
            raise ConfigError([*path, position], f"found {value}", allowed)
