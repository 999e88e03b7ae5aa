"""Corruptions do what they say, by as much as they say."""

import math

import pytest
import torch

from defrost.data import corruptions
from defrost.data.corruptions import corrupt

KINDS = ["rotation", "noise", "blur", "permutation"]


@pytest.fixture(autouse=True)
def deterministic():
    """As in every job: operations without a deterministic algorithm are errors."""
    torch.set_deterministic_debug_mode("error")
    yield
    torch.set_deterministic_debug_mode("default")


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def noise(*shape):
    return torch.rand(*shape, generator=generator(9))


def spot(size=41):
    image = torch.zeros(1, 1, size, size)
    image[0, 0, size // 2, size // 2] = 1.0
    return image


@pytest.mark.parametrize("kind", KINDS)
def test_strength_zero_changes_nothing(kind):
    images = noise(3, 2, 9, 9)
    assert corrupt(images, kind, 0, generator()) is images
    assert corrupt(images, kind, 0.0, generator()) is images


@pytest.mark.parametrize("kind", KINDS)
def test_images_keep_their_shape_and_the_input_its_values(kind, monkeypatch):
    images = noise(5, 3, 8, 10)
    before = images.clone()
    changed = corrupt(images, kind, 0.5, generator())
    assert changed.shape == images.shape
    assert changed.dtype == torch.float32
    assert not changed.equal(images)
    assert images.equal(before)
    assert corrupt(images, kind, 0.5, generator()).equal(changed)
    monkeypatch.setattr(corruptions, "_IMAGES", 2)
    assert corrupt(images, kind, 0.5, generator()).equal(changed)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_rotation_is_counter_clockwise(turns):
    images = noise(2, 3, 9, 9)
    turned = corrupt(images, "rotation", 90 * turns, generator())
    assert torch.allclose(turned, images.rot90(turns, dims=(2, 3)), atol=1e-4)


def test_rotation_by_less_moves_a_point_by_its_angle():
    image = torch.zeros(1, 1, 41, 41)
    image[0, 0, 20, 35] = 1.0  # 15 pixels right of the centre
    turned = corrupt(image, "rotation", 30, generator())[0, 0]
    rows, columns = torch.meshgrid(torch.arange(41.0), torch.arange(41.0), indexing="ij")
    assert ((turned * rows).sum() / turned.sum()).item() == pytest.approx(20 - 7.5, abs=0.1)
    expected = 20 + 15 * math.cos(math.radians(30))
    assert ((turned * columns).sum() / turned.sum()).item() == pytest.approx(expected, abs=0.1)


def test_noise_has_its_standard_deviation():
    images = noise(50, 1, 40, 40) * 10
    added = (corrupt(images, "noise", 0.3, generator()) - images).double()
    # standard errors over 80,000 draws: 0.3 / sqrt(80000) and 0.3 / sqrt(160000)
    assert abs(added.mean()) < 4.5 * 0.00106
    assert added.std().item() == pytest.approx(0.3, abs=4.5 * 0.00075)
    assert (added.abs() < 0.3).double().mean().item() == pytest.approx(0.6827, abs=0.008)


def test_noise_depends_on_the_generator_alone():
    images = noise(2, 1, 4, 4)
    first, second = (corrupt(images, "noise", 1, generator(seed)) for seed in (1, 2))
    assert not torch.allclose(first, second)


@pytest.mark.parametrize("deviation", [0.7, 2.0, 4.0])
def test_blur_has_its_standard_deviation(deviation):
    blurred = corrupt(spot(), "blur", deviation, generator())[0, 0].double()
    offsets = torch.arange(41.0).double() - 20
    assert blurred.sum().item() == pytest.approx(1, abs=1e-5)
    for axis in (0, 1):
        variance = (blurred.sum(axis) * offsets**2).sum()
        assert variance.sqrt().item() == pytest.approx(deviation, rel=0.01)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 1, 6), (1, 6, 1)])
def test_blur_wider_than_the_image_leaves_little_but_its_mean(shape):
    images = noise(4, *shape)
    blurred = corrupt(images, "blur", 50, generator())
    spread = images.std(dim=(2, 3)).mean()
    assert blurred.std(dim=(2, 3)).mean() < 0.2 * spread


@pytest.mark.parametrize(("share", "moved"), [(0.25, 25), (0.5, 50), (1, 100), (0.004, 0)])
def test_permutation_moves_its_share_of_the_positions(share, moved):
    images = torch.arange(600.0).reshape(2, 3, 10, 10)
    permuted = corrupt(images, "permutation", share, generator())
    places = permuted.flatten(2)
    assert places.sort(dim=2).values.equal(images.flatten(2))
    changed = (places != images.flatten(2)).sum(2)
    assert changed.unique().tolist() == [moved]
    origin = places - images.flatten(2)[:, :, :1]
    assert (origin == origin[0, 0]).all()  # one permutation for all images and channels


def test_permutations_differ_by_generator():
    images = torch.arange(100.0).reshape(1, 1, 10, 10)
    first, second = (corrupt(images, "permutation", 0.5, generator(seed)) for seed in (1, 2))
    assert not first.equal(second)
