"""Information imbalance against its definition, its invariances, ties and chance level."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from defrost.similarity import information_imbalance as module
from defrost.similarity.centre import prepare
from defrost.similarity.distances import distance_rows, squared_norms
from defrost.similarity.information_imbalance import information_imbalance

SEEDS = st.integers(0, 2**32 - 1)
POINTS = st.integers(2, 30)
FEATURES = st.integers(1, 20)
CHUNKS = st.integers(1, 32)
examples = settings(max_examples=30, deadline=None, derandomize=True)


def gaussian_pair(seed, points, x_features, y_features):
    generator = np.random.default_rng(seed)
    x = generator.normal(2.0, 1.0, (points, x_features))
    y = x @ generator.normal(size=(x_features, y_features))
    y += generator.normal(size=(points, y_features))
    return torch.from_numpy(x), torch.from_numpy(y)


def lattice_pair(seed, points, x_features, y_features):
    """Points on a small lattice: duplicates and equal distances everywhere."""
    generator = np.random.default_rng(seed)
    x = generator.integers(0, 3, (points, x_features)).astype(np.float32)
    y = generator.integers(0, 3, (points, y_features)).astype(np.float32)
    return torch.from_numpy(x), torch.from_numpy(y)


def imbalance_by_definition(x, y):
    """Delta(X -> Y) point by point, from differences of coordinates."""
    x, y = x.numpy().astype(np.float64), y.numpy().astype(np.float64)
    points = len(x)
    mean_ranks = []
    for i in range(points):
        others = [j for j in range(points) if j != i]
        x_distance = {j: ((x[i] - x[j]) ** 2).sum() for j in others}
        y_distance = {j: ((y[i] - y[j]) ** 2).sum() for j in others}
        closest = min(x_distance.values())
        nearest = [j for j in others if x_distance[j] == closest]
        ranks = [1 + sum(y_distance[k] < y_distance[j] for k in others) for j in nearest]
        mean_ranks.append(np.mean(ranks))
    return 2 / points * np.mean(mean_ranks)


def all_distances(x):
    x = prepare(x)
    return distance_rows(x, squared_norms(x), 0, x @ x.T)


def nearest_by_definition(x):
    x = x.numpy().astype(np.float64)
    distances = ((x[:, None] - x[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return torch.from_numpy(distances.argmin(axis=1))


@examples
@given(SEEDS, POINTS, FEATURES, FEATURES, CHUNKS)
def test_equals_the_definition(seed, points, x_features, y_features, chunk_rows):
    x, y = gaussian_pair(seed, points, x_features, y_features)
    forward, backward = information_imbalance(x, y, chunk_rows)
    assert forward == pytest.approx(imbalance_by_definition(x, y), abs=1e-12)
    assert backward == pytest.approx(imbalance_by_definition(y, x), abs=1e-12)


@examples
@given(SEEDS, POINTS, st.integers(1, 5), st.integers(1, 5), CHUNKS)
def test_equals_the_definition_with_ties_and_duplicates(
    seed, points, x_features, y_features, chunk_rows
):
    x, y = lattice_pair(seed, points, x_features, y_features)
    forward, backward = information_imbalance(x, y, chunk_rows)
    assert forward == pytest.approx(imbalance_by_definition(x, y), abs=1e-12)
    assert backward == pytest.approx(imbalance_by_definition(y, x), abs=1e-12)


@examples
@given(SEEDS, POINTS, FEATURES, FEATURES, CHUNKS)
def test_swapping_the_arguments_swaps_the_directions(
    seed, points, x_features, y_features, chunk_rows
):
    x, y = gaussian_pair(seed, points, x_features, y_features)
    forward, backward = information_imbalance(x, y, chunk_rows)
    assert information_imbalance(y, x, chunk_rows) == (backward, forward)


@examples
@given(SEEDS, POINTS, st.integers(1, 5), st.integers(1, 5), CHUNKS)
def test_chunks_do_not_change_the_value(seed, points, x_features, y_features, chunk_rows):
    for x, y in (
        gaussian_pair(seed, points, x_features, y_features),
        lattice_pair(seed, points, x_features, y_features),
    ):
        whole = information_imbalance(x, y, points)
        assert information_imbalance(x, y, chunk_rows) == pytest.approx(whole, abs=1e-12)


@examples
@given(SEEDS, POINTS, FEATURES, FEATURES, st.floats(1e-6, 1e6), st.floats(-100, 100))
def test_ignores_rotation_scale_and_offset(seed, points, x_features, y_features, scale, offset):
    x, y = gaussian_pair(seed, points, x_features, y_features)
    square = np.random.default_rng(seed).normal(size=(x_features, x_features))
    rotation = torch.from_numpy(np.linalg.qr(square)[0])
    moved = scale * (x @ rotation) + scale * offset
    expected = information_imbalance(x, y)
    assert information_imbalance(moved, y) == pytest.approx(expected, abs=1e-12)


@examples
@given(SEEDS, POINTS, st.integers(1, 5), st.integers(1, 5))
def test_ignores_the_order_of_the_points_ties_included(seed, points, x_features, y_features):
    x, y = lattice_pair(seed, points, x_features, y_features)
    order = torch.from_numpy(np.random.default_rng(seed).permutation(points))
    expected = information_imbalance(x, y)
    assert information_imbalance(x[order], y[order]) == pytest.approx(expected, abs=1e-12)


@examples
@given(SEEDS, POINTS, FEATURES)
def test_is_at_its_floor_for_the_same_space(seed, points, features):
    for x, _ in (
        gaussian_pair(seed, points, features, 1),
        lattice_pair(seed, points, features, 1),
    ):
        assert information_imbalance(x, x) == pytest.approx((2 / points, 2 / points), abs=1e-12)


def test_is_near_one_for_independent_spaces():
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(1000, 20, generator=generator)
    y = torch.randn(1000, 30, generator=generator)
    # The standard deviation over draws is 0.04 at 400 points, and falls as 1/sqrt(N).
    assert information_imbalance(x, y) == pytest.approx((1, 1), abs=0.1)


def test_is_lower_from_the_space_that_knows_more():
    generator = torch.Generator().manual_seed(2)
    whole = torch.randn(300, 3, generator=generator)
    to_part, from_part = information_imbalance(whole, whole[:, :1])
    assert to_part < 0.5 * from_part


def test_may_exceed_one():
    # Nearest on the line is farthest on the folded line: pairs are torn apart.
    x = torch.tensor([[0.0], [0.1], [10.0], [10.1]])
    y = torch.tensor([[0.0], [9.0], [1.0], [8.5]])
    assert information_imbalance(x, y)[0] == pytest.approx(imbalance_by_definition(x, y))
    assert information_imbalance(x, y)[0] > 1


def test_an_offset_of_a_thousand_changes_no_neighbour():
    generator = torch.Generator().manual_seed(3)
    # Multiples of 2^-10 stay exact in float32 after 1,000 is added.
    x = (torch.randn(300, 64, generator=generator) * 2**10).round() / 2**10
    y = torch.randn(300, 5, generator=generator) + x[:, :5]
    moved = x + 1000
    assert torch.equal(moved - 1000, x)
    nearest = all_distances(moved).argmin(dim=1)
    assert torch.equal(nearest, nearest_by_definition(x))
    assert information_imbalance(moved, y) == information_imbalance(x, y)


def test_resolves_neighbours_inside_collapsed_classes():
    # Within a class distances are 1e-8 of the squared norms: below what float32 products hold.
    generator = torch.Generator().manual_seed(4)
    centres = torch.randn(10, 64, generator=generator).repeat_interleave(30, dim=0)
    x = centres + 1e-4 * torch.randn(300, 64, generator=generator)
    nearest = all_distances(x).argmin(dim=1)
    assert torch.equal(nearest, nearest_by_definition(x))


def test_a_point_is_never_its_own_neighbour():
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(50, 300, generator=generator).repeat(2, 1)
    distances = all_distances(x)
    twins = torch.arange(100).roll(50)
    assert torch.isinf(distances.diagonal()).all()
    assert torch.equal(distances.argmin(dim=1), twins)
    assert torch.equal(distances[torch.arange(100), twins], torch.zeros(100))


@pytest.mark.parametrize("copies", [1, 3])
def test_duplicated_points_follow_the_definition(copies):
    generator = torch.Generator().manual_seed(6)
    x = torch.randn(60, 200, generator=generator)
    y = torch.randn(60, 100, generator=generator) + x[:, :100]
    for copy in range(copies):
        x[10 * (copy + 1) : 10 * (copy + 2)] = x[:10]
        y[10 * (copy + 1) : 10 * (copy + 2)] = y[:10]
    forward, backward = information_imbalance(x, y, chunk_rows=7)
    assert forward == pytest.approx(imbalance_by_definition(x, y), abs=1e-12)
    assert backward == pytest.approx(imbalance_by_definition(y, x), abs=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e6])
def test_a_constant_space_predicts_nothing_and_is_predicted_by_anything(value):
    y = torch.randn(40, 6, generator=torch.Generator().manual_seed(7))
    constant = torch.full((40, 3), value)
    assert information_imbalance(constant, y) == pytest.approx((1, 2 / 40), abs=1e-12)


def test_a_block_dead_for_some_inputs_follows_the_definition():
    generator = torch.Generator().manual_seed(8)
    x = torch.randn(60, 3, generator=generator).relu() * torch.tensor([1.0, 0, 1.0])
    y = torch.randn(60, 8, generator=generator)
    assert len(torch.unique(x, dim=0)) < 60
    expected = (imbalance_by_definition(x, y), imbalance_by_definition(y, x))
    assert information_imbalance(x, y, chunk_rows=16) == pytest.approx(expected, abs=1e-12)


def test_holds_no_more_rows_than_a_chunk(monkeypatch):
    seen = []

    def watched(x, norms, start, gram):
        seen.append((start, len(gram)))
        return distance_rows(x, norms, start, gram)

    monkeypatch.setattr(module, "distance_rows", watched)
    x, y = gaussian_pair(0, 25, 3, 4)
    information_imbalance(x, y, chunk_rows=10)
    assert seen == [(0, 10), (0, 10), (10, 10), (10, 10), (20, 5), (20, 5)]


@pytest.mark.parametrize("magnitude", [1e-15, 1e15])
def test_extreme_magnitudes_keep_the_value(magnitude):
    x, y = gaussian_pair(9, 40, 6, 4)
    x, y = x.float(), y.float()
    scaled = x * 2.0 ** round(math.log2(magnitude))
    assert information_imbalance(scaled, y) == information_imbalance(x, y)


def test_refuses_what_it_cannot_compare():
    x, y = gaussian_pair(0, 10, 3, 3)
    with pytest.raises(ValueError, match="10 and 9 points"):
        information_imbalance(x, y[:9])
    with pytest.raises(ValueError, match="2 points or more, got 1"):
        information_imbalance(x[:1], y[:1])
    x[3, 2] = math.nan
    with pytest.raises(ValueError, match="not finite"):
        information_imbalance(y, x)
