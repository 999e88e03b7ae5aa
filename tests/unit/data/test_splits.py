"""Splits are disjoint, subsets nested, and both class-balanced."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from defrost.data.raw import DataError
from defrost.data.splits import balanced_order, split_examples

label_sets = st.lists(st.integers(1, 9), min_size=2, max_size=6).map(
    lambda counts: torch.cat([torch.full((n,), c) for c, n in enumerate(counts)])
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@given(label_sets, st.integers(0, 1000))
def test_every_prefix_is_balanced_to_within_one(labels, seed):
    order = balanced_order(labels, generator(seed))
    classes = int(labels.max()) + 1
    assert len(order) == classes * int(labels.bincount().min())
    assert len(order.unique()) == len(order)
    for length in range(1, len(order) + 1):
        counts = labels[order[:length]].bincount(minlength=classes)
        assert counts.max() - counts.min() <= 1


def test_every_example_is_as_likely_to_come_first():
    labels = torch.arange(8) % 2
    first = torch.stack([balanced_order(labels, generator(seed))[0] for seed in range(4000)])
    counts = first.bincount(minlength=8).double()
    # chi-square with 7 degrees of freedom: 24.3 is exceeded once in a thousand
    assert ((counts - 500) ** 2 / 500).sum() < 24.3


def test_splits_are_disjoint_and_balanced():
    labels = torch.arange(1000) % 10
    parts = split_examples(labels, {"train": 600, "probe": 100, "test": 200}, "x", generator())
    assert {name: len(part) for name, part in parts.items()} == {
        "train": 600,
        "probe": 100,
        "test": 200,
    }
    together = torch.cat(list(parts.values()))
    assert len(together.unique()) == 900
    for part in parts.values():
        assert len(labels[part].bincount().unique()) == 1


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"train": 15}, "mine.npz: found 10 classes, and 15 examples asked for as train; allowed"),
        (
            {"train": 900, "test": 200},
            "mine.npz: found 100 examples of the smallest of 10 classes; 900 train and 200 test "
            "examples need 110 of each",
        ),
    ],
)
def test_impossible_splits_are_refused(sizes, message):
    with pytest.raises(DataError, match=message):
        split_examples(torch.arange(1000) % 10, sizes, "mine.npz", generator())
