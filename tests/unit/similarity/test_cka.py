"""Debiased linear CKA against its definition, its invariances and its chance level."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from defrost.similarity import cka
from defrost.similarity.cka import (
    centre,
    debiased_linear_cka,
    feature_products,
    gram_products,
)

SEEDS = st.integers(0, 2**32 - 1)
POINTS = st.integers(5, 30)
FEATURES = st.integers(2, 40)
examples = settings(max_examples=30, deadline=None, derandomize=True)


def related_pair(seed, points, x_features, y_features):
    """Two representations that share some of their signal, with offsets, in float64."""
    generator = np.random.default_rng(seed)
    x = generator.normal(3.0, 1.0, (points, x_features))
    y = x @ generator.normal(size=(x_features, y_features)) / math.sqrt(x_features)
    y += generator.normal(-2.0, 1.0, (points, y_features))
    return torch.from_numpy(x), torch.from_numpy(y)


def rotation(seed, features):
    return torch.from_numpy(
        np.linalg.qr(np.random.default_rng(seed).normal(size=(features, features)))[0]
    )


def hsic_by_definition(k, ell):
    """HSIC_1 of Song et al. 2012 as the matrix formula reads."""
    points = len(k)
    k, ell = k.copy(), ell.copy()
    np.fill_diagonal(k, 0)
    np.fill_diagonal(ell, 0)
    ones = np.ones(points)
    trace = np.trace(k @ ell)
    constant = (ones @ k @ ones) * (ones @ ell @ ones) / ((points - 1) * (points - 2))
    cross = 2 / (points - 2) * (ones @ k @ ell @ ones)
    return (trace + constant - cross) / (points * (points - 3))


def hsic_by_quadruples(k, ell):
    """HSIC_1 as what it estimates: a mean over all quadruples of distinct points."""
    terms = [
        k[i, j] * ell[i, j] + k[i, j] * ell[q, r] - 2 * k[i, j] * ell[i, q]
        for i, j, q, r in itertools.permutations(range(len(k)), 4)
    ]
    return np.mean(terms)


def cka_by_definition(x, y, hsic):
    x, y = x.numpy().astype(np.float64), y.numpy().astype(np.float64)
    k, ell = x @ x.T, y @ y.T
    return hsic(k, ell) / math.sqrt(hsic(k, k) * hsic(ell, ell))


def biased_cka(x, y):
    x, y = centre(x), centre(y)
    return float((y.T @ x).norm() ** 2 / ((x.T @ x).norm() * (y.T @ y).norm()))


@examples
@given(SEEDS, POINTS, FEATURES, FEATURES)
def test_equals_the_matrix_formula(seed, points, x_features, y_features):
    x, y = related_pair(seed, points, x_features, y_features)
    expected = cka_by_definition(x - x.mean(0), y - y.mean(0), hsic_by_definition)
    assert debiased_linear_cka(x, y) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("points", "x_features", "y_features"), [(4, 3, 2), (6, 2, 9), (7, 5, 1)])
def test_equals_the_mean_over_quadruples_of_points(points, x_features, y_features):
    x, y = related_pair(11, points, x_features, y_features)
    expected = cka_by_definition(x, y, hsic_by_quadruples)
    assert debiased_linear_cka(x, y) == pytest.approx(expected, abs=1e-9)


@examples
@given(SEEDS, POINTS, FEATURES, FEATURES, st.integers(1, 40))
def test_feature_form_equals_gram_form(seed, points, x_features, y_features, chunk_rows):
    x, y = map(centre, related_pair(seed, points, x_features, y_features))
    of_features = torch.stack(feature_products(x, y))
    of_points = torch.stack(gram_products(x, y, chunk_rows))
    torch.testing.assert_close(of_points, of_features, rtol=1e-11, atol=0)


@pytest.mark.parametrize(
    ("points", "features", "costlier"), [(64, 3, "gram_products"), (8, 500, "feature_products")]
)
def test_takes_the_cheaper_form(monkeypatch, points, features, costlier):
    monkeypatch.setattr(cka, costlier, lambda x, y: pytest.fail(f"took {costlier}"))
    x, y = related_pair(0, points, features, features)
    assert not math.isnan(debiased_linear_cka(x, y))


@examples
@given(SEEDS, POINTS, FEATURES, FEATURES)
def test_is_symmetric_and_at_most_one(seed, points, x_features, y_features):
    x, y = related_pair(seed, points, x_features, y_features)
    value = debiased_linear_cka(x, y)
    assert value == pytest.approx(debiased_linear_cka(y, x), abs=1e-12)
    assert abs(value) <= 1 + 1e-9


@examples
@given(SEEDS, POINTS, FEATURES, st.floats(1e-6, 1e6), st.floats(-100, 100))
def test_is_one_for_the_same_space_rotated_scaled_and_moved(seed, points, features, scale, offset):
    x, _ = related_pair(seed, points, features, 2)
    y = scale * (x @ rotation(seed, features)) + scale * offset
    assert debiased_linear_cka(x, y) == pytest.approx(1, abs=1e-8)


@examples
@given(SEEDS, POINTS, FEATURES, FEATURES, st.floats(1e-6, 1e6), st.floats(-100, 100))
def test_ignores_rotation_scale_offset_and_order(
    seed, points, x_features, y_features, scale, offset
):
    x, y = related_pair(seed, points, x_features, y_features)
    order = torch.from_numpy(np.random.default_rng(seed).permutation(points))
    moved = scale * (x @ rotation(seed, x_features)) + scale * offset
    expected = debiased_linear_cka(x, y)
    assert debiased_linear_cka(moved[order], y[order]) == pytest.approx(expected, abs=1e-8)


def test_does_not_ignore_anisotropic_scale():
    x, y = related_pair(3, 40, 5, 5)
    stretched = x * torch.tensor([1, 1, 1, 1, 30.0])
    assert abs(debiased_linear_cka(stretched, y) - debiased_linear_cka(x, y)) > 0.05


@pytest.mark.parametrize(("features", "biased"), [(512, 0.67), (4096, 0.94)])
def test_independent_representations_are_near_zero_where_biased_cka_is_not(features, biased):
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(256, features, generator=generator)
    y = torch.randn(256, features, generator=generator)
    # The standard deviation over draws is 0.005.
    assert debiased_linear_cka(x, y) == pytest.approx(0, abs=0.02)
    assert biased_cka(x, y) == pytest.approx(biased, abs=0.01)


def test_float32_activations_keep_their_value_under_a_large_offset():
    generator = torch.Generator().manual_seed(6)
    # Multiples of 2^-10 stay exact in float32 after 1,000 is added.
    x = (torch.randn(60, 30, generator=generator) * 2**10).round() / 2**10
    y = x[:, :10] + torch.randn(60, 10, generator=generator)
    assert debiased_linear_cka(x + 1000, y) == pytest.approx(debiased_linear_cka(x, y), abs=1e-10)


@pytest.mark.parametrize("magnitude", [1e-15, 1e15])
def test_extreme_magnitudes_keep_the_value(magnitude):
    x, y = related_pair(7, 30, 50, 8)
    x, y = x.float(), y.float()
    expected = debiased_linear_cka(x, y)
    assert debiased_linear_cka(x * magnitude, y) == pytest.approx(expected, abs=1e-5)


def test_undefined_below_four_points():
    x, y = related_pair(0, 4, 3, 3)
    assert not math.isnan(debiased_linear_cka(x, y))
    for points in (1, 2, 3):
        assert math.isnan(debiased_linear_cka(x[:points], y[:points]))


@pytest.mark.parametrize(
    "degenerate",
    [
        torch.zeros(40, 6),
        torch.full((40, 6), 0.1),
        torch.full((40, 6), 0.1, dtype=torch.float64),
        torch.eye(40) * 3,
        torch.eye(40, 60) + 0.7,
    ],
    ids=["zero", "constant", "constant in float64", "one-hot", "one-hot with offset"],
)
def test_undefined_where_no_pair_of_points_stands_out(degenerate):
    y = torch.randn(40, 6, generator=torch.Generator().manual_seed(8))
    assert math.isnan(debiased_linear_cka(degenerate, y))
    assert math.isnan(debiased_linear_cka(y, degenerate))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_refuses_values_that_are_not_finite(bad):
    x, y = related_pair(0, 10, 3, 3)
    x[4, 1] = bad
    with pytest.raises(ValueError, match="not finite"):
        debiased_linear_cka(y, x)


def test_refuses_unequal_numbers_of_points_and_images():
    x, y = related_pair(0, 10, 3, 3)
    with pytest.raises(ValueError, match="10 and 9 points"):
        debiased_linear_cka(x, y[:9])
    with pytest.raises(ValueError, match="3 dimension"):
        debiased_linear_cka(x, y[:, :, None])


def test_centre_leaves_means_at_zero_and_constant_features_exactly_zero():
    x = torch.randn(50, 4, generator=torch.Generator().manual_seed(9)).double() + 1000
    x[:, 2] = 0.1
    centred = centre(x)
    assert centred.dtype == torch.float64
    assert centred.mean(dim=0).abs().max() < 1e-12
    assert torch.equal(centred[:, 2], torch.zeros(50, dtype=torch.float64))
    torch.testing.assert_close(centred[0] - centred[1], x[0] - x[1])
