"""A look at all results that are there: whether each is as it was written."""

import os
from pathlib import Path

from defrost.provenance.digests import (
    DAMAGED,
    ResultError,
    check_tensors,
    file_digest,
    read_sidecar,
)

# beside the studies: what is said of a run, and what is packed from its results
_NO_STUDIES = ("logs", "benchmarks", "bundles")
_NO_RESULTS = ("logs", "benchmarks")


def inspect(results: Path) -> dict[Path, str]:
    """Return every file of every study, sorted, with what is wrong with it or an empty text.

    All are read. Hidden files, of jobs that are not done, are left out.
    """
    files = {
        path
        for study in results.iterdir()
        if study.is_dir() and study.name not in _NO_STUDIES
        for path in _files(study)
    }
    found = dict.fromkeys(files, "found no whole record of it")
    for path in files:
        if path.suffix == ".safetensors":
            found[path] = _fault(path)
        elif path.suffix == ".json":
            found |= _recorded(path)
    return dict(sorted(found.items()))


def _fault(path: Path) -> str:
    try:
        check_tensors(path)
    except ResultError as error:
        return error.found
    return ""


def _recorded(path: Path) -> dict[Path, str]:
    """Return what is wrong with the files of a sidecar, itself included; nothing of other files."""
    try:
        record = read_sidecar(path, path)
    except ResultError:
        return {}
    faults = {path: ""}
    for name, digest in record["files"].items():
        file = path.parent / name
        if not file.exists():
            faults[file] = "found no file, only its record"
        else:
            faults[file] = "" if file_digest(file) == digest else DAMAGED
    return faults


def _files(study: Path) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(study):
        folders[:] = [n for n in folders if n not in _NO_RESULTS and not n.startswith(".")]
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    return found
