"""Images brought to a shape."""

import numpy as np
import pytest
import torch
from PIL import Image

from defrost.data import images as module
from defrost.data.images import to_shape


@pytest.fixture(autouse=True)
def deterministic():
    """As in every job: operations without a deterministic algorithm are errors."""
    torch.set_deterministic_debug_mode("error")
    yield
    torch.set_deterministic_debug_mode("default")


def noise(*shape):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def test_bytes_become_shares():
    images = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    shares = to_shape(images, (1, 16, 16))
    assert shares.dtype == torch.float32
    assert shares.flatten().tolist() == pytest.approx([i / 255 for i in range(256)], abs=1e-7)


def test_floats_that_have_the_shape_are_not_copied():
    images = noise(2, 3, 4, 5) * 50 - 20
    assert to_shape(images, (3, 4, 5)) is images


def test_grey_is_repeated():
    images = noise(2, 1, 4, 5)
    assert to_shape(images, (3, 4, 5)).equal(images.expand(-1, 3, -1, -1))


def test_colours_become_grey_as_pillow_says():
    images = (noise(3, 3, 8, 8) * 255).byte()
    grey = to_shape(images, (1, 8, 8))[:, 0]
    for image, expected in zip(grey, images, strict=True):
        pillow = Image.fromarray(expected.permute(1, 2, 0).numpy()).convert("L")
        assert np.abs(image.numpy() * 255 - np.asarray(pillow)).max() <= 0.51


@pytest.mark.parametrize("size", [(5, 3), (8, 24), (31, 40)])
def test_sizes_change_as_pillow_changes_them(size):
    images = noise(2, 1, 16, 20)
    resized = to_shape(images, (1, *size))
    assert resized.shape == (2, 1, *size)
    for image, expected in zip(resized, images, strict=True):
        pillow = Image.fromarray(expected[0].numpy()).resize(size[::-1], Image.Resampling.BILINEAR)
        assert np.abs(image[0].numpy() - np.asarray(pillow)).max() < 1e-5


def test_colour_and_size_change_together():
    images = noise(2, 3, 16, 20)
    assert torch.allclose(
        to_shape(images, (1, 5, 3)), to_shape(to_shape(images, (1, 16, 20)), (1, 5, 3))
    )
    assert to_shape(images[:, :1], (3, 5, 3)).equal(
        to_shape(images[:, :1].expand(-1, 3, -1, -1), (3, 5, 3))
    )


def test_parts_make_no_difference(monkeypatch):
    images = noise(7, 3, 6, 6)
    whole = to_shape(images, (1, 4, 4))
    monkeypatch.setattr(module, "_IMAGES", 3)
    assert to_shape(images, (1, 4, 4)).equal(whole)


def test_the_input_stays_as_it_is():
    images = noise(2, 3, 6, 6)
    before = images.clone()
    to_shape(images, (1, 4, 4))
    assert images.equal(before)
