"""A bundle unpacked into a folder that the workflow goes on in."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from defrost.bundle import layout
from defrost.bundle.read import Bundle, BundleError, Problem
from defrost.provenance.snakemake_records import FOLDER, write_records


def unpack(bundle: Bundle, folder: Path, names: Iterable[str]) -> None:
    """Write files of a bundle into a folder that is empty, or not there: all of the same age.

    Snakemake compares ages, and of equal ones none is older.

    Raises:
        BundleError: the folder holds something.
    """
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise BundleError([Problem(str(folder), "is there already, and not an empty folder")])
    now = time.time()
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:  # a name that another one shadows here is an error
            for chunk in bundle.chunks(name):
                file.write(chunk)
        os.utime(path, (now, now))


def restore(bundle: Bundle, folder: Path) -> None:
    """Unpack a bundle so that Snakemake finds the study finished there."""
    unpack(bundle, folder, bundle.names)
    write_records(folder / FOLDER, bundle.read_json(layout.RECORDS))
    (folder / FOLDER).with_name("incomplete").mkdir()  # as in a folder that Snakemake ran in


def without_results(name: str) -> bool:
    """Say whether a file is the workflow or the config: all that a run needs to begin with."""
    return not name.startswith(("results/", "bundle/")) and name not in (
        layout.METADATA,
        layout.MANIFEST,
    )
