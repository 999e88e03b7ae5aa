"""Label overlap against its definition, its invariances, its chance level and its refusals."""

import math

import numpy as np
import pytest
import torch

from defrost.similarity.label_overlap import label_overlap, label_overlaps


def classes(seed=0, points=300, separation=2.0):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, points)
    x = generator.normal(size=(points, 5))
    x[:, 0] += separation * labels
    return torch.from_numpy(x), torch.from_numpy(labels)


def by_definition(x, labels, k):
    distances = torch.cdist(x, x).fill_diagonal_(torch.inf)
    nearest = distances.argsort(dim=1)[:, :k]
    return float((labels[nearest] == labels[:, None]).double().mean())


def rows_of(blocks, labels, **settings):
    return label_overlaps(blocks, labels, torch.Generator().manual_seed(0), **settings)


@pytest.mark.parametrize("k", [1, 10])
def test_equals_the_definition(k):
    x, labels = classes()
    assert label_overlap(x, labels, k) == pytest.approx(by_definition(x, labels, k))
    (row,) = rows_of({"x": x}, labels, neighbours=k)
    assert row["value"] == pytest.approx(by_definition(x, labels, k))


def test_invariances():
    x, labels = classes()
    rotation = torch.linalg.qr(torch.randn(5, 5, dtype=torch.float64))[0]
    expected = label_overlap(x, labels)
    assert label_overlap(3 * x @ rotation + 100, labels) == pytest.approx(expected)
    assert label_overlap(x, 7 - 2 * labels) == pytest.approx(expected)
    stretched = x * torch.tensor([1, 20, 20, 20, 20])
    assert label_overlap(stretched, labels) < expected - 0.05


def test_rows_have_an_error_bar_and_the_share_of_equal_labels_as_null():
    x, labels = classes(points=600)
    far, _ = classes(1, 600, separation=0)
    near_row, far_row = rows_of({"near": x, "far": far}, labels)
    assert list(near_row) == [
        "measure",
        "block",
        "value",
        "value_low",
        "value_high",
        "null_mean",
        "null_low",
        "null_high",
        "points",
        "reason",
    ]
    chance = float(torch.bincount(labels).double().div(600).square().sum())
    assert near_row["null_mean"] == pytest.approx(chance, abs=0.02)
    assert near_row["value_low"] > near_row["null_high"]
    assert far_row["null_low"] < far_row["value"] < far_row["null_high"]
    assert near_row["value_low"] < near_row["value"] < near_row["value_high"]


def test_a_common_class_alone_makes_it_large():
    x, _ = classes(separation=0)
    labels = (torch.arange(300) < 10).long()
    (row,) = rows_of({"x": x}, labels)
    assert row["value"] > 0.9
    assert row["null_low"] < row["value"] < row["null_high"]


def test_neighbours_that_tie_are_not_a_value():
    _, labels = classes()
    (row,) = rows_of({"dead": torch.zeros(300, 4)}, labels)
    assert math.isnan(row["value"])
    assert row["reason"] == "300 of 300 points have neighbours that tie"


def test_refuses_labels_that_do_not_fit_and_too_few_points():
    x, labels = classes()
    with pytest.raises(ValueError, match="300 points have"):
        label_overlap(x, labels[:5])
    with pytest.raises(ValueError, match="11 points or more, got 10"):
        label_overlap(x[:10], labels[:10])
