"""Results on disk: CSV and JSON text, safetensors; written whole or not at all, never pickled.

A tensor file carries its record in its header. Every other result has a sidecar, `<file>.json`.
Both hold digests, and what is read is checked against them.
"""

import csv
import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from defrost.provenance.digests import (
    check_tensors,
    has_digest,
    read_sidecar,
    seal,
    sidecar,
    with_blank_digest,
)


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; rename it to `path` when all went well.

    A file that exists under its own name is therefore complete. The suffix is kept, because
    matplotlib and others choose the format by it.
    """
    path = Path(path)
    partial = path.with_name(f".partial-{os.getpid()}-{path.name}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_json(path: str | Path, content: dict) -> None:
    """Write `content` as JSON that a person can read."""
    with written_whole(path) as partial:
        partial.write_text(json.dumps(content, indent=2) + "\n")


def write_record(path: str | Path, record: dict, *files: str | Path) -> None:
    """Write the sidecar of some files that are there: how they were made, and their digests."""
    write_json(path, sidecar(record, *map(Path, files)))


def write_rows(path: str | Path, rows: list[dict], record: dict) -> None:
    """Write `rows` (same keys in each) as CSV, and `record` as the sidecar of that file.

    Floats are written so that reading gives the same bits back.
    """
    with written_whole(path) as partial, partial.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write_record(f"{path}.json", record, path)


def write_tensors(path: str | Path, tensors: dict, record: dict) -> None:
    """Write named torch tensors as safetensors, with `record` in the header.

    Raises FloatingPointError unless all are finite: no result is anything else.
    """
    for name, tensor in tensors.items():
        if not _is_finite(tensor):
            raise FloatingPointError(f"{path}: {name} holds NaN or infinity")
    save_tensors(path, tensors, record)


def save_tensors(path: str | Path, tensors: dict, record: dict) -> None:
    """As `write_tensors`, of tensors that may hold anything."""
    from safetensors.torch import save_file  # brings torch, which the makers of tables do not need

    tensors = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    with written_whole(path) as partial:
        partial.touch()
        permissions = partial.stat().st_mode
        save_file(tensors, partial, metadata={"record": json.dumps(with_blank_digest(record))})
        seal(partial)
        partial.chmod(permissions)  # save_file leaves files that nobody else may read


def read_tensors(path: str | Path) -> dict:
    """Return the named torch tensors of a result; raise ResultError unless it is as it was written.

    The file is mapped: a tensor takes memory once it is used, and one that is not used takes none.
    """
    check_tensors(path)
    return _load(path)


def read_foreign_tensors(path: str | Path) -> dict:
    """As `read_tensors`, of a safetensors file that need not be a result and have a digest."""
    if has_digest(path):
        check_tensors(path)
    return _load(path)


def _is_finite(tensor) -> bool:
    """Say whether a torch tensor has neither NaN nor infinity, in no memory of its own."""
    if not (tensor.is_floating_point() and tensor.numel()):
        return True
    return all(math.isfinite(limit.item()) for limit in tensor.aminmax())


def _load(path: str | Path) -> dict:
    from safetensors.torch import load_file

    return load_file(path)


def read_record(path: str | Path) -> dict:
    """Return the record of a result: from its header, or from its sidecar."""
    if str(path).endswith(".safetensors"):
        from safetensors import safe_open

        with safe_open(path, framework="np") as file:
            record = json.loads(file.metadata()["record"])
    else:
        record = read_sidecar(f"{path}.json", path)
    return {key: value for key, value in record.items() if key not in ("digest", "files")}
