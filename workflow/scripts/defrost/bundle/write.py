"""A bundle as a zip file: the same bytes for the same content."""

import hashlib
import json
from mmap import mmap
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from defrost.bundle import layout
from defrost.provenance.files import written_whole

_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold


def measure(files: dict[str, bytes | mmap]) -> dict[str, dict]:
    """Return `sha256` and `size` of every file."""
    return {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in sorted(files.items())
    }


def manifest(files: dict[str, bytes | mmap]) -> bytes:
    """Return the manifest of files, in the one form that a check accepts."""
    content = {"files": measure(files)}
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def write_bundle(path: str | Path, files: dict[str, bytes | mmap]) -> str:
    """Write files, with their manifest, as a bundle; return its SHA-256."""
    files = {**files, layout.MANIFEST: manifest(files)}
    with written_whole(path) as partial:
        with ZipFile(partial, "w") as archive:
            for name in sorted(files):
                entry = ZipInfo(name, date_time=_NO_TIME)
                entry.create_system = 3  # Unix, wherever it was written
                entry.external_attr = 0o100644 << 16
                archive.writestr(entry, files[name], ZIP_DEFLATED, compresslevel=9)
        with partial.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
