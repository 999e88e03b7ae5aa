"""Neighbourhood overlap and mutual kNN of all pairs, from tables of neighbours."""

import torch
from torch import Tensor

from defrost.similarity.centre import prepare
from defrost.similarity.estimates import Grid, Plan, named_reason, sampled_estimate, undefined
from defrost.similarity.mutual_knn import directions, has_no_direction
from defrost.similarity.neighbourhood_overlap import shared_neighbours
from defrost.similarity.neighbours import NeighbourTable, neighbour_table
from defrost.similarity.row_pass import TIED_SHARE

Tables = tuple[list[NeighbourTable | None], list[NeighbourTable | None]]


def overlap_grid(
    name: str, tables: Tables, reasons: tuple[list[str], list[str]], plan: Plan
) -> Grid:
    """Return the estimates of the share of neighbours in common, for all pairs.

    Args:
        name: of the measure.
        tables: the neighbours of source and target blocks; None where there are none.
        reasons: why not, or why a table says nothing; empty for a good one.
    """
    grid: Grid = {}
    moved_back = plan.permutations.argsort(dim=1)
    for t, target in enumerate(tables[1]):
        permuted = []
        if target is not None:
            permuted = [
                back.to(torch.int32)[target.whole[row].long()]
                for row, back in zip(plan.permutations, moved_back, strict=True)
            ]
        for s, source in enumerate(tables[0]):
            reason = named_reason((reasons[0][s], reasons[1][t]))
            if reason:
                grid[name, s, t] = undefined(reason, plan.points)
                continue
            pairs = zip(source.of_subsets, target.of_subsets, strict=True)
            grid[name, s, t] = sampled_estimate(
                float(shared_neighbours(source.whole, target.whole)),
                [float(shared_neighbours(a, b)) for a, b in pairs],
                [float(shared_neighbours(source.whole, b)) for b in permuted],
                plan.parts(plan.neighbours + 2),
            )
    return grid


def tie_reason(table: NeighbourTable, points: int) -> str:
    """Return why the neighbours of a block are arbitrary; empty where they are not."""
    if table.tied > TIED_SHARE * points:
        return f"{table.tied} of {points} points have neighbours that tie"
    return ""


def mutual_knn_grid(blocks: tuple[list[Tensor], list[Tensor]], plan: Plan) -> Grid:
    """Return the estimates of mutual kNN for all pairs of blocks as they are given."""
    made = [[_cosine_table(x, plan) for x in side] for side in blocks]
    tables, reasons = ([[entry[i] for entry in side] for side in made] for i in (0, 1))
    return overlap_grid("mutual_knn", tables, reasons, plan)


def _cosine_table(x: Tensor, plan: Plan) -> tuple[NeighbourTable | None, str]:
    zero = int(has_no_direction(x[plan.order]).sum())
    if zero:
        return None, f"{zero} of {plan.points} points are zero and have no direction"
    rows = prepare(directions(x), plan.order)
    parts, chunk_rows = (
        plan.parts(plan.neighbours + 2),
        plan.chunk_rows(3 * rows.element_size() + 8),
    )
    table = neighbour_table(rows, plan.neighbours, parts, chunk_rows)
    return table, tie_reason(table, plan.points)
