"""Tasks made of real data: the three parts of a target, the two of a source."""

import torch
from torch import Generator, Tensor

from defrost.data.classes import select_classes
from defrost.data.raw import DataError, RawData
from defrost.data.splits import balanced_order, split_examples


def target_rows(
    raw: RawData, sizes: dict[str, int], where: str, generator: Generator
) -> dict[str, Tensor]:
    """Return the rows of `raw` that are the target's train, probe and test examples.

    Test examples come from the official test part where the set has one, the others never do.
    Raises DataError, which names the set by `where`, where its classes hold too few examples.
    """
    if raw.test_from is None:
        return split_examples(raw.labels, sizes, where, generator)
    sizes = dict(sizes)
    test = {"test": sizes.pop("test")}
    train_labels, test_labels = raw.labels.tensor_split([raw.test_from])
    rows = split_examples(train_labels, sizes, where, generator)
    tests = split_examples(test_labels, test, f"{where}, official test part", generator)
    return {**rows, "test": raw.test_from + tests["test"]}


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
            for `test` without an official test part, a tenth.
        where: how an error names the data.
        generator: orders the examples.
    """
    pool = allowed.nonzero()[:, 0]
    order = pool[balanced_order(raw.labels[pool], generator)]
    if raw.test_from is None:
        test = sizes.get("test", len(order) // 10)
        return {
            "test": _first(order, test, "test", where),
            "train": _first(order[test:], sizes.get("train"), "train", where),
        }
    parts = {"train": pool[pool < raw.test_from], "test": pool[pool >= raw.test_from]}
    return {
        name: _first(
            rows[balanced_order(raw.labels[rows], generator)], sizes.get(name), name, where
        )
        for name, rows in parts.items()
    }


def without_target(raw: RawData, own: RawData, rows: dict[str, Tensor]) -> Tensor:
    """Return which examples of a source's data the target does not measure on (N, bool).

    For a source made of the target's own data set. `own` is the target's selection of it, and
    `rows` what of that are its parts; the examples in `probe` and `test` are not for the source.
    """
    measured = own.rows[torch.cat([rows["probe"], rows["test"]])]
    return ~torch.isin(raw.rows, measured)


def choose_classes(raw: RawData, task: dict) -> RawData:
    """Return the classes of `raw` that the task's settings name, or all of them."""
    return select_classes(raw, task["classes"]) if "classes" in task else raw


def _first(order: Tensor, count: int | None, part: str, where: str) -> Tensor:
    if count is None:
        count = len(order)
    if not 0 < count <= len(order):
        raise DataError(
            where,
            f"found {len(order)} {part} examples in balanced classes",
            f"{part}_examples asks for {count}" if count else "a source needs some",
        )
    return order[:count]
