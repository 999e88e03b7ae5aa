"""The nearest neighbours of points, in all of them and in every subset of them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from defrost.similarity.distances import distance_rows, squared_norms
from defrost.similarity.resampling import Subsets


def nearest(distances: Tensor, neighbours: int, subsets: Subsets) -> tuple[Tensor, Tensor]:
    """Return enough of the nearest points of a chunk to know the nearest in every subset.

    Args:
        distances: rows x N, infinite from a point to itself.
        neighbours: k; N - 1 of them or fewer in all points and in every subset.
        subsets: groups of points to do without.

    Returns:
        Distances and indices, rows x K with K >= k (k + 1 if there are as many), nearest first,
        with k or more of every row outside each group.
    """
    others = distances.shape[1] - 1
    count = min(others, 2 * neighbours + 8 if subsets.count else neighbours + 1)
    while True:
        values, index = distances.topk(count, dim=1, largest=False, sorted=True)
        if count == others or _suffices(index, neighbours, subsets):
            return values, index
        count = min(others, 2 * count)


def _suffices(index: Tensor, neighbours: int, subsets: Subsets) -> bool:
    groups = torch.arange(subsets.count, device=index.device)
    if not len(groups):
        return True
    members = (subsets.group_of(index)[:, :, None] == groups).sum(dim=1)
    return bool(members.max() <= index.shape[1] - neighbours)


def kept_by_subset(index: Tensor, neighbours: int, subsets: Subsets) -> Tensor:
    """Return which of the nearest points are the k nearest in all points and in each subset.

    Args:
        index: rows x K from `nearest`.

    Returns:
        (1 + subsets) x rows x K, k true in every row.
    """
    groups = torch.arange(subsets.count, device=index.device)[:, None, None]
    outside = torch.cat(
        [torch.ones_like(index, dtype=torch.bool)[None], subsets.group_of(index) != groups]
    )
    return outside & (outside.cumsum(dim=2) <= neighbours)


@dataclass(frozen=True)
class NeighbourTable:
    """The neighbours of all points of a representation.

    Attributes:
        whole: N x k, the nearest points of each.
        of_subsets: for each subset, the same for its own points alone.
        tied: number of points with neighbours at one distance, of which only some are among the
            k, so that which ones is arbitrary.
    """

    whole: Tensor
    of_subsets: list[Tensor]
    tied: int


def neighbour_table(
    x: Tensor, neighbours: int, subsets: Subsets, chunk_rows: int
) -> NeighbourTable:
    """Return the nearest neighbours of a prepared representation, chunk by chunk."""
    norms, builder = squared_norms(x), TableBuilder(neighbours, subsets, x.device)
    for start in range(0, len(x), chunk_rows):
        gram = x[start : start + chunk_rows] @ x.T
        builder.add(start, *nearest(distance_rows(x, norms, start, gram), neighbours, subsets))
    return builder.table()


class TableBuilder:
    """Makes a `NeighbourTable` from chunks of `nearest` points, in order."""

    def __init__(self, neighbours: int, subsets: Subsets, device: torch.device) -> None:
        self.neighbours, self.subsets = neighbours, subsets
        sizes = [subsets.points] + [subsets.points - subsets.size] * subsets.count
        # whole from the start: thousands of small pieces would leave holes in the memory
        self._tables = [
            torch.empty((size, neighbours), dtype=torch.int32, device=device) for size in sizes
        ]
        self._filled = [0] * len(sizes)
        self._tied = torch.zeros((), dtype=torch.int64, device=device)

    def add(self, start: int, values: Tensor, index: Tensor) -> None:
        """Take in the nearest points of the points start, start + 1, ..."""
        own = torch.arange(start, start + len(index), device=index.device)
        group = self.subsets.group_of(own)
        kept = kept_by_subset(index, self.neighbours, self.subsets)
        for number, (table, mask) in enumerate(zip(self._tables, kept, strict=True)):
            rows = group != number - 1 if number else torch.ones_like(group, dtype=torch.bool)
            chosen = index[rows][mask[rows]].view(-1, self.neighbours)
            first = self._filled[number]
            self._filled[number] = first + len(chosen)
            table[first : first + len(chosen)] = chosen
        self._tied += tied_rows(values, self.neighbours).sum()

    def table(self) -> NeighbourTable:
        """Return the table of all chunks."""
        whole, *of_subsets = self._tables
        return NeighbourTable(whole, of_subsets, int(self._tied))


def tied_rows(values: Tensor, neighbours: int) -> Tensor:
    """Return which rows of sorted distances tie across the k-th place."""
    if values.shape[1] <= neighbours:
        return torch.zeros(len(values), dtype=torch.bool, device=values.device)
    return values[:, neighbours - 1] == values[:, neighbours]
