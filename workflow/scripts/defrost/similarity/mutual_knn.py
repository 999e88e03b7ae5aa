"""Mutual nearest neighbours: neighbourhood overlap with cosine neighbours.

Huh, Cheung, Wang, Isola (ICML 2024, arXiv 2405.07987). The cosine is that of the activations as
they are, from the origin and not from their mean. For rows of norm 1 the squared distance is
2 - 2 cosine, so that the neighbours are those of the normalised rows.
"""

import torch
from torch import Tensor

from defrost.similarity.centre import CHUNK_ROWS
from defrost.similarity.neighbourhood_overlap import neighbourhood_overlap


def has_no_direction(x: Tensor) -> Tensor:
    """Return which rows are zero, so that they have no cosine to any other."""
    return (x == 0).all(dim=1)


def directions(x: Tensor) -> Tensor:
    """Return the rows of x at norm 1, in the type of x."""
    result = torch.empty_like(x)
    for start in range(0, len(x), CHUNK_ROWS):
        rows = x[start : start + CHUNK_ROWS].double()
        # by the largest entry first: the square of a small or large one leaves the range
        rows = rows / rows.abs().amax(dim=1, keepdim=True)
        result[start : start + CHUNK_ROWS] = rows / rows.norm(dim=1, keepdim=True)
    return result


def mutual_knn(x: Tensor, y: Tensor, neighbours: int = 10) -> float:
    """Return the share of cosine neighbours that two representations of N inputs have in common.

    Invariant to rotation and isotropic scale of either, not to an offset; symmetric.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i.
        neighbours: k, at most N - 1.

    Returns:
        A share from 0 to 1; k / (N - 1) for independent representations.

    Raises:
        ValueError: a row is zero and has no direction; x and y differ in N, have k points or
            fewer, or hold values that are not finite.

    Source:
        Huh et al. 2024 (see the module).
    """
    for z in (x, y):
        zero = int(has_no_direction(z).sum())
        if zero:
            raise ValueError(f"mutual kNN needs a direction for every point, {zero} are zero")
    return neighbourhood_overlap(directions(x.double()), directions(y.double()), neighbours)
