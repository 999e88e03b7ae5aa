"""Class-balanced orders, splits and nested subsets."""

import torch
from torch import Generator, Tensor

from defrost.data.raw import DataError


def balanced_order(labels: Tensor, generator: Generator) -> Tensor:
    """Return indices into `labels` (N) in a random order with every prefix class-balanced.

    Classes are dealt in rounds of one example each, so that the counts in any prefix differ by at
    most one. Examples beyond the size of the smallest class are left out: with them a prefix
    could not be balanced.
    """
    shuffled = torch.randperm(len(labels), generator=generator)
    _, counts = torch.unique(labels, return_counts=True)

    # the round of an example is how many of its class come before it in the shuffled order
    by_class = torch.argsort(labels[shuffled], stable=True)
    starts = torch.repeat_interleave(counts.cumsum(0) - counts, counts)
    rounds = torch.empty_like(by_class)
    rounds[shuffled[by_class]] = torch.arange(len(labels)) - starts

    dealt = torch.randperm(len(labels), generator=generator)
    order = dealt[torch.argsort(rounds[dealt], stable=True)]
    return order[: len(counts) * int(counts.min())]


def split_examples(
    labels: Tensor, sizes: dict[str, int], where: str, generator: Generator
) -> dict[str, Tensor]:
    """Return disjoint, class-balanced index tensors, one for each named size.

    Raises DataError, which names the data by `where`, for a size that is no multiple of the number
    of classes, or where a class holds too few examples.
    """
    order = balanced_order(labels, generator)
    classes = len(torch.unique(labels))
    for name, size in sizes.items():
        if size % classes:
            found = f"found {classes} classes, and {size} examples asked for as {name}"
            raise DataError(where, found, f"allowed are multiples of {classes}")
    if sum(sizes.values()) > len(order):
        asked = " and ".join(f"{size} {name}" for name, size in sizes.items())
        raise DataError(
            where,
            f"found {len(order) // classes} examples of the smallest of {classes} classes",
            f"{asked} examples need {sum(sizes.values()) // classes} of each",
        )
    parts = order[: sum(sizes.values())].split(list(sizes.values()))
    return dict(zip(sizes, parts, strict=True))
