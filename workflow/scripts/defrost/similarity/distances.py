"""Euclidean distances of a chunk of points to all points, from their scalar products.

d_ij^2 = |x_i|^2 + |x_j|^2 - 2 x_i x_j loses what the norms have in common. In float32 the error is
below 1e-6 of |x_i|^2: nothing to a neighbour at a tenth of the norm, everything to one at a
thousandth, as classes have that collapse to a point. So a point whose nearest neighbour is
nearer than that gets its row of distances again in float64. `float32_error` says what is lost.
"""

import torch
from torch import Tensor

from defrost.similarity.centre import EXACT_POINTS

# In squared distance, relative to the squared norm of the centred point. Rounding leaves up to
# 4e-15 of it between duplicates, and float32 activations are accurate to about 1e-14 of it.
COINCIDENT = 1e-13
# Likewise: float32 holds a squared distance of this to one part in 10,000.
RESOLVED = 1e-2
TILE = 2048  # rows and columns of what is computed again in float64


def squared_norms(x: Tensor) -> Tensor:
    """Return |x_i|^2 of N points in float64, without a copy of them in float64."""
    return torch.cat([rows.double().square().sum(dim=1) for rows in x.split(TILE)])


def squared_distances(x: Tensor, norms: Tensor, start: int, gram: Tensor) -> Tensor:
    """Return the squared distances of the points start, start + 1, ... to all points.

    Args:
        x: N x D, centred, float64 or float32.
        norms: N, `squared_norms` of x.
        start: index of the first point of the chunk.
        gram: rows x N, the scalar products of the chunk's points with all points.

    Returns:
        rows x N in the type of x, never negative; zero between points that coincide to 3e-7 of
        their distance from the mean, so that rounding cannot split a tie; infinite from a point
        to itself.
    """
    own = norms[start : start + len(gram), None]
    squared = torch.sub(norms.to(x.dtype), gram, alpha=2).add_(own.to(x.dtype))
    if x.dtype == torch.float64:
        squared.masked_fill_(squared <= COINCIDENT * own, 0)
        squared.diagonal(start).fill_(torch.inf)
        return squared
    squared.diagonal(start).fill_(torch.inf)
    unresolved = (squared.amin(dim=1) < RESOLVED * own[:, 0]).nonzero().flatten()
    for rows in unresolved.split(TILE) if len(unresolved) else ():
        for first in range(0, len(x), TILE):
            columns = slice(first, first + TILE)
            squared[rows, columns] = _exact(x, norms, start + rows, columns).to(x.dtype)
        squared[rows, start + rows] = torch.inf
    return squared


def _exact(x: Tensor, norms: Tensor, rows: Tensor, columns: slice) -> Tensor:
    own = norms[rows, None]
    gram = x[rows].double() @ x[columns].double().T
    squared = torch.sub(norms[columns], gram, alpha=2).add_(own)
    return squared.masked_fill_(squared <= COINCIDENT * own, 0)


def distance_rows(x: Tensor, norms: Tensor, start: int, gram: Tensor) -> Tensor:
    """Return the distances whose squares `squared_distances` returns, rounded to float32."""
    return squared_distances(x, norms, start, gram).sqrt_().float()


def float32_error(x: Tensor, rows: int = 64) -> tuple[float, float]:
    """Return what float32 costs the distances of a prepared representation.

    Args:
        x: N x D, centred, float32.
        rows: how many points are looked at, the first ones.

    Returns:
        The largest relative error of a distance, and the share of the points whose nearest
        neighbour is another than in float64; both after the rows that float32 does not resolve
        were computed again.
    """
    if x.dtype != torch.float32:
        raise ValueError(f"only more than {EXACT_POINTS} points are kept in float32")
    norms, chunk = squared_norms(x), x[:rows]
    fast = distance_rows(x, norms, 0, chunk @ x.T)
    index = torch.arange(len(chunk), device=x.device)
    exact = _exact(x, norms, index, slice(None))
    exact[index, index] = torch.inf
    error = (fast.double() - exact.sqrt()).abs() / exact.sqrt()
    changed = fast.argmin(dim=1) != exact.argmin(dim=1)
    return float(error.nan_to_num(0, 0, 0).max()), float(changed.double().mean())


def sorted_rows(x: Tensor) -> Tensor:
    """Return a copy of x sorted along its last dimension.

    NumPy sorts several times faster than torch on a CPU; a tensor elsewhere stays there.
    """
    if x.device.type != "cpu":
        return x.sort(dim=-1).values
    copy = x.clone(memory_format=torch.contiguous_format)
    copy.numpy().sort(axis=-1)
    return copy
