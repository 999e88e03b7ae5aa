"""The config in a bundle, read as data."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import yaml

from defrost.bundle import layout
from defrost.bundle.read import Bundle, BundleError, Problem


def read_config(bundle: Bundle) -> dict:
    """Return the config of a bundle; raise BundleError for one that is more than plain values."""
    try:
        config = yaml.safe_load(bundle.read(layout.CONFIG))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BundleError([Problem(layout.CONFIG, "is no YAML of plain values")]) from error
    if not isinstance(config, dict):
        raise BundleError([Problem(layout.CONFIG, "is no mapping")])
    return config


def data_paths(config: object) -> Iterator[str]:
    """Yield the paths of the user's data in a config: those that lie in the folder of a run."""
    if isinstance(config, dict):
        path = config.get("path")
        if isinstance(path, str) and path:
            parts = PurePosixPath(path)
            if not parts.is_absolute() and ".." not in parts.parts:
                yield path
        config = list(config.values())
    if isinstance(config, list):
        for part in config:
            yield from data_paths(part)
