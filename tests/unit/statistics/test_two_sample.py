"""Energy distances: unbiased, equal to their definition and to closed forms."""

import math

import pytest
import torch

from defrost.data.dataset import Examples
from defrost.statistics import two_sample
from defrost.statistics.two_sample import by_class, energy_distance, patch_energy_distance


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def brute_force(first, second):
    def mean(pairs):
        distances = [math.dist(x.tolist(), y.tolist()) for x, y in pairs]
        return sum(distances) / len(distances)

    def others(sample):
        return [(x, y) for i, x in enumerate(sample) for j, y in enumerate(sample) if i != j]

    across = [(x, y) for x in first for y in second]
    return 2 * mean(across) - mean(others(first)) - mean(others(second))


def test_it_is_the_definition():
    first, second = normal(7, 3), normal(11, 3, seed=1) + 0.5
    assert energy_distance(first, second) == pytest.approx(brute_force(first, second), abs=1e-6)


def test_chunks_change_nothing(monkeypatch):
    first, second = normal(50, 20), normal(40, 20, seed=1)
    whole = energy_distance(first, second)
    monkeypatch.setattr(two_sample, "_ROWS", 7)
    assert energy_distance(first, second) == pytest.approx(whole, abs=1e-9)


def test_equal_distributions_give_zero_on_average():
    values = torch.tensor(
        [energy_distance(normal(8, 5, seed=s), normal(12, 5, seed=1000 + s)) for s in range(400)],
        dtype=torch.float64,
    )
    error = values.std() / len(values) ** 0.5
    assert values.mean().abs() < 4 * error
    # the biased form, with the zeros of the diagonals, would not pass
    assert error < 0.02
    assert values.min() < 0


def test_two_shifted_uniforms_give_the_closed_form():
    # on the line the distance is twice the integral of the squared difference of the distribution
    # functions, which for 0..1 and s..1 + s rises to s over a length s, stays, and falls
    shift = 0.5
    grid = (torch.arange(2000) + 0.5)[:, None] / 2000
    closed = 2 * shift**2 - 2 / 3 * shift**3
    assert energy_distance(grid, grid + shift) == pytest.approx(closed, abs=1e-3)


def test_it_grows_with_the_shift():
    first, second = normal(300, 10), normal(300, 10, seed=1)
    values = [energy_distance(first, second + shift) for shift in (0, 0.3, 0.6, 1.2)]
    assert values == sorted(values)
    assert values[0] == pytest.approx(0, abs=0.05) and values[1] > 0.1


def test_a_large_common_offset_changes_little():
    first, second = normal(50, 20), normal(50, 20, seed=1) + 0.2
    offset = energy_distance(first + 100, second + 100)
    assert offset == pytest.approx(energy_distance(first, second), abs=1e-4)


def patchy(count, seed):
    """Return images of noise that is on or off patch by patch: uncorrelated, with variance 1."""
    on = normal(count, 1, 4, 4, seed=seed) > 0
    return (
        normal(count, 1, 16, 16, seed=seed + 1)
        * 2**0.5
        * on.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)
    )


def test_patches_show_what_whole_images_hide_beyond_two_moments():
    gaussian, clone, other = normal(200, 1, 16, 16), patchy(200, 1), patchy(200, 3)
    assert patch_energy_distance(gaussian, clone) > 0.3
    assert abs(patch_energy_distance(clone, other)) < 0.01
    assert abs(energy_distance(gaussian, clone)) < 0.05


def test_patches_lie_side_by_side():
    first, second = normal(30, 2, 9, 6), normal(40, 2, 9, 6, seed=1)
    corners = [(0, 0), (4, 0)]  # the ninth row and the last two columns are left out
    expected = [
        energy_distance(*(x[:, :, i : i + 4, j : j + 4] for x in (first, second)))
        for i, j in corners
    ]
    assert patch_energy_distance(first, second) == pytest.approx(sum(expected) / 2, abs=1e-9)


def test_small_images_are_one_patch():
    first, second = normal(20, 1, 2, 3), normal(20, 1, 2, 3, seed=1)
    assert patch_energy_distance(first, second) == pytest.approx(energy_distance(first, second))


def test_classes_are_compared_apart():
    labels = torch.arange(40) % 2
    first = Examples(normal(40, 1, 2, 2), labels)
    second = Examples(normal(40, 1, 2, 2, seed=1), labels)
    second.images[labels == 1] += 2
    values = by_class(energy_distance, first, second)
    assert values[0] == energy_distance(first.images[::2], second.images[::2])
    assert values[1] > 10 * abs(values[0])
