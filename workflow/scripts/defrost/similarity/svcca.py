"""Singular vector canonical correlation analysis (SVCCA).

Raghu, Gilmer, Yosinski, Sohl-Dickstein (NeurIPS 2017, arXiv 1706.05806): keep of each centred
representation the left singular vectors that carry 99 % of its variance, and take the mean of
the canonical correlations between what is kept, the singular values of U_x' U_y. Variance is the
squared singular value; codes that cut on singular values, or at a fixed number of directions,
give other numbers.
"""

import math

import torch
from torch import Tensor

from defrost.similarity.centre import check_pair, prepare
from defrost.similarity.procrustes import cross_product
from defrost.similarity.resampling import Subsets

VARIANCE = 0.99


def kept_directions(x: Tensor) -> Tensor:
    """Return the left singular vectors of a prepared representation that keep 99 % of variance.

    Args:
        x: N x D.

    Returns:
        N x p in the type of x; p = 0 where there is no variance.
    """
    by_features = x.shape[1] <= len(x)
    squares, vectors = torch.linalg.eigh(
        cross_product(x, x) if by_features else x.double() @ x.double().T
    )
    squares, vectors = squares.flip(0).clamp(min=0), vectors.flip(1)
    total = squares.sum()
    if not total > 0:
        return x[:, :0]
    # on the CPU: running sums on a GPU may differ from run to run
    short = squares.cpu().cumsum(0) < VARIANCE * float(total) * (1 - 1e-12)
    kept = int(short.sum()) + 1
    vectors = vectors[:, :kept]
    if not by_features:
        return vectors.to(x.dtype)
    return x @ (vectors / squares[:kept].sqrt()).to(x.dtype)


def mean_correlation(x: Tensor, y: Tensor, subsets: Subsets) -> tuple[float, list[float]]:
    """Return the mean canonical correlation, also to first order without each group of points.

    With M = X'Y = U S V', leaving out point i changes M to (1 - x_i'x_i)^-1/2 (M - x_i'y_i)
    (1 - y_i'y_i)^-1/2, and so the sum of the singular values by s (a^2 + b^2) / 2 - a b summed
    over directions, a = x_i U and b = y_i V. The directions kept stay the same.

    Args:
        x, y: N x p and N x q, `kept_directions`.
    """
    matrix, count = cross_product(x, y), min(x.shape[1], y.shape[1])
    if not subsets.count:
        return float(torch.linalg.svdvals(matrix).sum()) / count, []
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    whole = float(values.sum()) / count
    left, right, values = left.to(x.dtype), right.T.to(x.dtype), values.to(x.dtype)
    of_subsets = []
    for group in subsets.groups[:-1]:
        a, b = x[group] @ left, y[group] @ right
        change = ((a.square() + b.square()) * (values / 2) - a * b).sum()
        of_subsets.append(whole + float(change) / count)
    return whole, of_subsets


def svcca(x: Tensor, y: Tensor) -> float:
    """Return the SVCCA similarity of two representations of the same N inputs.

    1 for the same representation up to rotation, isotropic scale and offset. (An invertible
    linear map changes which directions carry the variance, and so the value.) Of independent
    ones it is above 0, and tends to 1 as the numbers of features grow to N: compare it with its
    null. Symmetric.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i.

    Returns:
        A mean correlation in [0, 1]. NaN where all N - 1 directions of either are kept, so that
        it would be 1 for any pair, and where all points of one side are equal.

    Raises:
        ValueError: x and y differ in N, or hold values that are not finite.

    Source:
        Raghu et al. 2017 (see the module).
    """
    check_pair(x, y)
    if len(x) < 3:
        return math.nan
    x, y = (kept_directions(prepare(z)) for z in (x, y))
    if not all(0 < z.shape[1] < len(z) - 1 for z in (x, y)):
        return math.nan
    return mean_correlation(x, y, Subsets(len(x), 0))[0]
