"""Stratified folds of the labelled examples, for choosing by them alone."""

from typing import NamedTuple

import torch
from torch import Generator, Tensor


class Fold(NamedTuple):
    """Rows of the examples to train on, and rows to validate on, both ascending."""

    train: Tensor
    validation: Tensor


def stratified_folds(labels: Tensor, count: int, generator: Generator) -> list[Fold]:
    """Return `count` folds of N labelled examples in random order, balanced by class.

    Examples are dealt to the folds class by class, so that the sizes of the validation parts
    differ by at most one, and so do the numbers of each class in them. Every class is in every
    training part: the only example of a class is in all of them and validates nothing.

    There are fewer folds where fewer examples than `count` have another of their class, and none
    where no example has.

    Raises ValueError for fewer than two folds.
    """
    if count < 2:
        raise ValueError(f"found {count} folds, two or more are needed")
    shuffled = torch.randperm(len(labels), generator=generator)
    by_class = shuffled[torch.argsort(labels[shuffled], stable=True)]
    _, classes, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    dealt = by_class[counts[classes[by_class]] > 1]
    count = min(count, len(dealt))
    return [_fold(dealt[number::count], len(labels)) for number in range(count)]


def _fold(validation: Tensor, examples: int) -> Fold:
    trains = torch.ones(examples, dtype=torch.bool)
    trains[validation] = False
    return Fold(torch.nonzero(trains)[:, 0], validation.sort().values)
