"""Orthogonal Procrustes distance and SVCCA of all pairs.

Both take a singular value decomposition for each pair, and one more for each permutation: the
null is from the first five alone, and Student's t makes up for their number.
"""

from collections.abc import Callable

from torch import Tensor

from defrost.similarity.estimates import Grid, Plan, named_reason, sampled_estimate, undefined
from defrost.similarity.procrustes import (
    aligned,
    approximate_nuclear_norm,
    distance,
    frobenius_norm,
)
from defrost.similarity.svcca import mean_correlation

PERMUTATIONS = 5
ALL_KEPT = "all {0} directions are kept, so that the value is 1 for any pair"


def procrustes_grid(sources: list[Tensor], targets: list[Tensor], plan: Plan) -> Grid:
    """Return the estimates of the Procrustes distance for all pairs of `coordinates`."""
    norms = [[float(frobenius_norm(x)) for x in side] for side in (sources, targets)]
    parts, grid = plan.parts(3), {}

    def null(s: int, t: int, product: Tensor) -> float:
        return distance(float(approximate_nuclear_norm(product)) / (norms[0][s] * norms[1][t]))

    nulls = _nulls(sources, targets, plan, null)
    for s, x in enumerate(sources):
        for t, y in enumerate(targets):
            if not norms[0][s] or not norms[1][t]:
                continue  # constant, which the caller says
            value, of_subsets = aligned(x, y, parts)
            grid["procrustes_distance", s, t] = sampled_estimate(
                distance(value), [distance(v) for v in of_subsets], nulls[s, t], parts
            )
    return grid


def svcca_grid(sources: list[Tensor], targets: list[Tensor], plan: Plan) -> Grid:
    """Return the estimates of SVCCA for all pairs of `kept_directions`."""
    parts, grid = plan.parts(3), {}

    def null(s: int, t: int, product: Tensor) -> float:
        return float(approximate_nuclear_norm(product)) / min(product.shape)

    full = plan.points - 1
    reasons = [
        [ALL_KEPT.format(full) if x.shape[1] >= full else "" for x in side]
        for side in (sources, targets)
    ]
    nulls = _nulls(sources, targets, plan, null)
    for s, x in enumerate(sources):
        for t, y in enumerate(targets):
            reason = named_reason((reasons[0][s], reasons[1][t]))
            if reason:
                grid["svcca", s, t] = undefined(reason, plan.points)
            elif x.shape[1] and y.shape[1]:
                value, of_subsets = mean_correlation(x, y, parts)
                grid["svcca", s, t] = sampled_estimate(value, of_subsets, nulls[s, t], parts)
    return grid


def _nulls(
    sources: list[Tensor],
    targets: list[Tensor],
    plan: Plan,
    statistic: Callable[[int, int, Tensor], float],
) -> dict[tuple[int, int], list[float]]:
    """Return the statistic of X'Y with the rows of Y permuted, for all pairs."""
    nulls = {(s, t): [] for s in range(len(sources)) for t in range(len(targets))}
    for t, y in enumerate(targets):
        for permutation in plan.permutations[:PERMUTATIONS]:
            permuted = y[permutation]
            for s, x in enumerate(sources):
                if x.any() and y.any():
                    nulls[s, t].append(statistic(s, t, x.T @ permuted))
    return nulls
