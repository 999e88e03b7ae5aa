"""Folders of images: any format, colour and size, or a refusal that names the file."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from defrost.data.folder import read_folder
from defrost.data.raw import DataError


def grey(value, size=(6, 4)):
    return Image.new("L", size, value)


def colour(*value, size=(6, 4)):
    return Image.new("RGB", size, value)


@pytest.fixture
def folder(tmp_path):
    """Write images by their path in a folder, and return the folder."""

    def written(**files):
        for name, image in files.items():
            path = tmp_path / "images" / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            image.save(path)
        return tmp_path / "images"

    return written


@pytest.fixture
def two(folder):
    """A folder of two classes with a grey image each."""
    return folder(cat__1_png=grey(10), dog__1_png=grey(20))


def refused(path, named, shape=None):
    """Return the one line with which a folder is refused, which must name this file."""
    with pytest.raises(DataError) as error:
        read_folder(path, shape)
    message = str(error.value)
    assert message.startswith(f"data: {named}: ")
    assert "\n" not in message
    return message


def test_classes_and_images_are_read_in_the_order_of_their_names(folder):
    path = folder(
        dog__b_png=grey(3),
        dog__a_bmp=grey(2),
        cat__z_png=grey(1),
        cat__a_gif=grey(0),
        eel__a_png=grey(4),
    )
    raw = read_folder(path, None)
    assert raw.images.dtype == torch.uint8
    assert raw.images.shape == (5, 1, 4, 6)
    assert raw.images[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4]
    assert raw.labels.tolist() == [0, 0, 1, 1, 2]
    assert raw.class_names == ("cat", "dog", "eel")
    assert raw.test_from is None


def test_hidden_files_are_passed_over(two):
    (two / ".DS_Store").write_text("no image")
    (two / "cat" / ".thumbnail").write_text("no image")
    assert len(read_folder(two, None).images) == 2


def test_pixels_keep_their_place(folder):
    pixels = np.arange(72, dtype=np.uint8).reshape(4, 6, 3)
    path = folder(cat__1_png=Image.fromarray(pixels), dog__1_png=colour(1, 2, 3))
    for shape in (None, (3, 4, 6)):
        raw = read_folder(path, shape)
        assert np.array_equal(raw.images[0], pixels.transpose(2, 0, 1))


def test_images_are_grey_only_where_all_are(folder):
    path = folder(cat__1_png=grey(10), dog__1_png=colour(20, 20, 20))
    assert read_folder(path, None).images.shape[1] == 1
    folder(dog__2_jpg=colour(200, 0, 0))
    mixed = read_folder(path, None).images
    assert mixed.shape[1] == 3
    assert mixed[0].unique().tolist() == [10]


@pytest.mark.parametrize("channels", [1, 3])
def test_every_image_is_brought_to_the_shape(folder, channels):
    path = folder(cat__1_jpg=grey(50, (31, 17)), dog__1_png=colour(100, 100, 100, size=(5, 40)))
    images = read_folder(path, (channels, 8, 9)).images
    assert images.shape == (2, channels, 8, 9)
    assert images.float().mean(dim=(1, 2, 3)).tolist() == pytest.approx([50, 100], abs=1)


def test_colours_become_grey_by_their_brightness(folder):
    path = folder(cat__1_png=colour(255, 0, 0), dog__1_png=colour(0, 0, 255))
    assert read_folder(path, (1, 4, 6)).images[:, 0, 0, 0].tolist() == [76, 29]


def transparent(mode, image):
    """An image whose right half is transparent."""
    opacity = Image.fromarray(np.repeat([[255] * 3 + [0] * 3], 4, axis=0).astype(np.uint8))
    image.putalpha(opacity)
    assert image.mode == mode
    return image


def palette(transparent_entry=None):
    """An image of a palette: its left half red, its right half green."""
    image = Image.fromarray(np.repeat([[0] * 3 + [1] * 3], 4, axis=0).astype(np.uint8), "L")
    image.putpalette([255, 0, 0, 0, 255, 0])
    if transparent_entry is not None:
        image.info["transparency"] = transparent_entry
    return image


@pytest.mark.parametrize(
    ("image", "left", "right"),
    [
        (Image.new("1", (6, 4), 1), [255], [255]),
        (palette(), [255, 0, 0], [0, 255, 0]),
        (palette(transparent_entry=1), [255, 0, 0], [255, 255, 255]),
        (transparent("LA", grey(40)), [40], [255]),
        (transparent("RGBA", colour(1, 2, 3)), [1, 2, 3], [255, 255, 255]),
        (Image.fromarray(np.full((4, 6), 257 * 200, np.uint16)), [200], [200]),
        (Image.fromarray(np.full((4, 6), 65535, np.int32)), [255], [255]),
        (Image.new("CMYK", (6, 4), (0, 255, 255, 0)), [255, 0, 0], [255, 0, 0]),
    ],
)
def test_every_kind_of_pixel_becomes_bytes(folder, image, left, right):
    suffix = "tif" if image.mode in ("I", "CMYK") else "png"
    path = folder(cat__1_png=grey(0), **{f"dog__1_{suffix}": image})
    read = read_folder(path, None).images[1]
    assert read[:, 0, 0].tolist() == left
    assert read[:, 0, 5].tolist() == right


@pytest.mark.parametrize("pixels", [np.full((4, 6), 0.5, np.float32), np.full((4, 6), 65536, "i4")])
def test_pixels_of_unknown_range_are_refused(folder, pixels):
    path = folder(cat__1_png=grey(0), dog__1_tif=Image.fromarray(pixels))
    assert "8 or 16 bits" in refused(path, path / "dog" / "1.tif")


def test_unequal_sizes_without_a_shape_are_refused(folder):
    path = folder(cat__1_png=grey(0), dog__1_png=grey(0, (7, 4)))
    message = refused(path, path / "dog" / "1.png")
    assert "4 x 7" in message
    assert "4 x 6" in message
    assert "`image`" in message


def test_a_missing_folder_is_refused(tmp_path):
    refused(tmp_path / "nowhere", tmp_path / "nowhere")


def test_one_class_is_refused(folder):
    path = folder(cat__1_png=grey(0))
    assert "found 1 sub-folder" in refused(path, path)


def test_an_empty_class_is_refused(two):
    (two / "eel").mkdir()
    (two / "eel" / ".hidden").write_text("")
    refused(two, two / "eel")


@pytest.mark.parametrize("shape", [None, (1, 4, 6)])
@pytest.mark.parametrize("name", ["cat/notes.txt", "cat/2.png", "cat/a b\n c.jpg"])
def test_a_file_that_is_no_image_is_refused(two, name, shape):
    (two / name).write_text("no image")
    refused(two, two / " ".join(name.split()), shape)


def test_a_file_beside_the_classes_is_refused(two):
    (two / "README").write_text("no class")
    refused(two, two / "README")


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "tif", "bmp", "webp"])
def test_a_truncated_image_is_refused(folder, suffix):
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    path = folder(cat__1_png=grey(0), **{f"dog__1_{suffix}": Image.fromarray(noise)})
    file = path / "dog" / f"1.{suffix}"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    refused(path, file, (3, 4, 6))


def test_an_image_that_would_fill_the_memory_is_refused(two, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)  # Pillow warns from here to twice as many
    assert "24 pixels" in refused(two, two / "cat" / "1.png")


def test_a_program_that_draws_an_image_is_not_run(folder, monkeypatch):
    def run(*_, **__):
        raise AssertionError("ran a program")

    path = folder(cat__1_png=grey(0), dog__1_eps=grey(0))
    monkeypatch.setattr("subprocess.check_call", run)
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", run)
    assert "ran a program" not in refused(path, path / "dog" / "1.eps")


def test_links_that_lead_back_are_refused(two):
    (two / "cat" / "up").symlink_to(two)
    refused(two, two / "cat" / "up")
    (two / "cat" / "up").unlink()
    (two / "cat" / "self").symlink_to("self")
    refused(two, two / "cat" / "self")


def test_a_pipe_is_refused_and_not_waited_for(two):
    os.mkfifo(two / "cat" / "pipe")
    refused(two, two / "cat" / "pipe")


def test_a_class_may_be_a_link(two, tmp_path):
    (two / "cat").rename(tmp_path / "elsewhere")
    (two / "cat").symlink_to(Path("..") / "elsewhere")
    assert read_folder(two, None).class_names == ("cat", "dog")
