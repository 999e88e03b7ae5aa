"""Information imbalance of two representations of the same inputs, in both directions.

Glielmo, Zeni, Cheng, Csanyi, Laio (PNAS Nexus 1, 2022, pgac039):

    Delta(A -> B) = 2 / N  mean over i of r^B_ij,  j the nearest neighbour of i in A,

where r^B_ij is the rank of j among the neighbours of i in B, nearest = 1, i itself left out; with
k neighbours the mean is over all k of them. It asks how well nearness in A predicts nearness in
B. r^B_ij = 1 + #{l != i: d_B(i, l) < d_B(i, j)} is looked up in a sorted row of distances: the row
is sorted once and serves every other representation, subset and permutation.

Ties, which the paper leaves open:

- A point is never its own neighbour, duplicated or not: its own distance is infinite.
- Points at the same distance in B share the lowest of their ranks, as the count says.
- Where several points tie in A for the last of the k places, the mean of their ranks in B is
  taken, so that the value does not depend on the order of the rows. A constant representation
  then predicts nothing (Delta = 1 towards any space without ties) and is predicted by anything
  (Delta = 2/N).
- Distances are rounded to float32, and points nearer than 3e-7 of their distance from the mean
  coincide: float64 rounding, which is far below, cannot split a tie.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from defrost.similarity.centre import check_pair, prepare
from defrost.similarity.distances import distance_rows, sorted_rows, squared_norms
from defrost.similarity.neighbours import kept_by_subset, nearest, tied_rows
from defrost.similarity.resampling import Subsets


@dataclass(frozen=True)
class RankRows:
    """One chunk of points of one representation, as where neighbours and as where ranks are.

    Attributes:
        distances: rows x N, float32, infinite to oneself.
        ordered: the same, each row sorted.
        by_group: rows x subsets x size, sorted distances to the points a subset leaves out.
        index: rows x K, points that are nearest in all points or in a subset.
        kept: (1 + subsets) x rows x K, which of them are among the k nearest there; a row of
            the whole that ties is all false, and so is a point in a subset that leaves it out.
        tied: T, rows that tie for the last of the k places.
        tied_weights: T x N, how much each point counts as neighbour of theirs.
        permuted: rows x (permutations k), where the neighbours of the points that a permutation
            moves to these rows are moved to; in its order of permutations, then neighbours.
    """

    distances: Tensor
    ordered: Tensor
    by_group: Tensor
    index: Tensor
    kept: Tensor
    tied: Tensor
    tied_weights: Tensor
    permuted: Tensor


def rank_rows(
    distances: Tensor,
    start: int,
    neighbours: int,
    subsets: Subsets,
    permutations: Tensor,
    found: tuple[Tensor, Tensor] | None = None,
) -> RankRows:
    """Return what is read from the points start, start + 1, ... of one representation.

    Args:
        distances: rows x N, `distance_rows`.
        neighbours: k.
        subsets: for error bars.
        permutations: P x N, each mapping the chunk onto itself.
        found: what `nearest` returns for at least k neighbours, if at hand.
    """
    rows, points = distances.shape
    ordered = sorted_rows(distances)
    if neighbours == 1 and not subsets.count:  # a minimum takes a third of the time of a list
        index = distances.min(dim=1, keepdim=True).indices
    else:
        index = (found or nearest(distances, neighbours, subsets))[1]
    kept = kept_by_subset(index, neighbours, subsets)
    needed = int(kept.any(dim=0).any(dim=0).nonzero().max()) + 1
    first, is_tied = index[:, :neighbours], tied_rows(ordered[:, : points - 1], neighbours)
    index, kept = index[:, :needed], kept[:, :, :needed]
    own_group = subsets.group_of(torch.arange(start, start + rows, device=index.device))
    for group in range(subsets.count):
        kept[1 + group, own_group == group] = False
    tied = is_tied.nonzero().flatten()
    kept[0, tied] = False
    grouped = distances[:, : subsets.count * subsets.size]
    return RankRows(
        distances,
        ordered,
        sorted_rows(grouped.unflatten(1, (subsets.count, subsets.size)))
        if subsets.count
        else grouped,
        index,
        kept,
        tied,
        _tie_weights(distances[tied], ordered[tied, neighbours - 1], neighbours),
        _permuted_neighbours(first, start, permutations),
    )


def _tie_weights(distances: Tensor, last: Tensor, neighbours: int) -> Tensor:
    nearer, tie = distances < last[:, None], distances == last[:, None]
    free = neighbours - nearer.sum(dim=1)
    return nearer + tie * (free.double() / tie.sum(dim=1))[:, None]


def _permuted_neighbours(index: Tensor, start: int, permutations: Tensor) -> Tensor:
    rows, neighbours = index.shape
    count = len(permutations)
    came_from = permutations[:, start : start + rows].argsort(dim=1)
    moved = permutations.gather(1, index[came_from].flatten(1))
    return moved.view(count, rows, neighbours).permute(1, 0, 2).reshape(rows, count * neighbours)


def rank_sums(of: RankRows, among: RankRows, subsets: Subsets) -> Tensor:
    """Return the sum of the ranks that the neighbours in one representation have in another.

    Args:
        of: the chunk in the representation where neighbours are found (A).
        among: the same points where ranks are counted (B).

    Returns:
        1 + subsets, float64: over all points, then over each subset with ranks within it.
    """
    to_neighbours = among.distances.gather(1, of.index)
    ranks = 1 + torch.searchsorted(among.ordered, to_neighbours)
    sums = (of.kept * ranks).sum(dim=(1, 2))
    if subsets.count:
        asked = to_neighbours[:, None].expand(-1, subsets.count, -1).contiguous()
        left_out = torch.searchsorted(among.by_group, asked).transpose(0, 1)
        sums[1:] -= (of.kept[1:] * left_out).sum(dim=(1, 2))
    sums = sums.double()
    if len(of.tied):
        all_ranks = 1 + torch.searchsorted(among.ordered[of.tied], among.distances[of.tied])
        sums[0] += (of.tied_weights * all_ranks).sum()
    return sums


def permuted_rank_sums(of: RankRows, among: RankRows, count: int) -> Tensor:
    """Return, for each of `count` permutations of the rows of A, the sum of the ranks in B."""
    ranks = 1 + torch.searchsorted(among.ordered, among.distances.gather(1, of.permuted))
    return ranks.view(len(ranks), count, -1).sum(dim=(0, 2)).double()


def imbalance(rank_sum: float, points: int, neighbours: int = 1) -> float:
    """Return 2 / N times the mean rank, given the sum of the ranks of N k neighbours."""
    return 2 * rank_sum / (points**2 * neighbours)


def information_imbalance(
    x: Tensor, y: Tensor, chunk_rows: int = 256, neighbours: int = 1
) -> tuple[float, float]:
    """Return Delta(X -> Y) and Delta(Y -> X) of two representations of the same N inputs.

    Invariant to rotation, isotropic scale and offset of either; not symmetric, hence both. The
    floor is (k + 1) / N (every neighbour is preserved); independent spaces give about 1, and
    more than 1 is possible. Memory grows with N times `chunk_rows`.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i.
        chunk_rows: number of points whose distances to all others are held at a time.
        neighbours: k, at most N - 1.

    Returns:
        Two numbers without unit, from (k + 1) / N up.

    Raises:
        ValueError: x and y differ in N, have k points or fewer, or hold values that are not
            finite.

    Source:
        Glielmo et al. 2022 (see the module, also for ties and duplicates).
    """
    check_pair(x, y)
    points = len(x)
    if points <= neighbours:
        raise ValueError(
            f"information imbalance needs {neighbours + 1} points or more, got {points}"
        )
    x, y = prepare(x), prepare(y)
    x_norms, y_norms = squared_norms(x), squared_norms(y)
    subsets = Subsets(points, 0)
    permutations = torch.empty((0, points), dtype=torch.int64, device=x.device)
    forward = backward = torch.zeros(1, dtype=torch.float64, device=x.device)
    for start in range(0, points, chunk_rows):
        rows = slice(start, start + chunk_rows)
        of_x, of_y = (
            rank_rows(
                distance_rows(z, norms, start, z[rows] @ z.T),
                start,
                neighbours,
                subsets,
                permutations,
            )
            for z, norms in ((x, x_norms), (y, y_norms))
        )
        forward = forward + rank_sums(of_x, of_y, subsets)
        backward = backward + rank_sums(of_y, of_x, subsets)
    return (
        imbalance(float(forward), points, neighbours),
        imbalance(float(backward), points, neighbours),
    )
