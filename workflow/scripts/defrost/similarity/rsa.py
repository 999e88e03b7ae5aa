"""Representational similarity analysis (RSA).

Kriegeskorte, Mur, Bandettini, Frontiers in Systems Neuroscience 2, 2008: the dissimilarity of two
inputs is 1 - Pearson's correlation of their activations, and two representations are as similar
as Spearman's correlation of their dissimilarities over all pairs of inputs. The correlation runs
over the features as they are: centring them, or rotating them, gives other values.
"""

import math

import numpy as np
import torch
from torch import Tensor

from defrost.similarity.centre import check_pair
from defrost.similarity.kernel_sums import KernelSums, correlation
from defrost.similarity.resampling import Subsets


def is_flat(x: Tensor) -> Tensor:
    """Return which rows are one number throughout, so that they correlate with nothing."""
    return (x == x[:, :1]).all(dim=1)


def dissimilarity_ranks(x: Tensor) -> Tensor:
    """Return the ranks of 1 - Pearson(x_i, x_j) among all pairs, as a symmetric matrix.

    Args:
        x: N x D, no row flat.

    Returns:
        N x N, float64, zero on the diagonal; ranks over their number, ties at their mean, less
        the mean over all pairs.
    """
    rows = x.double()
    rows = rows / rows.abs().amax(dim=1, keepdim=True)
    rows = rows - rows.mean(dim=1, keepdim=True)
    rows = rows / rows.norm(dim=1, keepdim=True)
    above = torch.triu_indices(len(x), len(x), 1, device=x.device)
    dissimilarities = 1 - (rows @ rows.T)[above[0], above[1]]
    ranks = mean_ranks(dissimilarities)
    ranks = (ranks - ranks.mean()) / len(ranks)
    result = ranks.new_zeros(len(x), len(x))
    result[above[0], above[1]] = ranks
    return result + result.T


def mean_ranks(values: Tensor) -> Tensor:
    """Return the ranks of a vector from 1 up, in float64; equal values share their mean rank."""
    if values.device.type == "cpu":  # NumPy sorts several times faster
        order = torch.from_numpy(np.argsort(values.numpy()))
    else:
        order = values.argsort()
    in_order = values[order]
    begins = torch.ones_like(in_order, dtype=torch.bool)
    begins[1:] = in_order[1:] != in_order[:-1]
    first = begins.nonzero().flatten()
    last = torch.cat([first[1:], first.new_tensor([len(values)])])
    run = begins.cumsum(0) - 1
    ranks = torch.empty(len(values), dtype=torch.float64, device=values.device)
    ranks[order] = ((first + 1 + last).double() / 2)[run]
    return ranks


def rsa(x: Tensor, y: Tensor) -> float:
    """Return the RSA of two representations of the same N inputs.

    1 where all pairs of inputs have the same order of dissimilarity, near 0 for independent
    representations. Invariant to isotropic scale alone; symmetric. Memory grows with N^2;
    `compare_blocks` takes at most `rank_points` points.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i; Dx and Dy 2 or more.

    Returns:
        A number without unit in [-1, 1]. NaN for N < 4, where a row is flat (one number
        throughout, as of a dead block), and where all dissimilarities are equal.

    Raises:
        ValueError: x and y differ in N, or hold values that are not finite.

    Source:
        Kriegeskorte et al. 2008.
    """
    check_pair(x, y)
    if len(x) < 4 or is_flat(x).any() or is_flat(y).any():
        return math.nan
    diagonals = tuple(
        torch.zeros((1, len(x)), dtype=torch.float64, device=z.device) for z in (x, y)
    )
    sums = KernelSums(Subsets(len(x), 0), diagonals)
    sums.add(0, *(dissimilarity_ranks(z)[:, None] for z in (x, y)))
    return float(correlation(sums.within(), sums.rounding))
