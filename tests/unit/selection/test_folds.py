"""Folds are stratified, disjoint and complete, and survive few examples."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from defrost.selection.folds import stratified_folds

examples = settings(max_examples=60, deadline=None, derandomize=True)
label_sets = st.lists(st.integers(1, 9), min_size=1, max_size=6).map(
    lambda counts: torch.cat([torch.full((n,), 3 * c) for c, n in enumerate(counts)])
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@examples
@given(label_sets, st.integers(2, 7), st.integers(0, 1000))
def test_validation_parts_are_disjoint_and_leave_out_only_single_examples(labels, count, seed):
    folds = stratified_folds(labels, count, generator(seed))
    counts = labels.bincount()
    shared = torch.nonzero(counts[labels] > 1)[:, 0]
    validated = torch.cat([f.validation for f in folds]) if folds else torch.empty(0).long()
    assert sorted(validated.tolist()) == shared.tolist()
    assert len(folds) == min(count, len(shared))


@examples
@given(label_sets, st.integers(2, 7), st.integers(0, 1000))
def test_every_class_is_in_every_training_part(labels, count, seed):
    for train, validation in stratified_folds(labels, count, generator(seed)):
        assert sorted([*train.tolist(), *validation.tolist()]) == list(range(len(labels)))
        assert set(labels[train].tolist()) == set(labels.tolist())
        assert len(validation) >= 1


@examples
@given(label_sets, st.integers(2, 7), st.integers(0, 1000))
def test_validation_parts_are_balanced_to_within_one(labels, count, seed):
    folds = stratified_folds(labels, count, generator(seed))
    for counted in (
        [len(fold.validation) for fold in folds],
        *(
            [int((labels[fold.validation] == c).sum()) for fold in folds]
            for c in labels.unique().tolist()
        ),
    ):
        assert not counted or max(counted) - min(counted) <= 1


def test_the_seed_decides_alone():
    labels = torch.arange(40) % 4
    first, again, other = (
        [fold.validation.tolist() for fold in stratified_folds(labels, 5, generator(seed))]
        for seed in (0, 0, 1)
    )
    assert first == again != other


def test_every_example_is_as_likely_in_each_fold():
    labels = torch.arange(8) % 2
    held = torch.zeros(8)
    for seed in range(2000):
        held[stratified_folds(labels, 4, generator(seed))[0].validation] += 1
    # chi-square with 7 degrees of freedom: 24.3 is exceeded once in a thousand
    assert ((held - 500) ** 2 / 500).sum() < 24.3


def test_one_example_of_each_class_leaves_nothing_to_validate_on():
    assert stratified_folds(torch.arange(10), 5, generator()) == []


def test_one_fold_is_refused():
    with pytest.raises(ValueError, match="found 1 folds"):
        stratified_folds(torch.arange(10) % 2, 1, generator())
