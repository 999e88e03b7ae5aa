"""Compare every block of one network with every block of another on the same probe inputs.

What belongs to a block (distances, Gram matrices, neighbours, singular bases, ranks) is computed
once and serves every pair and every measure; what would be N x N exists a chunk of rows at a
time. Each value comes with an error bar from subsets of the inputs and with a null from
permutations of the rows of one side (see `resampling` and `permutation_moments`).
"""

from dataclasses import replace

import torch
from torch import Tensor

from defrost.similarity.centre import CHUNK_ROWS, check_representation, prepare
from defrost.similarity.duplicates import repeats
from defrost.similarity.estimates import Estimate, Grid, Plan, named_reason, undefined
from defrost.similarity.kernel_estimates import rank_limited_grid
from defrost.similarity.measures import PAIR_MEASURES
from defrost.similarity.overlap_grid import mutual_knn_grid, overlap_grid, tie_reason
from defrost.similarity.procrustes import coordinates
from defrost.similarity.resampling import draw_permutations
from defrost.similarity.row_pass import BACKWARD, FORWARD, KERNELS, OVERLAP, row_pass
from defrost.similarity.spectral_grid import procrustes_grid, svcca_grid
from defrost.similarity.svcca import kept_directions

CONSTANT = "all points are equal"
MEMORY = 256 * 2**20
Sides = tuple[list[Tensor], list[Tensor]]


def compare_blocks(
    source: dict[str, Tensor],
    target: dict[str, Tensor],
    generator: torch.Generator,
    measures: list[str] | None = None,
    neighbours: int = 10,
    imbalance_neighbours: int = 1,
    rank_points: int = 2000,
    subsets: int = 10,
    permutations: int = 20,
    memory: int = MEMORY,
) -> list[dict]:
    """Return every measure for every source block against every target block.

    Args:
        source, target: for each block by name (one or more), the N x D activations of the same
            N probe inputs, row i for input i, all on one device; D may differ between blocks.
        generator: on the CPU; draws the order of the points, of which consecutive ones make
            subsets and the first ones stand for all where measures rank pairs, and permutations.
        measures: names out of `measures.PAIR_MEASURES`; all without it.
        neighbours: k of neighbourhood overlap and mutual kNN.
        imbalance_neighbours: k of information imbalance.
        rank_points: most probe points for RSA and RBF CKA, which hold N^2 numbers a block.
        subsets: how many subsets of the points the error bars are from; 0 for none.
        permutations: how many the nulls of neighbours are from; SVCCA and Procrustes take the
            first five; those of CKA and RSA are exact. 0 for no nulls.
        memory: bytes for what exists a chunk of rows at a time, at least 32 rows. On top come
            the blocks, in float32 above 2,000 points and else in float64, and `rank_points`^2
            numbers of 8 bytes a block before that.

    Returns:
        A dict for each source block, target block and measure, in this order, with the keys
        measure, source_block, target_block, value, value_low, value_high, null_mean, null_low,
        null_high (95 % each, NaN where there is none), points (used), reason (why the value or
        what stands around it is NaN, or empty), repeated (points whose row equals an earlier
        one in either block) and value_distinct (the value without those). Measures are without
        unit; `measures.MEASURES` says what they ignore, their range and their value by chance.

    Raises:
        ValueError: a block is not N x D, differs in N from the others, has fewer than two
            points or holds values that are not finite; the line names the block. A measure is
            unknown.

    Source:
        The equations are those of the modules of the measures.
    """
    names = list(PAIR_MEASURES) if measures is None else list(measures)
    unknown = [name for name in names if name not in PAIR_MEASURES]
    if unknown:
        raise ValueError(f"unknown measure {unknown[0]!r}; known are {', '.join(PAIR_MEASURES)}")
    _check_blocks(source, target)
    blocks = list(source.values()), list(target.values())
    points, device = len(blocks[0][0]), blocks[0][0].device
    order = torch.randperm(points, generator=generator)
    plan = Plan(
        order.to(device),
        draw_permutations(points, permutations, generator).to(device),
        subsets,
        neighbours,
        imbalance_neighbours,
        rank_points,
        memory,
    )
    grid = _measure(blocks, names, plan)
    repeated, distinct = _without_repeats(blocks, names, plan, grid)
    rows = []
    for s, source_name in enumerate(source):
        for t, target_name in enumerate(target):
            for name in names:
                x = grid[name, s, t]
                rows.append(
                    {
                        "measure": name,
                        "source_block": source_name,
                        "target_block": target_name,
                        "value": x.value,
                        "value_low": x.low,
                        "value_high": x.high,
                        "null_mean": x.null_mean,
                        "null_low": x.null_low,
                        "null_high": x.null_high,
                        "points": x.points,
                        "reason": x.reason,
                        "repeated": repeated[s, t],
                        "value_distinct": distinct[name, s, t].value,
                    }
                )
    return rows


def _check_blocks(source: dict[str, Tensor], target: dict[str, Tensor]) -> None:
    """Raise ValueError unless all blocks are finite, of the same number of points, two or more."""
    first = None
    for side, blocks in (("source", source), ("target", target)):
        for name, x in blocks.items():
            try:
                check_representation(x)
            except ValueError as error:
                raise ValueError(f"{side} block {name!r}: {error}") from error
            first = first or (side, name, len(x))
            if len(x) != first[2]:
                raise ValueError(
                    f"{side} block {name!r} has {len(x)} points, "
                    f"{first[0]} block {first[1]!r} has {first[2]}"
                )
            if len(x) < 2:
                raise ValueError(f"{side} block {name!r} has {len(x)} points, 2 or more are needed")


def _measure(blocks: Sides, names: list[str], plan: Plan) -> Grid:
    """Return the estimates of the named measures for all pairs of blocks."""
    pairs = [(s, t) for s in range(len(blocks[0])) for t in range(len(blocks[1]))]
    grid: Grid = {}
    wanted = set()
    for name in names:
        least, used = _least_points(name, plan), _used_points(name, plan)
        if used >= least:
            wanted.add(name)
        else:
            few = undefined(f"needs {least} points or more, got {used}", used)
            grid |= {(name, s, t): few for s, t in pairs}

    if "mutual_knn" in wanted:
        grid |= mutual_knn_grid(blocks, plan)
    if wanted & {*KERNELS, FORWARD, BACKWARD, OVERLAP, "procrustes_distance", "svcca"}:
        grid |= _measure_prepared(blocks, wanted, plan)
    # Last: the allocator may keep what these matrices took, and the blocks' copies are gone by now.
    for name in ("debiased_rbf_cka", "rsa"):
        if name in wanted:
            grid |= rank_limited_grid(name, blocks, plan)

    constant = [[CONSTANT if _is_constant(x, plan.order) else "" for x in side] for side in blocks]
    for s, t in pairs:
        reason = named_reason((constant[0][s], constant[1][t]))
        for name in wanted - {FORWARD, BACKWARD} if reason else ():
            grid[name, s, t] = undefined(reason, _used_points(name, plan))
    return grid


def _measure_prepared(blocks: Sides, wanted: set[str], plan: Plan) -> Grid:
    """Return the estimates of the measures that take centred blocks of all points."""
    grid: Grid = {}
    sources, targets = ([prepare(x, plan.order) for x in side] for side in blocks)
    if wanted & {*KERNELS, FORWARD, BACKWARD, OVERLAP}:
        grid |= _measure_rows(sources, targets, wanted, plan)
    # In place, block by block, so that no second copy of all blocks is held.
    if "procrustes_distance" in wanted:
        for side in (sources, targets):
            for i, x in enumerate(side):
                side[i] = coordinates(x)
        grid |= procrustes_grid(sources, targets, plan)
    if "svcca" in wanted:
        for side in (sources, targets):
            for i, x in enumerate(side):
                side[i] = kept_directions(x)
        grid |= svcca_grid(sources, targets, plan)
    return grid


def _measure_rows(
    sources: list[Tensor], targets: list[Tensor], wanted: set[str], plan: Plan
) -> Grid:
    """Return the estimates of the measures that one pass over chunks of rows serves."""
    grid, tables = row_pass(sources, targets, wanted, plan)
    grid = {key: x for key, x in grid.items() if key[0] in wanted}
    if OVERLAP in wanted:
        reasons = tuple([tie_reason(x, plan.points) for x in side] for side in tables)
        grid |= overlap_grid(OVERLAP, tables, reasons, plan)
    return grid


def _least_points(name: str, plan: Plan) -> int:
    measure = PAIR_MEASURES[name]
    if not measure.per_neighbour:
        return measure.least_points
    imbalance = name in (FORWARD, BACKWARD)
    return measure.least_points + (plan.imbalance_neighbours if imbalance else plan.neighbours)


def _used_points(name: str, plan: Plan) -> int:
    limited = PAIR_MEASURES[name].ranks_all_pairs
    return min(plan.points, plan.rank_points) if limited else plan.points


def _is_constant(x: Tensor, order: Tensor) -> bool:
    """Return whether all rows are equal; few of them already tell the usual answer."""
    return all(bool((x[rows] == x[order[:1]]).all()) for rows in order.split(CHUNK_ROWS))


def _without_repeats(
    blocks: Sides, names: list[str], plan: Plan, grid: Grid
) -> tuple[dict[tuple[int, int], int], Grid]:
    """Return how many points repeat another in either block of a pair, and values without them.

    Pairs with the same repeats are measured together: in the common case, an input that is
    there twice, all pairs.
    """
    masks = [[repeats(x)[plan.order].cpu() for x in side] for side in blocks]
    repeated, distinct = {}, dict(grid)
    pairs_by_mask: dict[bytes, list[tuple[int, int]]] = {}
    for s, of_source in enumerate(masks[0]):
        for t, of_target in enumerate(masks[1]):
            either = of_source | of_target
            repeated[s, t] = int(either.sum())
            if repeated[s, t]:
                pairs_by_mask.setdefault(either.numpy().tobytes(), []).append((s, t))
    for pairs in pairs_by_mask.values():
        s, t = pairs[0]
        kept = ~(masks[0][s] | masks[1][t])
        order = plan.order[kept.to(plan.order.device)]
        if len(order) < 2:
            none = Estimate(float("nan"), len(order))
            distinct |= {(name, *pair): none for name in names for pair in pairs}
            continue
        fewer = replace(
            plan, order=order, subsets=0, permutations=plan.permutations[:0, : len(order)]
        )
        chosen = [sorted({pair[side] for pair in pairs}) for side in (0, 1)]
        values = _measure(
            tuple([x[i] for i in c] for x, c in zip(blocks, chosen, strict=True)), names, fewer
        )
        for s, t in pairs:
            at = chosen[0].index(s), chosen[1].index(t)
            distinct |= {(name, s, t): values[name, *at] for name in names}
    return repeated, distinct
