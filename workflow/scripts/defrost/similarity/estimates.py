"""A value with its error bar and its null, and what a comparison of networks is made with."""

import math
from dataclasses import dataclass

from torch import Tensor

from defrost.similarity.resampling import (
    Subsets,
    make_subsets,
    permutation_interval,
    subset_interval,
)

NAN = math.nan


@dataclass(frozen=True)
class Estimate:
    """The value of a measure for one pair of blocks.

    Attributes:
        value: NaN where it is undefined, as `reason` says.
        low, high: 95 % interval over subsets of the points.
        null_mean, null_low, null_high: mean and 95 % interval over permutations of one side.
        points: points used.
        reason: empty where nothing is missing.
    """

    value: float
    points: int
    low: float = NAN
    high: float = NAN
    null_mean: float = NAN
    null_low: float = NAN
    null_high: float = NAN
    reason: str = ""


Grid = dict[tuple[str, int, int], Estimate]  # by measure, source block and target block


@dataclass(frozen=True)
class Plan:
    """How a grid of blocks is compared.

    Attributes:
        order: N, the points to use in their random order, on the device of the blocks.
        permutations: P x N (see `resampling`), likewise.
        subsets: how many subsets; 0 for no error bars.
        neighbours: k of the overlaps.
        imbalance_neighbours: k of information imbalance.
        rank_points: most points for measures that rank all pairs.
        memory: bytes for what exists a chunk of rows at a time.
    """

    order: Tensor
    permutations: Tensor
    subsets: int
    neighbours: int
    imbalance_neighbours: int
    rank_points: int
    memory: int

    @property
    def points(self) -> int:
        return len(self.order)

    def parts(self, least_points: int) -> Subsets:
        """Return the subsets of the points."""
        return make_subsets(self.points, self.subsets, least_points)

    def chunk_rows(self, bytes_per_entry: int, multiple: int = 1) -> int:
        """Return how many rows of N entries fit into the memory, at least `multiple`."""
        rows = self.memory // (bytes_per_entry * max(self.points, 1))
        return max(rows // multiple, 1) * multiple


def sampled_estimate(
    value: float, of_subsets: list[float], of_permutations: list[float], parts: Subsets
) -> Estimate:
    """Return the estimate from a value, its values on subsets and on permutations."""
    low, high = subset_interval(value, of_subsets, parts)
    return Estimate(value, parts.points, low, high, *permutation_interval(of_permutations))


def undefined(reason: str, points: int) -> Estimate:
    """Return the estimate of what has no value."""
    return Estimate(NAN, points, reason=reason)


def named_reason(reasons: tuple[str, str]) -> str:
    """Return what is wrong with the source block, the target block, or both; empty for nothing."""
    sides = zip(("source block", "target block"), reasons, strict=True)
    return "; ".join(f"{side}: {reason}" for side, reason in sides if reason)
