"""The files of a folder of the user's, as far as a glance at each says."""

import hashlib
import os
from pathlib import Path

_GLANCE = 4096  # bytes read at the start and at the end of a file


def listing_digest(folder: str | Path) -> str:
    """Return a hexadecimal digest (16 characters) of all files below that are not hidden.

    It stands for their content: names, sizes, and the first and last bytes of each, where formats
    keep what identifies an image. Reading them whole would take longer than what the digest is
    for. Times do not count, so that a copied folder is the same.
    """
    digest = hashlib.sha256()
    for file in sorted(_visible(Path(folder))):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        digest.update(_glance(file))
    return digest.hexdigest()[:16]


def _visible(folder: Path) -> list[Path]:
    """Return the files whose names, and those of their folders, do not begin with a dot."""
    found = []
    for path, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if len(Path(path).parts) > len(folder.parts) + 1:
            folders.clear()  # classes have no folders; a link may lead back up
        found += [Path(path, name) for name in names if not name.startswith(".")]
    return found


def _glance(file: Path) -> bytes:
    if not file.is_file():
        return b"no file"
    size = file.stat().st_size
    with file.open("rb") as opened:
        start = opened.read(_GLANCE)
        opened.seek(max(size - _GLANCE, 0))
        return str(size).encode() + start + opened.read(_GLANCE)
