"""Distances and neighbours above 2,000 points, where products are in float32."""

import numpy as np
import pytest
import torch

from defrost.similarity import centre
from defrost.similarity.centre import prepare
from defrost.similarity.compare import compare_blocks
from defrost.similarity.distances import distance_rows, float32_error, sorted_rows, squared_norms
from defrost.similarity.neighbours import nearest
from defrost.similarity.resampling import Subsets

POINTS = 2400


def cloud(seed, features=40, offset=0.0):
    x = np.random.default_rng(seed).normal(offset, 1.0, (POINTS, features))
    return torch.from_numpy(x)


def nearest_of_all(x):
    norms = squared_norms(x)
    return distance_rows(x, norms, 0, x @ x.T).argmin(dim=1)


def test_float32_is_used_above_2000_points_alone():
    assert prepare(cloud(0)).dtype == torch.float32
    assert prepare(cloud(0)[:2000]).dtype == torch.float64


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_prepared_rows_have_norms_near_one(scale):
    norms = squared_norms(prepare(cloud(1) * scale))
    assert 0.4 < norms.mean() < 2.1


def test_what_float32_loses():
    error, changed = float32_error(prepare(cloud(2)), rows=POINTS)
    assert error < 1e-5
    assert changed < 1e-3
    with pytest.raises(ValueError, match="more than 2000"):
        float32_error(prepare(cloud(2)[:100]))


def test_classes_that_collapse_keep_their_neighbours_in_float32():
    # Within a class squared distances are 1e-8 of the norms: below what float32 products hold.
    centres = cloud(3)[:12].repeat_interleave(200, dim=0)
    x = prepare(centres + 1e-4 * cloud(4))
    assert x.dtype == torch.float32
    exact = torch.cdist(x.double(), x.double())
    exact.fill_diagonal_(torch.inf)
    assert torch.equal(nearest_of_all(x), exact.argmin(dim=1))


def test_duplicates_are_at_distance_zero_in_float32():
    x = cloud(5)
    x[1200:] = x[:1200]
    x = prepare(x + 7)
    distances = distance_rows(x, squared_norms(x), 0, x @ x.T)
    twins = torch.arange(POINTS).roll(1200)
    assert (distances[torch.arange(POINTS), twins] == 0).all()
    assert torch.isinf(distances.diagonal()).all()


@pytest.mark.parametrize("features", [3, 40])
def test_all_measures_lose_less_than_1e_5_in_float32(monkeypatch, features):
    generator = np.random.default_rng(6)
    x = cloud(6, features, offset=2.0)
    y = x @ torch.from_numpy(generator.normal(size=(features, 30))) + 2 * cloud(7, 30)

    def rows():
        return compare_blocks({"x": x}, {"y": y}, torch.Generator().manual_seed(0))

    fast = rows()
    monkeypatch.setattr(centre, "EXACT_POINTS", POINTS)
    for row, exact in zip(fast, rows(), strict=True):
        for key in ("value", "value_low", "value_high", "null_mean", "null_low", "null_high"):
            assert row[key] == pytest.approx(exact[key], abs=1e-5), (row["measure"], key)


def test_sorted_rows_is_a_sorted_copy():
    x = torch.rand(7, 3, 50, generator=torch.Generator().manual_seed(0))
    kept = x.clone()
    part = x[:, :2, 10:40]
    assert torch.equal(sorted_rows(part), part.sort(dim=-1).values)
    assert torch.equal(x, kept)


@pytest.mark.parametrize("neighbours", [1, 5])
def test_lists_reach_as_far_as_every_subset_needs(neighbours):
    # All near neighbours of the first point are in the first group, which a subset leaves out.
    points = 100
    line = torch.arange(float(points)).square()[:, None]
    distances = (line - line.T).abs().fill_diagonal_(torch.inf)
    subsets = Subsets(points, 2)
    _, index = nearest(distances, neighbours, subsets)
    for group in subsets.groups[:-1]:
        outside = ~torch.isin(index, torch.arange(points)[group])
        assert (outside.sum(dim=1) >= neighbours).all()
