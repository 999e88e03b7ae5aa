"""Duality diagram similarity of the source's network with a small one trained on the target.

A duality diagram is a representation with a metric for its features and weights for its inputs.
Its similarity to another is that of the two N x N matrices of similarities of inputs: their
scalar product over the product of their norms, all three with the means taken off as an unbiased
estimate needs it (U-centring: Székely, Rizzo, Annals of Statistics 42, 2014).

The framework leaves the metric and the kernel open. The authors' comparison ends with features of
mean 0 and variance 1, and with two kernels: cosine ranks best between the tasks of Taskonomy, the
Laplacian where a small network trained on a new task looks for a source. Here are both.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from defrost.selection.dissimilarity import RANK_POINTS, standardised
from defrost.selection.inputs import check_same_inputs
from defrost.selection.value import Value, undefined

FEWEST = 4  # inputs: with three, U-centring leaves nothing
ROUNDING = 1e-12  # share of a matrix's norm that may be left where centring takes all away


def dds_cosine(features: Tensor, target_features: Tensor, rank_points: int = RANK_POINTS) -> Value:
    """Return duality diagram similarity with cosines of inputs as the kernel.

    Args, returns, raises and source as for `dds_laplacian`.
    """
    return _similarity(features, target_features, rank_points, _cosines)


def dds_laplacian(
    features: Tensor, target_features: Tensor, rank_points: int = RANK_POINTS
) -> Value:
    """Return duality diagram similarity with the kernel exp(-|x_i - x_j|_1 / D).

    Args:
        features: N x D, of the source's network.
        target_features: N x D', of the target's network, for the same inputs.
        rank_points: how many inputs take part, the first ones: memory and time grow with their
            square. (The authors use 200.)

    Returns:
        A number without unit in [-1, 1], 0 on average for unrelated representations; NaN with a
        reason for fewer than four inputs, and where either network finds all inputs alike.

    Raises:
        ValueError: unequal numbers of inputs, or values that are not finite.

    Source:
        Dwivedi, Huang, Cichy, Roig, "Duality diagram similarity: a generic framework for
        initialization selection in task transfer learning", ECCV 2020.
    """
    return _similarity(features, target_features, rank_points, _laplacian)


def _similarity(
    features: Tensor,
    target_features: Tensor,
    rank_points: int,
    kernel: Callable[[Tensor], Tensor],
) -> Value:
    check_same_inputs(features, target_features)
    pair = [standardised(x[:rank_points]) for x in (features, target_features)]
    if len(pair[0]) < FEWEST:
        return undefined(f"{len(pair[0])} input(s), {FEWEST} or more can be compared")
    matrices = [kernel(x) for x in pair]
    centred = [u_centred(matrix) for matrix in matrices]
    norms = [matrix.norm() for matrix in centred]
    for norm, matrix in zip(norms, matrices, strict=True):
        if norm <= ROUNDING * matrix.norm():
            return undefined("all pairs of inputs are equally unlike each other")
    return Value(float(torch.dot(*(matrix.flatten() for matrix in centred)) / norms[0] / norms[1]))


def _cosines(features: Tensor) -> Tensor:
    rows = torch.nn.functional.normalize(features)
    return rows @ rows.T


def _laplacian(features: Tensor) -> Tensor:
    # pdist takes a sixth of the time of cdist: half the pairs, and for p = 1 it is vectorised
    distances = torch.zeros(len(features), len(features), dtype=features.dtype)
    above = torch.triu_indices(*distances.shape, offset=1)
    distances[above[0], above[1]] = torch.nn.functional.pdist(features, p=1)
    return torch.exp(-(distances + distances.T) / features.shape[1])


def u_centred(matrix: Tensor) -> Tensor:
    """Return a symmetric N x N matrix, N >= 3, with a zero diagonal and zero row sums off it."""
    inputs = len(matrix)
    off = matrix - torch.diag(matrix.diagonal())
    means = off.sum(dim=0) / (inputs - 2)
    means = means - means.sum() / (2 * (inputs - 1))
    off = off - means[:, None] - means[None, :]
    return off - torch.diag(off.diagonal())
