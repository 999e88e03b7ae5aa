"""Bundles read with suspicion: nothing is unpacked, and nothing run, to find out what they are.

The standard library is enough for this module and all that it imports.
"""

import hashlib
import json
import re
import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from defrost.bundle import layout

_CHUNK = 2**20  # bytes
_LONGEST_NAME = 255  # bytes of a part of a path
_KEPT_BY_OTHERS = {".git", ".snakemake"}  # what lies there is obeyed, or even run
_LOCAL_HEADER = 30  # bytes before an entry's name
_END = 22  # bytes of the record that a zip file ends with
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8  # flags
_METHODS = (ZIP_STORED, ZIP_DEFLATED)
_DAMAGE = (BadZipFile, EOFError, NotImplementedError, ValueError, struct.error, zlib.error)


class Problem(NamedTuple):
    """What is wrong with a bundle, and in which of its files."""

    file: str
    reason: str


class BundleError(Exception):
    """A bundle that cannot be relied on, with everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(f"{file}: {reason}" for file, reason in problems))
        self.problems = problems


class Bundle:
    """An open bundle whose entries are harmless by their names, kinds and sizes."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.names = [entry.filename for entry in archive.infolist()]

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file piece by piece, never more than it is said to hold."""
        try:
            with self._archive.open(name) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except KeyError as error:
            raise BundleError([Problem(name, "is missing")]) from error
        except _DAMAGE as error:
            raise BundleError([Problem(name, f"is damaged ({error})")]) from error

    def size(self, name: str) -> int:
        """Return how many bytes a file is said to hold."""
        return self._archive.getinfo(name).file_size

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        return b"".join(self.chunks(name))

    def read_json(self, name: str) -> dict:
        """Return the content of a file that holds a JSON object."""
        try:
            content = json.loads(self.read(name))
        except (ValueError, RecursionError) as error:
            raise BundleError([Problem(name, "is no JSON")]) from error
        if not isinstance(content, dict):
            raise BundleError([Problem(name, "is no JSON object")])
        return content


@contextmanager
def open_bundle(
    path: Path, digest: str | None = None, limit: int = layout.INFLATED
) -> Iterator[Bundle]:
    """Yield a bundle in which every file is as the manifest says, and none is missing or extra.

    Args:
        path: the zip file.
        digest: SHA-256 that its whole must have, as its authors published it.
        limit: MiB that all files together may take.

    Raises:
        BundleError: it is not so.
    """
    with _opened(path, digest) as archive:
        for problems in (_harmful(archive, limit), _out_of_place(archive)):
            _refuse(list(problems))
        bundle = Bundle(archive)
        _refuse(list(_differing(bundle)))
        yield bundle


@contextmanager
def _opened(path: Path, digest: str | None) -> Iterator[ZipFile]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise BundleError([Problem(str(path), f"cannot be read ({error.strerror})")]) from error
    with file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        if digest and found != digest.lower():
            raise BundleError([Problem(path.name, f"has the SHA-256 {found}, not {digest}")])
        try:
            archive = ZipFile(file)
        except _DAMAGE as error:
            raise BundleError([Problem(path.name, f"is no whole zip file ({error})")]) from error
        with archive:
            yield archive


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise BundleError(problems)


def _harmful(archive: ZipFile, limit: int) -> Iterator[Problem]:
    """Yield what could do harm when unpacked."""
    entries = archive.infolist()
    if len(entries) > layout.ENTRIES:
        yield Problem(layout.MANIFEST, f"{len(entries)} entries; the limit is {layout.ENTRIES}")
        return
    inflated = sum(entry.file_size for entry in entries)
    if inflated > limit * 2**20:
        largest = max(entries, key=lambda entry: entry.file_size)
        reason = f"all files would take {inflated / 2**20:,.0f} MiB; the limit is {limit:,}"
        yield Problem(_shown(largest.filename), reason)
    names = [entry.filename for entry in entries]
    folders = {str(parent) for name in names for parent in Path(name).parents}
    for name, count in Counter(name.casefold() for name in names).items():
        if count > 1:
            yield Problem(_shown(name), f"is there {count} times")
    for entry in entries:
        yield from (Problem(_shown(entry.orig_filename), reason) for reason in _odd(entry))
        if entry.filename in folders:
            yield Problem(_shown(entry.filename), "is both a file and a folder")


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)


def _odd(entry: ZipInfo) -> Iterator[str]:
    name, kind = entry.orig_filename, stat.S_IFMT(entry.external_attr >> 16)
    parts = name.split("/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        yield "is an absolute path"
    elif ".." in parts:
        yield "leads out of the folder by '..'"
    elif not name.isprintable() or "\\" in name or {"", "."} & set(parts):
        yield "is no plain name of a file"
    elif max(len(part.encode()) for part in parts) > _LONGEST_NAME:
        yield "is too long a name"
    elif _KEPT_BY_OTHERS & {part.lower() for part in parts}:
        yield "is in a folder that git or Snakemake keep for themselves"
    if kind == stat.S_IFLNK:
        yield "is a link"
    elif kind not in (0, stat.S_IFREG) or entry.external_attr & 0x10:
        yield "is no file"
    if entry.flag_bits & _ENCRYPTED:
        yield "is encrypted"
    elif entry.compress_type not in _METHODS:
        yield "is compressed by a method that bundles do not use"


def _out_of_place(archive: ZipFile) -> Iterator[Problem]:
    """Yield bytes that belong to no entry: before, between and behind them."""
    place = 0
    for entry in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        if entry.header_offset != place or entry.flag_bits & _SIZES_FOLLOW or entry.comment:
            yield Problem(entry.filename, "does not stand where the file before it ends")
            return
        archive.fp.seek(place + _LOCAL_HEADER - 4)
        lengths = struct.unpack("<HH", archive.fp.read(4))
        place += _LOCAL_HEADER + sum(lengths) + entry.compress_size
    archive.fp.seek(-_END, 2)
    end = archive.fp.tell()
    signature, size = struct.unpack("<4s8xL6x", archive.fp.read(_END))
    # the largest number says that a longer record, of large files, comes before this one
    if place != archive.start_dir or signature != b"PK\5\6" or size not in (end - place, 2**32 - 1):
        yield Problem("the zip file", "holds bytes that belong to none of its files")


def _differing(bundle: Bundle) -> Iterator[Problem]:
    """Yield every file that is not what the manifest says."""
    if layout.MANIFEST not in bundle.names:
        yield Problem(layout.MANIFEST, "is missing: this is no bundle")
        return
    if bundle.size(layout.MANIFEST) > layout.MANIFEST_SIZE:
        yield Problem(layout.MANIFEST, f"is larger than {layout.MANIFEST_SIZE} bytes")
        return
    content = bundle.read(layout.MANIFEST)
    files = _listed(content)
    if files is None:
        yield Problem(layout.MANIFEST, "is not as a bundle's manifest is written")
        return
    for name in sorted(files.keys() - set(bundle.names)):
        yield Problem(name, "is missing: the manifest lists it")
    for name in sorted(set(bundle.names) - files.keys() - {layout.MANIFEST}):
        yield Problem(name, "was added: the manifest does not list it")
    for name in sorted(files.keys() & set(bundle.names)):
        digest = hashlib.sha256()
        try:
            for chunk in bundle.chunks(name):
                digest.update(chunk)
        except BundleError as error:
            yield from error.problems
            continue
        if bundle.size(name) != files[name]["size"]:
            yield Problem(name, f"has {bundle.size(name)} bytes, not {files[name]['size']}")
        elif digest.hexdigest() != files[name]["sha256"]:
            yield Problem(name, "has another SHA-256 than the manifest says")


def _listed(content: bytes) -> dict[str, dict] | None:
    """Return the files of a manifest; nothing of one that is written in another form."""
    try:
        manifest = json.loads(content)
        files = manifest["files"]
        form = {
            name: {"sha256": str(about["sha256"]), "size": int(about["size"])}
            for name, about in files.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    written = (json.dumps({"files": form}, indent=1, sort_keys=True) + "\n").encode()
    return form if written == content else None
