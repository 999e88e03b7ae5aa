"""TwoNN against known dimensions and against the fit of Facco et al. written out."""

import math

import numpy as np
import pytest
import torch

from defrost.similarity.intrinsic_dimension import two_nn_dimension


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
    assert two_nn_dimension(embedded(plane, features, 1)) == pytest.approx(2, rel=0.16)


@pytest.mark.parametrize("features", [5, 40])
def test_gaussian_has_as_many_dimensions_as_independent_coordinates(features):
    cloud = np.random.default_rng(2).normal(size=(1200, 5))
    assert two_nn_dimension(embedded(cloud, features, 3)) == pytest.approx(5, rel=0.16)


def test_curve_has_one_dimension():
    angle = np.random.default_rng(4).uniform(0, 6 * np.pi, 1200)
    helix = np.stack([np.cos(angle), np.sin(angle), angle], axis=1)
    assert two_nn_dimension(torch.from_numpy(helix)) == pytest.approx(1, rel=0.16)


@pytest.mark.parametrize("features", [6, 60])
def test_equals_the_fit_written_out(features):
    x = torch.randn(150, features, generator=torch.Generator().manual_seed(5))
    assert two_nn_dimension(x) == pytest.approx(slope_by_definition(x), rel=1e-6)


@pytest.mark.parametrize("features", [6, 60])
def test_ignores_offset_scale_and_order(features):
    generator = torch.Generator().manual_seed(6)
    # Multiples of 2^-8 stay exact in float32 after 2^15 is added.
    x = (torch.randn(200, features, generator=generator) * 2**8).round() / 2**8
    expected = two_nn_dimension(x)
    order = torch.randperm(200, generator=generator)
    assert two_nn_dimension(x + 2**15) == pytest.approx(expected, rel=1e-9)
    assert two_nn_dimension(x * 8) == pytest.approx(expected, rel=1e-9)
    assert two_nn_dimension(x[order]) == pytest.approx(expected, rel=1e-9)


def test_returns_a_plain_float():
    x = torch.randn(30, 4, generator=torch.Generator().manual_seed(7))
    assert type(two_nn_dimension(x)) is float


def test_refuses_fewer_than_three_points():
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(8))
    assert two_nn_dimension(x) > 0
    with pytest.raises(ValueError, match=r"^TwoNN needs 3 points or more, got 2$"):
        two_nn_dimension(x[:2])


@pytest.mark.parametrize("features", [4, 200])
def test_refuses_repeated_points(features):
    x = torch.randn(100, features, generator=torch.Generator().manual_seed(9))
    x[60:67] = x[:7]
    message = r"^TwoNN needs distinct points, 7 of 100 repeat another$"
    with pytest.raises(ValueError, match=message):
        two_nn_dimension(x)


def test_refuses_a_lattice():
    lattice = torch.cartesian_prod(torch.arange(8.0), torch.arange(8.0))
    with pytest.raises(ValueError, match="distances that differ"):
        two_nn_dimension(lattice)


def test_refuses_values_that_are_not_finite_and_single_features():
    x = torch.randn(20, 4, generator=torch.Generator().manual_seed(10))
    with pytest.raises(ValueError, match="feature"):
        two_nn_dimension(x[:, :1])
    x[0, 0] = math.inf
    with pytest.raises(ValueError, match="not finite"):
        two_nn_dimension(x)
