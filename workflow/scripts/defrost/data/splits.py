"""Class-balanced orders, splits and nested subsets."""

import torch
from torch import Generator, Tensor


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


def split_examples(labels: Tensor, sizes: dict[str, int], generator: Generator) -> dict:
    """Return disjoint, class-balanced index tensors, one for each named size.

    Raises ValueError where a size is no multiple of the number of classes or where the classes
    hold too few examples.
    """
    order = balanced_order(labels, generator)
    classes = len(torch.unique(labels))
    for name, size in sizes.items():
        if size % classes:
            raise ValueError(f"split {name}: {size} is no multiple of the {classes} classes")
    if sum(sizes.values()) > len(order):
        raise ValueError(
            f"the splits {sizes} need {sum(sizes.values())} examples; balanced over {classes} "
            f"classes the data set has {len(order)}"
        )
    parts = order[: sum(sizes.values())].split(list(sizes.values()))
    return dict(zip(sizes, parts, strict=True))
