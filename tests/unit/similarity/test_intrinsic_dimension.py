"""TwoNN against known dimensions and against the fit of Facco et al. written out."""

import math

import numpy as np
import pytest
import torch

from defrost.similarity.intrinsic_dimension import two_nn_dimension


def estimate(x, **settings):
    return two_nn_dimension(x, torch.Generator().manual_seed(0), **settings)


def dimension(x):
    return estimate(x).value


def embedded(points, features, seed):
    """Turn points of few coordinates into points of many, isometrically."""
    generator = np.random.default_rng(seed)
    axes = np.linalg.qr(generator.normal(size=(features, points.shape[1])))[0]
    return torch.from_numpy(points @ axes.T).float()


def slope_by_definition(x):
    """Slope through the origin of -log(1 - F) against log(mu), the last tenth left out."""
    x = x.numpy().astype(np.float64)
    ratios = []
    for i in range(len(x)):
        distances = np.sort(np.linalg.norm(np.delete(x, i, axis=0) - x[i], axis=1))
        ratios.append(distances[1] / distances[0])
    kept = int(0.9 * len(x))
    log_ratio = np.log(np.sort(ratios)[:kept])
    log_survival = -np.log(1 - np.arange(1, kept + 1) / len(x))
    return (log_ratio @ log_survival) / (log_ratio @ log_ratio)


# The relative standard error is 1.4/sqrt(N), 4 % here: the tolerance is four of them.
@pytest.mark.parametrize("features", [3, 40])
def test_uniform_plane_has_two_dimensions(features):
    plane = np.random.default_rng(0).uniform(size=(1200, 2))
    assert dimension(embedded(plane, features, 1)) == pytest.approx(2, rel=0.16)


@pytest.mark.parametrize("features", [5, 40])
def test_gaussian_has_as_many_dimensions_as_independent_coordinates(features):
    cloud = np.random.default_rng(2).normal(size=(1200, 5))
    assert dimension(embedded(cloud, features, 3)) == pytest.approx(5, rel=0.16)


def test_curve_has_one_dimension():
    angle = np.random.default_rng(4).uniform(0, 6 * np.pi, 1200)
    helix = np.stack([np.cos(angle), np.sin(angle), angle], axis=1)
    assert dimension(torch.from_numpy(helix)) == pytest.approx(1, rel=0.16)


@pytest.mark.parametrize("features", [6, 60])
def test_equals_the_fit_written_out(features):
    x = torch.randn(150, features, generator=torch.Generator().manual_seed(5))
    assert dimension(x) == pytest.approx(slope_by_definition(x), rel=1e-6)


@pytest.mark.parametrize("features", [6, 60])
def test_ignores_offset_scale_and_order(features):
    generator = torch.Generator().manual_seed(6)
    # Multiples of 2^-8 stay exact in float32 after 2^15 is added.
    x = (torch.randn(200, features, generator=generator) * 2**8).round() / 2**8
    expected = dimension(x)
    order = torch.randperm(200, generator=generator)
    assert dimension(x + 2**15) == pytest.approx(expected, rel=1e-9)
    assert dimension(x * 8) == pytest.approx(expected, rel=1e-9)
    assert dimension(x[order]) == pytest.approx(expected, rel=1e-9)


def test_returns_plain_numbers():
    found = estimate(torch.randn(60, 4, generator=torch.Generator().manual_seed(7)))
    assert {type(x) for x in (found.value, found.low, found.high)} == {float}
    assert found.low < found.value < found.high
    assert (found.points, found.repeated, found.reason) == (60, 0, "")


def test_undefined_for_fewer_than_three_points():
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(8))
    assert dimension(x) > 0
    found = estimate(x[:2])
    assert math.isnan(found.value)
    assert found.reason == "TwoNN needs 3 distinct points or more, got 2"


@pytest.mark.parametrize("features", [4, 200])
def test_repeated_points_are_left_out_and_counted(features):
    x = torch.randn(100, features, generator=torch.Generator().manual_seed(9))
    distinct = x[torch.cat([torch.arange(60), torch.arange(67, 100)])]
    x[60:67] = x[:7]
    found = estimate(x)
    assert (found.points, found.repeated) == (93, 7)
    assert found.value == pytest.approx(dimension(distinct), rel=1e-9)


def test_a_saturated_block_has_no_dimension():
    found = estimate(torch.eye(2).repeat(50, 3))
    assert math.isnan(found.value)
    assert found.repeated == 98
    assert found.reason == "TwoNN needs 3 distinct points or more, got 2"


def test_undefined_on_a_lattice():
    lattice = torch.cartesian_prod(torch.arange(8.0), torch.arange(8.0))
    found = estimate(lattice)
    assert math.isnan(found.value)
    assert "distances that differ" in found.reason


def test_error_bar_covers_a_known_dimension():
    # The relative standard error is 1.4/sqrt(N): intervals are t times that, 0.14 at N = 500.
    inside, widths = 0, []
    for seed in range(100):
        plane = torch.rand(500, 2, generator=torch.Generator().manual_seed(seed))
        # on a torus, where no point is near an edge
        angle = 2 * math.pi * plane
        found = estimate(torch.cat([angle.cos(), angle.sin()], dim=1))
        inside += found.low <= 2 <= found.high
        widths.append(found.high - found.low)
    assert inside >= 90
    assert np.mean(widths) < 4 * 2.262 * 1.4 / math.sqrt(500) * 2


def test_no_error_bar_without_subsets():
    x = torch.randn(60, 4, generator=torch.Generator().manual_seed(7))
    found = estimate(x, subsets=0)
    assert found.value == dimension(x)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_refuses_values_that_are_not_finite():
    x = torch.randn(20, 4, generator=torch.Generator().manual_seed(10))
    x[0, 0] = math.inf
    with pytest.raises(ValueError, match="not finite"):
        dimension(x)
