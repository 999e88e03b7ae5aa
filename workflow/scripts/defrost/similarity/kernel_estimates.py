"""Values, error bars and exact nulls of CKA and RSA from the sums over their kernels."""

import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from defrost.similarity.centre import prepare
from defrost.similarity.estimates import Estimate, Grid, Plan, named_reason, undefined
from defrost.similarity.kernel_sums import (
    KernelSums,
    SummaryBuilder,
    Within,
    biased,
    correlation,
    debiased,
    permutation_null,
)
from defrost.similarity.permutation_moments import Summary
from defrost.similarity.rbf_cka import rbf_kernel
from defrost.similarity.resampling import make_subsets, subset_interval
from defrost.similarity.rsa import dissimilarity_ranks, is_flat

CHUNK_ROWS = 256
Summaries = tuple[list[Summary], list[Summary]]
Null = Callable[[int, int], tuple[float, float, float]]

NO_PAIR_STANDS_OUT = "no pair of points is nearer or farther than another"
MOST_COINCIDE = "half of all pairs of points coincide"


def kernel_grid(name: str, sums: KernelSums, null: Null | None) -> Grid:
    """Return the estimates of a measure of kernels for all pairs.

    Args:
        name: `linear_cka`, `debiased_linear_cka`, `debiased_rbf_cka` or `rsa`.
        sums: of all points.
        null: from indices of source and target, mean, low and high; None for no nulls.
    """
    statistic = {"linear_cka": biased, "rsa": correlation}.get(name, debiased)

    def values(sums_within: Within) -> list[list[float]]:
        return statistic(sums_within, sums.rounding).tolist()

    parts, grid = sums.subsets, {}
    whole = values(sums.within())
    of_subsets = [values(sums.within(group)) for group in range(parts.count)]
    for s, row in enumerate(whole):
        for t, value in enumerate(row):
            if math.isnan(value):
                grid[name, s, t] = undefined(NO_PAIR_STANDS_OUT, parts.points)
                continue
            interval = subset_interval(value, [part[s][t] for part in of_subsets], parts)
            chance = null(s, t) if null else ()
            grid[name, s, t] = Estimate(value, parts.points, *interval, *chance)
    return grid


def debiased_null(summaries: Summaries) -> Null:
    """Return the null of debiased CKA: the two kernels less all that is additive in them."""
    plain = [
        [
            replace(x, additive_square=0, additive_cube=0, additive_form=0, additive_weight=0)
            for x in side
        ]
        for side in summaries
    ]

    def null(s: int, t: int) -> tuple[float, float, float]:
        a, b = plain[0][s], plain[1][t]
        return permutation_null(a, b, math.sqrt(a.square * b.square))

    return null


def biased_null(summaries: Summaries, sums: KernelSums) -> Null:
    """Return the null of biased linear CKA, whose mean is tr K tr L / ((N-1) |K| |L|)."""
    n, within = sums.subsets.points, sums.within().with_diagonal()
    norms = [square.sqrt().tolist() for square in within.squares]
    traces = [diagonal.sum(dim=1).tolist() for diagonal in sums.diagonals]

    def null(s: int, t: int) -> tuple[float, float, float]:
        scale = norms[0][s] * norms[1][t]
        mean = traces[0][s] * traces[1][t] / ((n - 1) * scale) if scale else math.nan
        return permutation_null(summaries[0][s], summaries[1][t], scale, mean)

    return null


def rsa_null(summaries: Summaries, sums: KernelSums) -> Null:
    """Return the null of RSA: ranks, their mean taken off, as they are."""
    norms = [square.sqrt().tolist() for square in sums.within().squares]

    def null(s: int, t: int) -> tuple[float, float, float]:
        return permutation_null(summaries[0][s], summaries[1][t], norms[0][s] * norms[1][t])

    return null


def rank_limited_grid(name: str, blocks: tuple[list[Tensor], list[Tensor]], plan: Plan) -> Grid:
    """Return the estimates of RBF CKA or RSA for all pairs, from at most `rank_points` points."""
    order = plan.order[: plan.rank_points]
    make = _ranks if name == "rsa" else _kernel
    made = [[make(x, order) for x in side] for side in blocks]
    good = [[i for i, (kernel, _) in enumerate(side) if kernel is not None] for side in made]
    kernels = [[made[side][i][0] for i in good[side]] for side in (0, 1)]
    grid: Grid = {}
    if all(good):
        sums, summaries = _dense_sums(kernels, name == "rsa", plan)
        null = rsa_null(summaries, sums) if name == "rsa" else debiased_null(summaries)
        grid = kernel_grid(name, sums, null if len(plan.permutations) else None)
        grid = {(name, good[0][s], good[1][t]): x for (_, s, t), x in grid.items()}
    for s, (_, of_source) in enumerate(made[0]):
        for t, (_, of_target) in enumerate(made[1]):
            reason = named_reason((of_source, of_target))
            if reason:
                grid[name, s, t] = undefined(reason, len(order))
    return grid


def _kernel(x: Tensor, order: Tensor) -> tuple[Tensor | None, str]:
    kernel = rbf_kernel(prepare(x, order))
    return kernel, MOST_COINCIDE if kernel is None else ""


def _ranks(x: Tensor, order: Tensor) -> tuple[Tensor | None, str]:
    rows = x[order]
    flat = int(is_flat(rows).sum())
    if flat:
        return None, f"{flat} of {len(rows)} points have one activation throughout"
    return dissimilarity_ranks(rows), ""


def _dense_sums(
    kernels: list[list[Tensor]], additive: bool, plan: Plan
) -> tuple[KernelSums, Summaries]:
    points = len(kernels[0][0])
    fill = float(not additive)  # the diagonal of a Gaussian kernel; ranks have none
    parts = make_subsets(points, plan.subsets, 4)
    sums = KernelSums(
        parts, tuple(kernels[0][0].new_full((len(side), points), fill) for side in kernels)
    )
    for start in range(0, points, CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        sums.add(start, *(torch.stack([k[rows] for k in side], dim=1) for side in kernels))
    if not len(plan.permutations):
        return sums, ([], [])
    return sums, tuple([_summary(k, additive) for k in side] for side in kernels)


def _summary(kernel: Tensor, additive: bool) -> Summary:
    row_sums = kernel.sum(dim=1)
    weight = math.sqrt(2 / (len(kernel) - 2)) if additive else 0.0
    builder = SummaryBuilder(row_sums, weight * (row_sums - row_sums.mean()))
    # float32 is enough for a cube that only bends the null
    centred = torch.cat([builder.add(i, k).float() for i, k in _chunks(kernel)])
    triangles = torch.linalg.vecdot(centred @ centred, centred).double().sum()
    return builder.summary(float(triangles))


def _chunks(kernel: Tensor) -> list[tuple[int, Tensor]]:
    return [(i, kernel[i : i + CHUNK_ROWS]) for i in range(0, len(kernel), CHUNK_ROWS)]
