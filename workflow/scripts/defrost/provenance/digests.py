"""Digests that results carry with them, so that damage is found before a number is used.

They tell of what happens to files by accident: bits that flip, copies cut short, edits by hand.
Whoever can write a result can write its digest as well.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import BinaryIO

from defrost.errors import UserError

_BLANK = "0" * 64  # what stands for the digest of a whole file in its own place
_IN_HEADER = re.compile(rb'\\"digest\\": \\"([0-9a-f]{64})\\"}"')
_LONGEST_HEADER = 100_000_000  # bytes, that safetensors allows

DAMAGED = "found it damaged, or changed after it was written"
_NO_DIGEST = "found no digest, as in a result of an older version or a file of another program"


class ResultError(UserError):
    """A result that is not as it was written: which file, what is wrong, what to do."""

    def __init__(self, path: str | Path, found: str) -> None:
        allowed = "allowed is what a job wrote: remove the file, and the next run makes it anew"
        super().__init__(f"result: {path}", found, allowed)
        self.path, self.found = path, found


def with_blank_digest(record: dict) -> dict:
    """Return a record for the header of a file, with room for the digest that `seal` puts there."""
    return {**record, "digest": _BLANK}


def seal(path: str | Path) -> None:
    """Put the digest of all bytes of a safetensors file into its header."""
    found, _, place = _digests(path)
    with open(path, "r+b") as file:
        file.seek(place)
        file.write(found.encode())


def check_tensors(path: str | Path) -> None:
    """Raise ResultError unless a safetensors file is as it was written.

    A piece of it is read at a time, so that it takes no memory.
    """
    found, recorded, _ = _digests(path)
    if found != recorded:
        raise ResultError(path, DAMAGED)


def recorded_digest(path: str | Path) -> str:
    """Return the digest that a safetensors file says it has, or raise ResultError."""
    with open(path, "rb") as file:
        return _header(path, file)[1][1].decode()


def has_digest(path: str | Path) -> bool:
    """Say whether a file is a result of this workflow, by its having a digest in its header."""
    try:
        return bool(recorded_digest(path))
    except ResultError:
        return False


def sidecar(record: dict, *paths: Path) -> dict:
    """Return the content of the sidecar of some files: their record, and the digests of all."""
    files = {path.name: file_digest(path) for path in paths}
    content = json.loads(json.dumps({**record, "files": files}))  # as it will be read
    return {**content, "digest": _of_record(content)}


def read_sidecar(path: str | Path, result: str | Path) -> dict:
    """Return what the sidecar at `path` says of a result; raise ResultError unless it is whole."""
    name = Path(path).name
    try:
        content = json.loads(Path(path).read_bytes())
    except FileNotFoundError:
        raise ResultError(result, f"found no record {name} beside it") from None
    except (ValueError, RecursionError):
        raise ResultError(result, f"found its record {name} damaged") from None
    if not isinstance(content, dict) or not {"files", "digest"} <= content.keys():
        raise ResultError(result, _NO_DIGEST)
    if content.pop("digest") != _of_record(content):
        raise ResultError(result, f"found its record {name} damaged")
    return content


def checked_content(path: str | Path) -> bytes:
    """Return the bytes of a file with a sidecar `<file>.json`; raise ResultError if damaged."""
    files = read_sidecar(f"{path}.json", path)["files"]
    content = Path(path).read_bytes()
    if files.get(Path(path).name) != hashlib.sha256(content).hexdigest():
        raise ResultError(path, DAMAGED)
    return content


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 sum of a file, as a sidecar has it and sha256sum prints it."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digests(path: str | Path) -> tuple[str, str, int]:
    """Return the digest of a safetensors file, the one in its header, and where that begins."""
    with open(path, "rb") as file:
        header, recorded = _header(path, file)
        start, end = recorded.span(1)
        digest = hashlib.sha256(header[:start] + _BLANK.encode() + header[end:])
        return hashlib.file_digest(file, lambda: digest).hexdigest(), recorded[1].decode(), start


def _header(path: str | Path, file: BinaryIO) -> tuple[bytes, re.Match]:
    """Return length and header of a safetensors file, read up to there, and its digest."""
    length = file.read(8)
    header = length + file.read(min(int.from_bytes(length, "little"), _LONGEST_HEADER))
    recorded = _IN_HEADER.search(header)
    if not recorded:
        raise ResultError(path, _NO_DIGEST)
    return header, recorded


def _of_record(content: dict) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
