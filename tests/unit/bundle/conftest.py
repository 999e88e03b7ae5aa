"""A small bundle, and what can be done to it."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from small_bundle import FILES

from defrost.bundle.write import write_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A whole bundle of a few files."""
    write_bundle(tmp_path / "a.crate.zip", FILES)
    return tmp_path / "a.crate.zip"


@pytest.fixture
def forged(bundle: Path, tmp_path: Path) -> Callable[[Callable[[dict], None]], Path]:
    """Return a function that writes the bundle anew after an edit of its entries."""

    def forge(edit: Callable[[dict[str, tuple[ZipInfo, bytes]]], None]) -> Path:
        with ZipFile(bundle) as archive:
            entries = {e.filename: (e, archive.read(e)) for e in archive.infolist()}
        edit(entries)
        path = tmp_path / "forged.crate.zip"
        with ZipFile(path, "w") as archive:
            for entry, content in entries.values():
                archive.writestr(entry, content, ZIP_DEFLATED)
        return path

    return forge
