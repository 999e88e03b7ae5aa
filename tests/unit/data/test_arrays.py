"""Files of arrays: layouts and types that are read, and refusals that name file and array."""

import os

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors

from defrost.data.arrays import read_arrays
from defrost.data.raw import DataError

SUFFIXES = [".npz", ".safetensors"]
BYTES = np.random.default_rng(0).integers(0, 256, (4, 5, 6), dtype=np.uint8)
LABELS = np.array([0, 1, 2, 0])


@pytest.fixture
def write(tmp_path):
    """Write arrays by name to a file of this suffix, and return its path."""

    def written(suffix=".npz", **arrays):
        path = tmp_path / f"data{suffix}"
        if suffix == ".npz":
            np.savez(path, **arrays)
        else:
            save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)
        return path

    return written


def refused(path, named=None):
    """Return the one line with which a file is refused, which must name the file and an array."""
    with pytest.raises(DataError) as error:
        read_arrays(path)
    message = str(error.value)
    assert message.startswith(f"data: {path}: {named}: " if named else f"data: {path}: ")
    assert "\n" not in message
    return message


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_bytes_come_back(write, suffix):
    raw = read_arrays(write(suffix, images=BYTES, labels=LABELS))
    assert raw.images.dtype == torch.uint8
    assert np.array_equal(raw.images, BYTES[:, None])
    assert raw.labels.dtype == torch.int64
    assert raw.labels.tolist() == [0, 1, 2, 0]
    assert raw.class_names == ("0", "1", "2")
    assert raw.test_from is None


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("channels", [1, 3])
def test_channels_may_come_first_or_last(write, suffix, channels):
    first = np.random.default_rng(0).integers(0, 256, (4, channels, 5, 6), dtype=np.uint8)
    for images in (first, first.transpose(0, 2, 3, 1)):
        raw = read_arrays(write(suffix, images=images, labels=LABELS))
        assert np.array_equal(raw.images, first)


@pytest.mark.parametrize("shape", [(4, 3, 5, 3), (4, 1, 5, 3), (4, 2, 5, 6), (4, 30), (4, 0, 6)])
def test_other_layouts_are_refused(write, shape):
    message = refused(write(images=np.zeros(shape, np.uint8), labels=LABELS), "images")
    assert " x ".join(map(str, shape)) in message


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_floats_keep_their_range(write, suffix, dtype):
    images = (np.arange(120).reshape(4, 5, 6) * 0.5 - 20).astype(dtype)
    raw = read_arrays(write(suffix, images=images, labels=LABELS))
    assert raw.images.dtype == torch.float32
    assert np.array_equal(raw.images[:, 0], images)


def test_bytes_of_other_machines_and_programs_are_read(write, tmp_path):
    floats = BYTES.astype(">f4")
    raw = read_arrays(write(images=floats, labels=LABELS.astype(">i2")))
    assert np.array_equal(raw.images[:, 0], BYTES)
    assert raw.labels.tolist() == LABELS.tolist()
    images = torch.from_numpy(BYTES).bfloat16()
    path = tmp_path / "half.safetensors"
    save_tensors({"images": images, "labels": torch.from_numpy(LABELS).short()}, path)
    assert read_arrays(path).images[:, 0].equal(images.float())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_official_test_part_comes_last(write, suffix):
    parts = {"test_images": BYTES[1:], "test_labels": np.array([2, 1, 0])}
    raw = read_arrays(write(suffix, images=BYTES, labels=LABELS, **parts))
    assert raw.test_from == 4
    assert raw.labels.tolist() == [0, 1, 2, 0, 2, 1, 0]
    assert np.array_equal(raw.images[4:, 0], BYTES[1:])


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_not_finite_are_refused(write, suffix, wrong):
    images = BYTES.astype(np.float32)
    images[2, 0, 0] = wrong
    message = refused(write(suffix, images=images, labels=LABELS), "images")
    assert "row 2" in message


def test_pixels_too_large_for_single_precision_are_refused(write):
    refused(write(images=np.full((4, 5, 6), 1e300), labels=LABELS), "images")


@pytest.mark.parametrize("dtype", ["i8", "u2", "bool", "c8", "U3", "datetime64[s]"])
def test_images_of_other_numbers_are_refused(write, dtype):
    refused(write(images=BYTES.astype(dtype), labels=LABELS), "images")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ([0, 1, 3, 0], "from 0 to 3"),
        ([1, 2, 3, 1], "from 1 to 3"),
        ([-1, 0, 1, 0], "from -1 to 1"),
        ([-1, 0, 2, 0], "from -1 to 2"),
        ([0, 1, 2**40, 0], str(2**40)),
        (np.array([0, 1, 2**64 - 1, 0], np.uint64), str(2**64 - 1)),
        ([0.5, 1, 2, 0], "float64"),
        ([0.0, 1, 2, 0], "float"),
        ([True, False, True, False], "bool"),
        ([0, 0, 0, 0], "1 classes"),
        ([[0], [1], [2], [0]], "4 x 1"),
    ],
)
def test_labels_that_do_not_count_classes_are_refused(write, suffix, labels, found):
    path = write(suffix, images=BYTES, labels=np.array(labels))
    if suffix == ".safetensors":
        found = found.replace("float64", "float")
    assert found in refused(path, "labels")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_unequal_lengths_are_refused(write, suffix):
    message = refused(write(suffix, images=BYTES[:3], labels=LABELS))
    assert "3 images and 4 labels" in message


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("missing", ["images", "labels", "test_images", "test_labels"])
def test_a_missing_array_is_named(write, suffix, missing):
    arrays = {"images": BYTES, "labels": LABELS, "test_images": BYTES, "test_labels": LABELS}
    del arrays[missing]
    assert f"found no array {missing};" in refused(write(suffix, **arrays))


@pytest.mark.parametrize(
    ("named", "part"),
    [
        ("test_images", {"test_images": BYTES[:, :4], "test_labels": LABELS}),
        ("test_images", {"test_images": BYTES.astype("f4"), "test_labels": LABELS}),
        ("test_labels", {"test_images": BYTES, "test_labels": np.array([0, 1, 2, 3])}),
        ("test_labels", {"test_images": BYTES, "test_labels": np.array([0, 1, 0, 1])}),
    ],
)
def test_a_test_part_unlike_the_training_part_is_refused(write, named, part):
    refused(write(images=BYTES, labels=LABELS, **part), named)


def test_python_objects_are_refused_and_not_run(write, tmp_path):
    class Harm:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "harm"),)

    images = np.empty(4, object)
    images[:] = [Harm() for _ in range(4)]
    refused(write(images=images, labels=LABELS))
    path = tmp_path / "pickled.npz"
    path.write_bytes(images.dumps())
    refused(path)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_refused(write, suffix, share):
    path = write(suffix, images=BYTES, labels=LABELS)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    refused(path)


def test_a_damaged_archive_is_refused(write):
    path = write(images=BYTES, labels=LABELS)
    content = bytearray(path.read_bytes())
    content[200] ^= 255
    path.write_bytes(content)
    refused(path)


def test_one_array_under_the_name_of_an_archive_is_refused(tmp_path):
    np.save(tmp_path / "data.npy", BYTES)
    (tmp_path / "data.npy").rename(tmp_path / "data.npz")
    refused(tmp_path / "data.npz")


@pytest.mark.parametrize("name", ["data.npy", "data", "data.pt", "data.csv"])
def test_other_suffixes_are_refused(tmp_path, name):
    (tmp_path / name).write_text("")
    assert ".npz, .safetensors" in refused(tmp_path / name)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_file_is_refused(tmp_path, suffix):
    assert "found no file;" in refused(tmp_path / f"none{suffix}")
