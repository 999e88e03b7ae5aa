"""Tasks made of real data: the three parts of a target, the two of a source."""

import hashlib

import torch
from torch import Generator, Tensor

from defrost.data.classes import select_classes
from defrost.data.dataset import Dataset
from defrost.data.official_parts import sizes_by_part
from defrost.data.raw import DataError, RawData
from defrost.data.splits import balanced_order, split_examples

_APART = 4  # how many times as wide as the target's a source's pixel values may be spread


def choose_classes(raw: RawData, task: dict) -> RawData:
    """Return the classes of `raw` that the task's settings name, or all of them."""
    return select_classes(raw, task["classes"]) if "classes" in task else raw


def target_rows(
    raw: RawData, sizes: dict[str, int], where: str, generator: Generator
) -> dict[str, Tensor]:
    """Return the rows of `raw` that are the target's train, probe and test examples.

    Where the set has an official test part, test examples come from it, train examples never do
    and probes as `sizes_by_part` says. Raises DataError, which names the set by `where`, where its
    classes hold too few examples.
    """
    if raw.test_from is None:
        return split_examples(raw.labels, sizes, where, generator)
    train_labels, test_labels = raw.labels.tensor_split([raw.test_from])
    counts = train_labels.unique(return_counts=True)[1]
    parts = sizes_by_part(sizes, len(counts) * int(counts.min()))
    rows = split_examples(train_labels, parts["train"], where, generator)
    tests = split_examples(test_labels, parts["test"], f"{where}, official test part", generator)
    return {**rows, **{name: raw.test_from + places for name, places in tests.items()}}


def not_measured(images: Tensor, target: Dataset) -> Tensor:
    """Return which images (N x C x H x W) the target does not measure on (N, bool).

    Those that it has among its probe or test images, to the bit and wherever they came from, are
    not for a source to see.
    """
    measured = {
        digest for part in ("probe", "test") for digest in _digests(target.splits[part].images)
    }
    return torch.tensor([digest not in measured for digest in _digests(images)])


def check_spread(images: Tensor, target: Dataset, where: str) -> None:
    """Raise DataError where a source's pixel values are of another range than the target's.

    Both are scaled by the target's mean and deviation: bytes beside floats that count to 255
    would pretrain a network on values that the target never shows it.
    """
    spread, usual = images.std().item(), target.splits["train"].images.std().item()
    if not usual / _APART <= spread <= usual * _APART:
        raise DataError(
            where,
            f"found pixel values of standard deviation {spread:.3g}, the target's have {usual:.3g}",
            f"allowed is a factor of {_APART}: bring both to one range",
        )


def source_rows(
    raw: RawData,
    allowed: Tensor,
    sizes: dict[str, int],
    where: str,
    generator: Generator,
) -> dict[str, Tensor]:
    """Return the rows of `raw` that are a source's train and test examples, balanced.

    Args:
        raw: the source's data.
        allowed: which of them may be used (N, bool).
        sizes: numbers of `train` and `test` examples; without one, all there are in balance, or
            for `test` without a whole official test part, a tenth.
        where: how an error names the data.
        generator: orders the examples.
    """
    pool = allowed.nonzero()[:, 0]
    train, test = pool, pool[:0]
    if raw.test_from is not None:
        train, test = pool[pool < raw.test_from], pool[pool >= raw.test_from]
    classes = len(raw.class_names)
    if len(raw.labels[train].unique()) < classes:
        raise DataError(
            where,
            "found a class of which the target measures on every example",
            f"allowed is a source with some left of each of its {classes} classes",
        )
    train = train[balanced_order(raw.labels[train], generator)]
    if len(raw.labels[test].unique()) == classes:
        test = test[balanced_order(raw.labels[test], generator)]
    else:  # none is official, or the target measures on all of a class
        count = sizes.get("test", max(len(train) // 10, classes))
        test, train = train[:count], train[count:]
    return {
        "test": _first(test, sizes.get("test"), classes, "test", where),
        "train": _first(train, sizes.get("train"), classes, "train", where),
    }


def _digests(images: Tensor) -> list[bytes]:
    rows = images.contiguous().numpy()
    return [hashlib.blake2b(row, digest_size=16).digest() for row in rows]


def _first(order: Tensor, count: int | None, classes: int, part: str, where: str) -> Tensor:
    if count is None:
        count = len(order)
    if not classes <= count <= len(order):
        raise DataError(
            where,
            f"found {len(order)} {part} examples in balanced classes",
            f"allowed as {part}_examples are {classes}, the number of classes, to {len(order)}",
        )
    return order[:count]
