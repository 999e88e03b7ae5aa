"""The data set that the settings ask for."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from defrost.data.raw import DataError
from defrost.data.read import read_raw


def test_the_digits_are_read(tmp_path):
    raw = read_raw({"dataset": "digits"}, None, tmp_path, download=False)
    assert raw.images.shape == (1797, 1, 8, 8)
    assert raw.images.dtype == torch.float32
    assert (raw.images.min(), raw.images.max()) == (0, 1)
    assert raw.class_names == tuple("0123456789")
    assert raw.test_from is None


def test_a_folder_is_read_in_the_shape_that_is_asked_for(tmp_path):
    for name, width in (("cat", 3), ("dog", 5)):
        (tmp_path / name).mkdir()
        Image.new("L", (width, 4)).save(tmp_path / name / "1.png")
    settings = {"dataset": "folder", "path": str(tmp_path)}
    assert read_raw(settings, (3, 6, 7), "unused", False).images.shape == (2, 3, 6, 7)
    with pytest.raises(DataError, match="`image`"):
        read_raw(settings, None, "unused", False)


def test_arrays_are_read(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.zeros((2, 4, 5), np.uint8), labels=np.arange(2))
    settings = {"dataset": "arrays", "path": str(tmp_path / "a.npz")}
    assert read_raw(settings, None, "unused", False).images.shape == (2, 1, 4, 5)


def test_other_names_are_sets_of_torchvision(tmp_path):
    with pytest.raises(DataError, match="MNIST/raw/train-images-idx3-ubyte.gz: found no file"):
        read_raw({"dataset": "MNIST"}, None, tmp_path, download=False)


def test_a_reader_is_imported_only_where_it_is_used():
    code = (
        "import sys, defrost.data.read; print({'torchvision', 'sklearn', 'PIL'} & {*sys.modules})"
    )
    path = [entry for entry in sys.path if entry.endswith("scripts")]
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": path[0]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "set()\n"
