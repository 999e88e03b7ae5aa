"""A bundle is unpacked into an empty folder alone, and all files there are of one age."""

import pytest
from small_bundle import FILES, TABLE

from defrost.bundle import layout
from defrost.bundle.read import BundleError, open_bundle
from defrost.bundle.restore import restore
from defrost.provenance.snakemake_records import FOLDER, read_records


def test_every_file_is_there_at_the_same_age_and_with_its_record(bundle, tmp_path):
    folder = tmp_path / "deep/new"
    with open_bundle(bundle) as opened:
        restore(opened, folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = {path.relative_to(folder).as_posix(): path for path in files}
    assert {name: found[name].read_bytes() for name in FILES} == FILES
    assert len({found[name].stat().st_mtime_ns for name in (*FILES, layout.MANIFEST)}) == 1
    assert not any(path.stat().st_mode & 0o111 for path in files)
    assert read_records(folder / FOLDER) == {TABLE: {"rule": "b"}}


@pytest.mark.parametrize("there", ["a file in it", "a file", "a link"])
def test_a_folder_that_holds_something_is_left_alone(bundle, tmp_path, there):
    folder, elsewhere = tmp_path / "new", tmp_path / "elsewhere"
    elsewhere.mkdir()
    if there == "a file in it":
        folder.mkdir()
        (folder / "mine").write_text("mine")
    elif there == "a file":
        folder.write_text("mine")
    else:
        folder.symlink_to(elsewhere)
    before = sorted(tmp_path.rglob("*"))
    with open_bundle(bundle) as opened, pytest.raises(BundleError, match="not an empty folder"):
        restore(opened, folder)
    assert sorted(tmp_path.rglob("*")) == before
