"""The digest of a folder: names, sizes and ends of files count, times and places do not."""

import os
import shutil

from defrost.provenance.listing import listing_digest


def write(folder):
    for name, content in (("ants/1.png", "one"), ("ants/2.png", "two"), ("bees/1.png", "three")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def test_a_copy_elsewhere_at_another_time_is_the_same(tmp_path):
    folder = write(tmp_path / "here")
    shutil.copytree(folder, tmp_path / "there")
    os.utime(tmp_path / "there/ants/1.png", (0, 0))
    assert listing_digest(folder) == listing_digest(tmp_path / "there")


def test_every_change_of_a_name_or_size_is_seen(tmp_path):
    digests = {listing_digest(write(tmp_path / "a"))}
    (tmp_path / "a/ants/1.png").write_text("longer")
    digests.add(listing_digest(tmp_path / "a"))
    (tmp_path / "a/ants/3.png").touch()
    digests.add(listing_digest(tmp_path / "a"))
    (tmp_path / "a/ants/3.png").rename(tmp_path / "a/bees/3.png")
    digests.add(listing_digest(tmp_path / "a"))
    (tmp_path / "a/bees/3.png").unlink()
    (tmp_path / "a/bees/3.png").symlink_to("nowhere")
    digests.add(listing_digest(tmp_path / "a"))
    (tmp_path / "a/ants/1.png").write_text("longes")
    digests.add(listing_digest(tmp_path / "a"))
    assert len(digests) == 6


def test_what_is_hidden_does_not_count_and_what_is_linked_does(tmp_path):
    folder = write(tmp_path / "here")
    before = listing_digest(folder)
    (folder / "ants/.DS_Store").write_text("opened")
    assert listing_digest(folder) == before
    (folder / "wasps").symlink_to(write(tmp_path / "there") / "ants")
    linked = listing_digest(folder)
    (tmp_path / "there/ants/4.png").write_text("new")
    assert len({before, linked, listing_digest(folder)}) == 3


def test_a_link_that_leads_back_up_ends(tmp_path):
    folder = write(tmp_path / "here")
    (folder / "ants/up").symlink_to(folder)
    assert listing_digest(folder)
