"""The files of a folder of the user's, as far as their names and sizes say."""

import hashlib
import os
from pathlib import Path


def listing_digest(folder: str | Path) -> str:
    """Return a hexadecimal digest (16 characters) of the names and sizes of all files below.

    It stands for their content: images are replaced, added or removed, hardly ever edited to the
    byte's length, and reading them all would take longer than what the digest is for. Times do
    not count, so that a copied folder is the same.
    """
    digest = hashlib.sha256()
    for path, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            file = Path(path, name)
            size = file.stat().st_size if file.exists() else "missing"
            digest.update(f"{file.relative_to(folder).as_posix()}\0{size}\0".encode())
    return digest.hexdigest()[:16]
