"""Results on disk: CSV and JSON text, safetensors; written whole or not at all, never pickled.

A tensor file carries its record in its header. Every other result has a sidecar,
`<file>.json`.
"""

import csv
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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


def write_rows(path: str | Path, rows: list[dict], record: dict) -> None:
    """Write `rows` (same keys in each) as CSV, and `record` as the sidecar of that file.

    Floats are written so that reading gives the same bits back.
    """
    with written_whole(path) as partial, partial.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write_json(f"{path}.json", record)


def write_tensors(path: str | Path, tensors: dict, record: dict) -> None:
    """Write named torch tensors as safetensors, with `record` in the header."""
    from safetensors.torch import save_file  # brings torch, which the makers of tables do not need

    tensors = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    with written_whole(path) as partial:
        partial.touch()
        permissions = partial.stat().st_mode
        save_file(tensors, partial, metadata={"record": json.dumps(record)})
        partial.chmod(permissions)  # save_file leaves files that nobody else may read


def read_tensors(path: str | Path) -> dict:
    """Return the named torch tensors of a safetensors file.

    The file is mapped: a tensor takes memory once it is used, and one that is not used takes none.
    """
    from safetensors.torch import load_file

    return load_file(path)


def read_record(path: str | Path) -> dict:
    """Return the record of a result: from its header, or from its sidecar."""
    if str(path).endswith(".safetensors"):
        from safetensors import safe_open

        with safe_open(path, framework="np") as file:
            return json.loads(file.metadata()["record"])
    return json.loads(Path(f"{path}.json").read_text())
