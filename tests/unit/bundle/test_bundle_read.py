"""A bundle is read with suspicion: whatever was done to it is named, with the file."""

import stat
import struct
from zipfile import ZipInfo

import pytest
from small_bundle import FILES, TABLE

from defrost.bundle import layout
from defrost.bundle.read import BundleError, open_bundle
from defrost.bundle.restore import restore
from defrost.bundle.write import write_bundle


def problems(path, **options) -> dict[str, str]:
    with pytest.raises(BundleError) as caught, open_bundle(path, **options):
        pass
    return dict(caught.value.problems)


def test_a_whole_bundle_has_all_its_files(bundle):
    with open_bundle(bundle) as opened:
        assert {name: opened.read(name) for name in FILES} == FILES


@pytest.mark.parametrize("name", [*FILES, layout.MANIFEST])
def test_a_flipped_bit_of_any_byte_is_named(forged, name):
    def flip(entries):
        entry, content = entries[name]
        entries[name] = entry, content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]

    assert name in problems(forged(flip))


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_flipped_bit_of_the_zip_itself_is_found(bundle, place):
    whole = bundle.read_bytes()
    at = {"first": 45, "middle": len(whole) // 3, "last": len(whole) - 10}[place]
    bundle.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
    assert problems(bundle)


def test_a_manifest_has_one_form(forged):
    def space(entries):
        entry, content = entries[layout.MANIFEST]
        entries[layout.MANIFEST] = entry, content.replace(b": ", b":\t", 1)

    assert problems(forged(space)) == {layout.MANIFEST: "is not as a bundle's manifest is written"}


def test_a_missing_and_an_added_file_are_named(forged):
    assert problems(forged(lambda entries: entries.pop(TABLE))) == {
        TABLE: "is missing: the manifest lists it"
    }

    def add(entries):
        entries["notes.txt"] = ZipInfo("notes.txt"), b"hello"

    assert problems(forged(add)) == {"notes.txt": "was added: the manifest does not list it"}


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_a_truncated_bundle_is_no_whole_zip_file(bundle, kept):
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    assert "no whole zip file" in problems(bundle)[bundle.name]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../outside", "'..'"),
        ("results/../../outside", "'..'"),
        ("/etc/outside", "absolute"),
        ("C:/outside", "absolute"),
        ("results\\outside", "plain name"),
        ("results//outside", "plain name"),
        ("./outside", "plain name"),
        ("results/", "plain name"),
        ("a\nb", "plain name"),
        (".git/hooks/pre-commit", "git or Snakemake"),
        (".snakemake/iocache/latest.pkl", "git or Snakemake"),
        ("x" * 300, "too long"),
        ("CONFIG.yaml", "2 times"),
        ("config.yaml/inside", "both a file and a folder"),
    ],
)
def test_names_that_could_do_harm_are_refused_and_nothing_is_written(
    forged, tmp_path, name, reason
):
    def add(entries):
        entries[name] = ZipInfo(name), b"harm"

    path = forged(add)
    before = sorted(tmp_path.rglob("*"))
    assert any(reason in said for said in problems(path).values())
    with pytest.raises(BundleError), open_bundle(path) as opened:
        restore(opened, tmp_path / "new")
    assert sorted(tmp_path.rglob("*")) == before


def test_the_same_name_twice_is_refused(bundle, forged):
    def add(entries):
        entries["again"] = ZipInfo(TABLE), b"depth\n9\n"

    with pytest.warns(UserWarning, match="Duplicate"):
        path = forged(add)
    assert problems(path) == {TABLE: "is there 2 times"}


@pytest.mark.parametrize(
    ("kind", "reason"), [(stat.S_IFLNK, "is a link"), (stat.S_IFIFO, "is no file")]
)
def test_links_and_pipes_are_refused(forged, kind, reason):
    def link(entries):
        entry, _ = entries[TABLE]
        entry.external_attr = (kind | 0o777) << 16
        entries[TABLE] = entry, b"/etc/passwd"

    assert problems(forged(link))[TABLE] == reason


def test_what_inflates_beyond_the_limit_is_not_inflated(forged):
    def bomb(entries):
        entries["zeros"] = ZipInfo("zeros"), bytes(3 * 2**20)

    path = forged(bomb)
    assert path.stat().st_size < 10_000
    said = problems(path, limit=2)["zeros"]
    assert "MiB; the limit is 2" in said


def test_a_size_that_lies_does_not_inflate_more(bundle):
    """The directory says that the table is shorter than what it inflates to."""
    whole = bytearray(bundle.read_bytes())
    size = struct.pack("<L", len(FILES[TABLE]))
    at = whole.rfind(TABLE.encode()) - 46 + 24
    assert whole[at : at + 4] == size
    whole[at : at + 4] = struct.pack("<L", 5)
    bundle.write_bytes(whole)
    assert TABLE in problems(bundle)


@pytest.mark.parametrize("place", ["front", "before the directory", "end"])
def test_bytes_that_belong_to_no_file_are_found(bundle, place):
    whole, more = bundle.read_bytes(), b"#!/bin/sh\n"
    end = len(whole) - 22
    directory = struct.unpack("<L", whole[end + 16 : end + 20])[0]
    at = {"front": 0, "before the directory": directory, "end": len(whole)}[place]
    changed = bytearray(whole[:at] + more + whole[at:])
    if place == "before the directory":  # and the record at the end says so
        changed[-6:-2] = struct.pack("<L", directory + len(more))
    bundle.write_bytes(changed)
    assert problems(bundle)


def test_a_bundle_edited_with_its_checksums_shows_by_the_published_digest_alone(tmp_path, bundle):
    published = write_bundle(bundle, FILES)
    edited = tmp_path / "edited.crate.zip"
    digest = write_bundle(edited, {**FILES, TABLE: b"depth,test_accuracy\n0,0.5\n1,0.99\n"})
    with open_bundle(edited), open_bundle(bundle, digest=published.upper()):
        pass
    assert problems(edited, digest=published) == {
        edited.name: f"has the SHA-256 {digest}, not {published}"
    }


def test_other_files_are_no_bundles(tmp_path, forged):
    assert problems(forged(lambda entries: entries.pop(layout.MANIFEST)))[layout.MANIFEST]
    assert "cannot be read" in problems(tmp_path / "none.zip")[str(tmp_path / "none.zip")]


def test_the_same_files_are_the_same_bytes(tmp_path):
    digests = {
        write_bundle(tmp_path / "b.zip", dict(sorted(FILES.items(), reverse=order)))
        for order in (True, False)
    }
    assert len(digests) == 1
