"""Information imbalance of two representations of the same inputs, in both directions.

Glielmo, Zeni, Cheng, Csanyi, Laio (PNAS Nexus 1, 2022, pgac039):

    Delta(A -> B) = 2 / N  mean over i of r^B_ij,  j the nearest neighbour of i in A,

where r^B_ij is the rank of j among the neighbours of i in B, nearest = 1, i itself left out. It
asks how well nearness in A predicts nearness in B. A rank is counted rather than sorted for,
r^B_ij = 1 + #{l != i: d_B(i, l) < d_B(i, j)}, so that one pass over a row of distances serves.

Ties, which the paper leaves open:

- A point is never its own neighbour, duplicated or not: its own distance is infinite.
- Points at the same distance in B share the lowest of their ranks, as the count says.
- Where several points tie as nearest to i in A, the mean of their ranks in B is taken, so that
  the value does not depend on the order of the rows. A constant representation then predicts
  nothing (Delta = 1 towards any space without ties) and is predicted by anything (Delta = 2/N).
- Distances are rounded to float32, and points nearer than 3e-7 of their distance from the mean
  coincide: float64 rounding, which is far below, cannot split a tie.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from defrost.similarity.centre import centre

# In squared distance, relative to the squared norm of the centred point. Rounding leaves up to
# 4e-15 of it between duplicates, and float32 activations are accurate to about 1e-14 of it.
COINCIDENT = 1e-13


@dataclass(frozen=True)
class Nearest:
    """The nearest neighbours of a chunk of points in one representation.

    Attributes:
        index: rows x 1, the nearest neighbour of each point, any one of those that tie.
        tied_rows: T, the rows of the chunk in which several points tie as nearest.
        tied: T x N, true at the points that tie.
    """

    index: Tensor
    tied_rows: Tensor
    tied: Tensor


def distance_rows(gram_rows: Tensor, squared_norms: Tensor, start: int) -> Tensor:
    """Return the Euclidean distances of a chunk of points to all points.

    Args:
        gram_rows: rows x N, scalar products of points start, start + 1, ... with all points;
            points centred, float64.
        squared_norms: N, |x_i|^2 of the same points.
        start: index of the first point of the chunk.

    Returns:
        rows x N, float32, in the unit of the features; infinite from a point to itself.
    """
    rows = len(gram_rows)
    own = squared_norms[start : start + rows, None]
    squared = torch.sub(squared_norms, gram_rows, alpha=2).add_(own)
    squared.masked_fill_(squared <= COINCIDENT * own, 0)
    distances = squared.sqrt_().float()
    distances.diagonal(start).fill_(torch.inf)
    return distances


def nearest_neighbours(distances: Tensor) -> Nearest:
    """Return the nearest neighbours of a chunk of points from their `distance_rows`."""
    smallest, index = distances.min(dim=1, keepdim=True)
    is_nearest = distances == smallest
    tied_rows = (count_true(is_nearest) > 1).nonzero().flatten()
    return Nearest(index, tied_rows, is_nearest[tied_rows])


def rank_sum(distances: Tensor, nearest: Nearest) -> Tensor:
    """Return the sum over a chunk of points of the rank their nearest neighbour has elsewhere.

    Args:
        distances: rows x N, `distance_rows` in the representation where ranks are counted (B).
        nearest: the neighbours of the same points in the other representation (A).

    Returns:
        A float64 scalar, at least the number of rows.
    """
    to_nearest = distances.gather(1, nearest.index)
    ranks = 1 + count_true(distances < to_nearest).double()
    if len(nearest.tied_rows):
        # Sorting would be the slow way for every row; here each row asks for many ranks.
        rows = distances[nearest.tied_rows]
        ranks_of_all = 1 + torch.searchsorted(rows.sort(dim=1).values, rows).double()
        of_tied = (ranks_of_all * nearest.tied).sum(dim=1)
        ranks[nearest.tied_rows] = of_tied / nearest.tied.sum(dim=1)
    return ranks.sum()


def count_true(mask: Tensor) -> Tensor:
    """Return the number of true entries in each row of a rows x N mask."""
    # Summing bytes into int32 takes a quarter of the time of summing booleans.
    return mask.view(torch.uint8).sum(dim=1, dtype=torch.int32)


def imbalance(rank_sum_over_points: float, points: int) -> float:
    """Return 2 / N times the mean rank, given the sum of the ranks of N points."""
    return 2 * rank_sum_over_points / points**2


def information_imbalance(x: Tensor, y: Tensor, chunk_rows: int = 256) -> tuple[float, float]:
    """Return Delta(X -> Y) and Delta(Y -> X) of two representations of the same N inputs.

    Invariant to rotation, isotropic scale and offset of either; not symmetric, hence both. The
    floor is 2/N (every nearest neighbour is preserved); independent spaces give about 1, and
    more than 1 is possible. Memory grows with N times `chunk_rows`.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i.
        chunk_rows: number of points whose distances to all others are held at a time.

    Returns:
        Two numbers without unit, from 2/N up.

    Raises:
        ValueError: x and y differ in N, have fewer than two points, or hold values that are not
            finite.

    Source:
        Glielmo et al. 2022 (see the module, also for ties and duplicates).
    """
    if len(x) != len(y):
        raise ValueError(f"the representations have {len(x)} and {len(y)} points")
    points = len(x)
    if points < 2:
        raise ValueError(f"information imbalance needs 2 points or more, got {points}")
    x, y = centre(x), centre(y)
    x_squared_norms, y_squared_norms = x.square().sum(dim=1), y.square().sum(dim=1)
    forward = backward = x.new_zeros(())
    for start in range(0, points, chunk_rows):
        rows = slice(start, start + chunk_rows)
        x_distances = distance_rows(x[rows] @ x.T, x_squared_norms, start)
        y_distances = distance_rows(y[rows] @ y.T, y_squared_norms, start)
        forward = forward + rank_sum(y_distances, nearest_neighbours(x_distances))
        backward = backward + rank_sum(x_distances, nearest_neighbours(y_distances))
    return imbalance(float(forward), points), imbalance(float(backward), points)
