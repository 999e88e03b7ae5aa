"""Intrinsic dimension of a representation by the TwoNN estimator, with an error bar."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from defrost.similarity.centre import check_representation, prepare
from defrost.similarity.distances import distance_rows, squared_norms
from defrost.similarity.duplicates import repeats
from defrost.similarity.neighbours import kept_by_subset, nearest
from defrost.similarity.resampling import Subsets, make_subsets, subset_interval

CHUNK_ROWS = 256


@dataclass(frozen=True)
class Dimension:
    """An intrinsic dimension.

    Attributes:
        value: positive, without unit; NaN where it is undefined, as `reason` says.
        low, high: 95 % interval from subsets of the points; NaN without one.
        points: distinct points used.
        repeated: points left out because they repeat another.
        reason: why the value is NaN, empty otherwise.
    """

    value: float
    low: float
    high: float
    points: int
    repeated: int
    reason: str


def two_nn_dimension(x: Tensor, generator: torch.Generator, subsets: int = 10) -> Dimension:
    """Return the intrinsic dimension of a representation.

    The ratio mu of a point's distances to its second and first neighbour follows a Pareto law
    whose exponent is the dimension d, F(mu) = 1 - mu^-d, where the density is constant over the
    second neighbour's distance. d is the slope of -log(1 - F) against log(mu) through the
    origin, the tenth of the points with the largest ratios left out, as scikit-dimension does by
    default. The relative standard error is about 1.4/sqrt(N); in high dimensions d is
    underestimated, since few points are far from the edge of the data.

    Points that repeat another would put a first distance at zero and distort the ratios of the
    others: they are left out and counted. The error bar is that of `resampling`: the estimate
    with another tenth of the points decimated, ten times.

    Args:
        x: N x D, a row for each input.
        generator: on the CPU; draws the subsets.
        subsets: how many subsets for the error bar, 0 for none.

    Returns:
        A `Dimension`. NaN with the reason for fewer than three distinct points, and where every
        ratio is 1, as on a lattice.

    Raises:
        ValueError: x is not a matrix, or holds values that are not finite.

    Source:
        Facco, d'Errico, Rodriguez, Laio, Scientific Reports 7, 2017, 12140; scikit-dimension's
        `TwoNN`.
    """
    check_representation(x)
    order = torch.randperm(len(x), generator=generator).to(x.device)
    distinct = order[~repeats(x)[order]]
    points, repeated = len(distinct), len(x) - len(distinct)

    def undefined(reason: str) -> Dimension:
        return Dimension(math.nan, math.nan, math.nan, points, repeated, reason)

    if points < 3:
        return undefined(f"TwoNN needs 3 distinct points or more, got {points}")
    parts = make_subsets(points, subsets, 3)
    whole, *of_subsets = _first_two_distances(prepare(x, distinct), parts)
    if not (whole[:, 0] > 0).all():
        coincident = int((whole[:, 0] == 0).sum())
        return undefined(f"TwoNN needs distinct points, {coincident} of {points} nearly coincide")
    value = _slope(whole)
    if not value > 0:
        return undefined("TwoNN needs distances that differ, every point has equal neighbours")
    low, high = subset_interval(value, [_slope(part) for part in of_subsets], parts)
    return Dimension(value, low, high, points, repeated, "")


def _first_two_distances(x: Tensor, subsets: Subsets) -> list[np.ndarray]:
    """Return N x 2 distances to the first two neighbours, in all points and in each subset."""
    norms = squared_norms(x)
    parts: list[list[Tensor]] = [[] for _ in range(subsets.count + 1)]
    for start in range(0, len(x), CHUNK_ROWS):
        rows = x[start : start + CHUNK_ROWS]
        _, index = nearest(distance_rows(x, norms, start, rows @ x.T), 2, subsets)
        # again from differences: the logarithm of a ratio near 1 wants more than float32
        exact = torch.stack(
            [(x[column].double() - rows.double()).norm(dim=1) for column in index.T], dim=1
        )
        exact, place = exact.sort(dim=1)
        index = index.gather(1, place)
        own = subsets.group_of(torch.arange(start, start + len(rows), device=x.device))
        for number, kept in enumerate(kept_by_subset(index, 2, subsets)):
            inside = own != number - 1 if number else torch.ones_like(own, dtype=torch.bool)
            parts[number].append(exact[inside][kept[inside]].view(-1, 2))
    return [torch.cat(chunks).cpu().numpy() for chunks in parts]


def _slope(distances: np.ndarray) -> float:
    from skdim.id import TwoNN  # slow to import

    return float(TwoNN(dist=True).fit_transform(distances))
