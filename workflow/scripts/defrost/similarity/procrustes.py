"""Orthogonal Procrustes distance: what is left between two clouds after the best rotation.

With both centred and of Frobenius norm 1,

    d^2 = min over orthogonal Q of ||X - Y Q||_F^2 = 2 - 2 ||X'Y||_*

(Schoenemann, Psychometrika 31, 1966; as a metric on representations: Williams, Kunz, Kornblith,
Linderman, NeurIPS 2021, arXiv 2110.14739). The nuclear norm ||.||_* is the sum of the singular
values. In float32 its rounding alone would make d = 0.001 between equal representations.
"""

import math

import torch
from torch import Tensor

from defrost.similarity.centre import CHUNK_ROWS, check_pair, prepare
from defrost.similarity.resampling import Subsets


def coordinates(x: Tensor) -> Tensor:
    """Return a prepared representation in at most N coordinates, rotated where D > N."""
    if x.shape[1] <= len(x):
        return x
    x = x.double()
    squares, directions = torch.linalg.eigh(x @ x.T)
    return directions * squares.clamp(min=0).sqrt()


def cross_product(x: Tensor, y: Tensor) -> Tensor:
    """Return X'Y in float64, without copies of X and Y in float64."""
    result = x.new_zeros((x.shape[1], y.shape[1]), dtype=torch.float64)
    for x_rows, y_rows in zip(x.split(CHUNK_ROWS), y.split(CHUNK_ROWS), strict=True):
        result.addmm_(x_rows.double().T, y_rows.double())
    return result


def frobenius_norm(x: Tensor) -> Tensor:
    """Return ||X||_F, added in float64."""
    return torch.stack([rows.double().square().sum() for rows in x.split(CHUNK_ROWS)]).sum().sqrt()


def approximate_nuclear_norm(matrix: Tensor) -> Tensor:
    """Return the nuclear norm from the eigenvalues of M'M, in half the time.

    Singular values below 1e-8 of the largest drown in rounding: for nulls, not for values.
    """
    matrix = matrix.double()
    square = matrix.T @ matrix if matrix.shape[1] <= len(matrix) else matrix @ matrix.T
    return torch.linalg.eigvalsh(square).clamp(min=0).sqrt().sum()


def distance(alignment: float) -> float:
    """Return d from ||X'Y||_* of clouds of norm 1."""
    return math.sqrt(max(2 - 2 * alignment, 0.0))


def aligned(x: Tensor, y: Tensor, subsets: Subsets) -> tuple[float, list[float]]:
    """Return ||X'Y||_* / (||X||_F ||Y||_F), also to first order without each group of points.

    Leaving out a point i takes x_i y_i' off X'Y. The derivative of the nuclear norm U S V' is
    U V', so that the norm loses x_i U V' y_i'; ||X||_F^2 loses |x_i|^2.

    Args:
        x, y: N x Dx and N x Dy, `coordinates`.
    """
    matrix, norms = cross_product(x, y), [frobenius_norm(z) for z in (x, y)]
    if not subsets.count:
        return float(torch.linalg.svdvals(matrix).sum() / (norms[0] * norms[1])), []
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    nuclear = values.sum()
    whole = float(nuclear / (norms[0] * norms[1]))
    left, right = left.to(x.dtype), right.T.to(y.dtype)
    of_subsets = []
    for group in subsets.groups[:-1]:
        loss = torch.linalg.vecdot(x[group] @ left, y[group] @ right).sum().double() / nuclear
        for z, norm in zip((x, y), norms, strict=True):
            loss = loss - (frobenius_norm(z[group]) / norm) ** 2 / 2
        of_subsets.append(whole * (1 - float(loss)))
    return whole, of_subsets


def procrustes_distance(x: Tensor, y: Tensor) -> float:
    """Return the orthogonal Procrustes distance of two representations of the same N inputs.

    0 for the same representation up to rotation, isotropic scale and offset. Of independent
    ones it is below sqrt(2), and tends to 0 as the numbers of features grow past N: compare it
    with its null. Symmetric, a metric.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i.

    Returns:
        A number without unit in [0, sqrt(2)]. NaN for fewer than three points, where it is
        always 0, and where all points of one side are equal.

    Raises:
        ValueError: x and y differ in N, or hold values that are not finite.

    Source:
        Schoenemann 1966, Williams et al. 2021 (see the module).
    """
    check_pair(x, y)
    if len(x) < 3:
        return math.nan
    x, y = (coordinates(prepare(z)) for z in (x, y))
    if not x.any() or not y.any():
        return math.nan
    return distance(aligned(x, y, Subsets(len(x), 0))[0])
