"""Debiased CKA with a Gaussian (RBF) kernel.

K_ij = exp(-d_ij^2 / (2 s^2)) with s = 0.5 times the median distance between two points; other
codes use other widths, and values at different widths cannot be compared. The rest is debiased
CKA (see `cka`): Kornblith, Norouzi, Lee, Hinton 2019 with the estimator of Song et al. 2012.
"""

import math

import torch
from torch import Tensor

from defrost.similarity.centre import check_pair, prepare
from defrost.similarity.distances import squared_distances, squared_norms
from defrost.similarity.kernel_sums import KernelSums, debiased
from defrost.similarity.resampling import Subsets

WIDTH = 0.5


def rbf_kernel(x: Tensor) -> Tensor | None:
    """Return the Gaussian kernel of a prepared representation, its diagonal set to zero.

    Args:
        x: N x D.

    Returns:
        N x N, float64; None where half of all pairs of points coincide, so that the median
        distance is zero. It is the lower of the two in the middle of an even number.
    """
    x = x.double()
    squared = squared_distances(x, squared_norms(x), 0, x @ x.T)
    above = torch.ones_like(squared, dtype=torch.bool).triu_(1)
    median = squared[above].median()
    if not median > 0:
        return None
    return torch.exp_(squared.div_(-2 * WIDTH**2 * median))  # exp(-inf) on the diagonal


def debiased_rbf_cka(x: Tensor, y: Tensor) -> float:
    """Return the debiased RBF CKA of two representations of the same N inputs.

    1 for the same representation up to rotation, isotropic scale and offset, near 0 (on either
    side) for independent ones. Symmetric. Memory grows with N^2; `compare_blocks` takes at most
    `rank_points` points.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i.

    Returns:
        A number without unit in [-1, 1]. NaN for N < 4, where half of all pairs of points
        coincide, and where all points are equally far from each other.

    Raises:
        ValueError: x and y differ in N, or hold values that are not finite.

    Source:
        Nguyen, Raghu, Kornblith 2021, eq. 3, with the kernel of Kornblith et al. 2019.
    """
    check_pair(x, y)
    kernels = [rbf_kernel(prepare(z)) for z in (x, y)] if len(x) >= 4 else [None]
    if any(kernel is None for kernel in kernels):
        return math.nan
    diagonals = tuple(
        torch.ones((1, len(x)), dtype=torch.float64, device=z.device) for z in kernels
    )
    sums = KernelSums(Subsets(len(x), 0), diagonals)
    sums.add(0, *(kernel[:, None] for kernel in kernels))
    return float(debiased(sums.within(), sums.rounding))
