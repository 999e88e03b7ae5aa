"""Labelled images as they are read, before any split, and the error of data that cannot be."""

from pathlib import Path
from typing import NamedTuple

from torch import Tensor

from defrost.errors import UserError


class DataError(UserError):
    """Data that cannot be used: which file, what was found, what is allowed."""

    def __init__(self, where: str | Path, found: str, allowed: str) -> None:
        super().__init__(f"data: {where}", found, allowed)
        self.where = where


class RawData(NamedTuple):
    """The examples of a data set, or of some classes of it.

    `images` is N x C x H x W, uint8 or float32; `labels` is N, int64, from 0; `class_names` has a
    name for each label. `test_from` is the index of the first example of the set's official test
    part, with the training part before it, or None where the set is one pool.
    """

    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...]
    test_from: int | None
