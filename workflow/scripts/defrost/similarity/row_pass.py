"""One pass over chunks of rows that serves linear CKA, information imbalance and neighbours.

The scalar products of a block are computed once for each chunk and serve every pair: as rows of
its Gram matrix for CKA, and as distances for neighbours and ranks. What the chunk of a source
block needs waits while the target blocks pass one at a time.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from defrost.similarity.distances import distance_rows, squared_norms
from defrost.similarity.estimates import (
    Estimate,
    Grid,
    Plan,
    sampled_estimate,
)
from defrost.similarity.information_imbalance import (
    RankRows,
    imbalance,
    permuted_rank_sums,
    rank_rows,
    rank_sums,
)
from defrost.similarity.kernel_estimates import biased_null, debiased_null, kernel_grid
from defrost.similarity.kernel_sums import KernelSums, SummaryBuilder
from defrost.similarity.neighbours import NeighbourTable, TableBuilder, nearest
from defrost.similarity.permutation_moments import Summary
from defrost.similarity.resampling import EXCHANGE_ROWS

FORWARD = "information_imbalance_source_to_target"
BACKWARD = "information_imbalance_target_to_source"
KERNELS = ("linear_cka", "debiased_linear_cka")
OVERLAP = "neighbourhood_overlap"
NO_LIMITS = "no error bar, no null"
TIED_SHARE = 0.01  # of the points, above which ties decide what is a neighbour


@dataclass
class _Side:
    """The blocks of one network and what is built of them."""

    blocks: list[Tensor]
    norms: list[Tensor]
    summaries: list["_LinearSummary"]
    tables: list[TableBuilder]
    tied: list[Tensor]


def row_pass(
    sources: list[Tensor], targets: list[Tensor], measures: set[str], plan: Plan
) -> tuple[Grid, tuple[list[NeighbourTable], list[NeighbourTable]]]:
    """Return the estimates of linear CKA and information imbalance, and tables of neighbours.

    Args:
        sources, targets: prepared blocks, N x D each, in the order of the plan.
        measures: names of what is wanted.
    """
    ranked, tabled = bool({FORWARD, BACKWARD} & measures), OVERLAP in measures
    kernels = [name for name in KERNELS if name in measures]
    sides = [_side(blocks, bool(kernels), tabled, plan) for blocks in (sources, targets)]
    sums = None
    if kernels:
        sums = KernelSums(plan.parts(4), tuple(torch.stack(side.norms) for side in sides))
    ranks = _RankSums(len(sources), len(targets), plan) if ranked else None

    _pass_chunks(sides, sums, ranks, plan)

    grid: Grid = {}
    if sums:
        summaries = tuple([s.summary() for s in side.summaries] for side in sides)
        for name in kernels:
            null = None
            if summaries[0]:
                biased = name == "linear_cka"
                null = biased_null(summaries, sums) if biased else debiased_null(summaries)
            grid |= kernel_grid(name, sums, null)
    if ranks:
        grid |= ranks.grid([side.tied for side in sides])
    return grid, tuple([t.table() for t in side.tables] for side in sides)


def _pass_chunks(
    sides: list[_Side], sums: KernelSums | None, ranks: "_RankSums | None", plan: Plan
) -> None:
    """Go once through all rows and fill what is built of them."""
    # Gram rows of all blocks are kept for CKA alone; else each block writes over the last one's.
    sources, targets = (side.blocks for side in sides)
    entry, all_blocks = sources[0].element_size(), len(sources) + len(targets)
    per_entry = entry * (all_blocks if sums else 2) + 12 * (len(sources) + 1) + 32
    chunks = _chunks(plan.points, plan.chunk_rows(per_entry, EXCHANGE_ROWS))
    longest = max(rows.stop - rows.start for rows in chunks)
    buffers = [
        sources[0].new_empty((longest, len(side.blocks) if sums else 1, plan.points))
        for side in sides
    ]
    for rows in chunks:
        grams = [buffer[: rows.stop - rows.start] for buffer in buffers]
        waiting = [
            _read(sides[0], block, rows, grams[0], ranks is not None, plan)
            for block in range(len(sources))
        ]
        for target in range(len(targets)):
            passing = _read(sides[1], target, rows, grams[1], ranks is not None, plan)
            if ranks:
                for source, read in enumerate(waiting):
                    ranks.add(source, target, read, passing)
        if sums:
            for side, gram in zip(sides, grams, strict=True):
                for block in range(len(side.blocks)):
                    gram[:, block].diagonal(rows.start).fill_(0)
                    if side.summaries:
                        side.summaries[block].add(rows.start, gram[:, block])
            sums.add(rows.start, *grams)


def _side(blocks: list[Tensor], kernels: bool, tabled: bool, plan: Plan) -> _Side:
    norms = [squared_norms(x) for x in blocks]
    summaries = []
    if kernels and len(plan.permutations) and plan.points >= 4:
        summaries = [_LinearSummary(x, n) for x, n in zip(blocks, norms, strict=True)]
    parts = plan.parts(plan.neighbours + 2)
    tables = [TableBuilder(plan.neighbours, parts, x.device) for x in blocks] if tabled else []
    return _Side(blocks, norms, summaries, tables, [n.new_zeros(()) for n in norms])


def _chunks(points: int, chunk_rows: int) -> list[slice]:
    """Return the chunks; the last takes the block of rows that permutations have at the end."""
    starts = list(range(0, max(points - EXCHANGE_ROWS + 1, 1), chunk_rows))
    ends = [*starts[1:], points]
    return [slice(*ends_of) for ends_of in zip(starts, ends, strict=True)]


def _read(
    side: _Side,
    block: int,
    rows: slice,
    grams: Tensor,
    ranked: bool,
    plan: Plan,
) -> RankRows | None:
    x, tabled = side.blocks[block], bool(side.tables)
    gram = torch.matmul(x[rows], x.T, out=grams[:, block % grams.shape[1]])
    if not ranked and not tabled:
        return None
    distances = distance_rows(x, side.norms[block], rows.start, gram)
    found = None
    if tabled:
        most = max(plan.imbalance_neighbours if ranked else 1, plan.neighbours)
        found = nearest(distances, most, plan.parts(most + 1))
        side.tables[block].add(rows.start, *found)
    if not ranked:
        return None
    parts = plan.parts(plan.imbalance_neighbours + 1)
    read = rank_rows(
        distances, rows.start, plan.imbalance_neighbours, parts, plan.permutations, found
    )
    side.tied[block] = side.tied[block] + len(read.tied)
    return read


class _LinearSummary:
    """Makes the `Summary` of a Gram matrix from chunks of its rows."""

    def __init__(self, x: Tensor, norms: Tensor) -> None:
        points = len(x)
        # the columns of x sum to zero, so that a row of its Gram matrix sums to minus the norm
        additive = (norms - norms.mean()) * (points / (points - 2)) ** 0.5
        self.x, self.norms = x, norms
        self.builder = SummaryBuilder(-norms, additive)
        self._projected = norms.new_zeros(())
        self._by_features = x.shape[1] < points

    def add(self, start: int, rows: Tensor) -> None:
        centred = self.builder.add(start, rows)
        if not self._by_features:
            self._projected += (centred @ self.x).square().sum(dim=1).double().sum()

    def summary(self) -> Summary:
        """Return the summary; tr a~^3 = |a~X|_F^2 - sum_i d_i sum_j a~_ij^2, as a~1 = 0."""
        diagonal = self.norms + 2 * self.builder.shift  # what a~ lacks of a sum of outer products
        if self._by_features:
            self._projected = self._projected_by_features(diagonal)
        triangles = self._projected - diagonal @ self.builder.row_squares
        return self.builder.summary(float(triangles))

    def _projected_by_features(self, diagonal: Tensor) -> Tensor:
        x = self.x
        scatter, tilt = x.T @ x, (self.builder.shift.to(x.dtype) @ x)
        total = diagonal.new_zeros(())
        for rows, own in zip(x.split(1024), diagonal.to(x.dtype).split(1024), strict=True):
            projected = rows @ scatter + tilt - own[:, None] * rows
            total += projected.square().sum(dim=1).double().sum()
        return total


class _RankSums:
    """Sums of ranks for all pairs, in both directions."""

    def __init__(self, sources: int, targets: int, plan: Plan) -> None:
        self.plan, self.parts = plan, plan.parts(plan.imbalance_neighbours + 1)
        zeros, pairs = plan.order.new_zeros, (2, sources, targets)
        self.sums = zeros(*pairs, 1 + self.parts.count, dtype=torch.float64)
        self.permuted = zeros(*pairs, len(plan.permutations), dtype=torch.float64)

    def add(self, s: int, t: int, source: RankRows, target: RankRows) -> None:
        count = len(self.plan.permutations)
        for direction, (of, among) in enumerate(((source, target), (target, source))):
            self.sums[direction, s, t] += rank_sums(of, among, self.parts)
            if count:
                self.permuted[direction, s, t] += permuted_rank_sums(of, among, count)

    def grid(self, tied: list[list[Tensor]]) -> Grid:
        """Return the estimates; where many points tie there is a value alone."""
        points, k, grid = self.plan.points, self.plan.imbalance_neighbours, {}
        smaller = points - self.parts.size
        tied = [[int(count) for count in side] for side in tied]
        for direction, name in enumerate((FORWARD, BACKWARD)):
            for s, row in enumerate(self.sums[direction].tolist()):
                for t, (whole, *of_subsets) in enumerate(row):
                    value = imbalance(whole, points, k)
                    ties = (tied[0][s], tied[1][t])[direction]
                    if ties > TIED_SHARE * points:
                        reason = f"{ties} of {points} points tie for nearest: {NO_LIMITS}"
                        grid[name, s, t] = Estimate(value, points, reason=reason)
                        continue
                    grid[name, s, t] = sampled_estimate(
                        value,
                        [imbalance(x, smaller, k) for x in of_subsets],
                        [imbalance(x, points, k) for x in self.permuted[direction, s, t].tolist()],
                        self.parts,
                    )
        return grid
