"""Linear centred kernel alignment (CKA) of two representations, biased and debiased.

Song, Smola, Gretton, Bedo, Borgwardt (JMLR 13, 2012) give an estimator of the Hilbert-Schmidt
independence criterion that is unbiased at every number of points N:

    HSIC_1(K, L) = [tr(K~ L~) + 1'K~1 1'L~1 / ((N-1)(N-2)) - 2 / (N-2) 1'K~L~1] / (N(N-3)),

where K~ is the Gram matrix K with its diagonal set to zero. Nguyen, Raghu, Kornblith (ICLR 2021,
arXiv 2010.15327, eq. 3) put it in place of the biased one in CKA, which tends to 1 by chance as
the number of features grows past N. For a linear kernel on centred points K1 = 0, and the three
terms need nothing but ||Y'X||_F^2 and the squared norms of the rows:

    N(N-3) HSIC_1 = ||Y'X||_F^2 - N / (N-2) sum_i |x_i|^2 |y_i|^2
                    + sum_i |x_i|^2 sum_i |y_i|^2 / ((N-1)(N-2)).

||Y'X||_F^2 is a sum over pairs of features, or the sum over pairs of points of K_ij L_ij.

HSIC_1(K, K) is itself a squared norm, of K centred so that its off-diagonal rows sum to zero
(Szekely and Rizzo, Annals of Statistics 42, 2014). It is therefore never negative, debiased CKA
lies in [-1, 1], and it is undefined only where that norm vanishes: points that are all equal, or
all equally far from each other.
"""

import math

import torch
from torch import Tensor

from defrost.similarity.centre import centre

# HSIC_1 is a difference: below this share of the terms it is made of, what is left is rounding.
ROUNDING = 1e-12

Sums = tuple[float, float, float]  # of x with y, x with itself, y with itself


def gram_product(x_gram: Tensor, y_gram: Tensor) -> Tensor:
    """Return sum_ij K_ij L_ij over the same rows of two Gram matrices, each rows x N."""
    return torch.dot(x_gram.flatten(), y_gram.flatten())


def feature_products(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return ||Y'X||_F^2, ||X'X||_F^2 and ||Y'Y||_F^2 from products of features.

    Args:
        x, y: N x Dx and N x Dy, centred, float64.
    """
    return (y.T @ x).square().sum(), (x.T @ x).square().sum(), (y.T @ y).square().sum()


def gram_products(x: Tensor, y: Tensor, chunk_rows: int = 256) -> tuple[Tensor, Tensor, Tensor]:
    """Return what `feature_products` does, from Gram matrices of which `chunk_rows` rows exist."""
    products = x.new_zeros(3)
    for x_rows, y_rows in zip(x.split(chunk_rows), y.split(chunk_rows), strict=True):
        x_gram, y_gram = x_rows @ x.T, y_rows @ y.T
        products += torch.stack(
            [
                gram_product(x_gram, y_gram),
                gram_product(x_gram, x_gram),
                gram_product(y_gram, y_gram),
            ]
        )
    return products[0], products[1], products[2]


def alignment(
    products: Sums, norm_products: Sums, totals: tuple[float, float], points: int
) -> float:
    """Return debiased linear CKA from the sums that define it.

    Args:
        products: ||Y'X||_F^2, ||X'X||_F^2 and ||Y'Y||_F^2 of the centred points.
        norm_products: sums over i of |x_i|^2 |y_i|^2, |x_i|^4 and |y_i|^4.
        totals: sums over i of |x_i|^2 and of |y_i|^2.
        points: N.

    Returns:
        A value in [-1, 1], or NaN where it is undefined (see `debiased_linear_cka`).
    """
    if points < 4:
        return math.nan

    def scaled_hsic(product: float, norms: float, left: float, right: float) -> float:
        """N(N-3) HSIC_1: the factor cancels in CKA."""
        constant = left * right / ((points - 1) * (points - 2))
        return product - points / (points - 2) * norms + constant

    (xy, xx, yy), (x_total, y_total) = products, totals
    x_hsic = scaled_hsic(xx, norm_products[1], x_total, x_total)
    y_hsic = scaled_hsic(yy, norm_products[2], y_total, y_total)
    if x_hsic <= ROUNDING * xx or y_hsic <= ROUNDING * yy:
        return math.nan
    return scaled_hsic(xy, norm_products[0], x_total, y_total) / (
        math.sqrt(x_hsic) * math.sqrt(y_hsic)
    )


def biased_alignment(products: Sums) -> float:
    """Return biased linear CKA from the products of the centred points; NaN for no variation."""
    xy, xx, yy = products
    return xy / (math.sqrt(xx) * math.sqrt(yy)) if xx > 0 and yy > 0 else math.nan


def _products(x: Tensor, y: Tensor) -> Sums:
    """Return the products of centred points, by whichever form takes fewer multiplications."""
    points, x_features, y_features = len(x), x.shape[1], y.shape[1]
    feature_cost = x_features * y_features + x_features**2 + y_features**2
    gram_cost = points * (x_features + y_features)
    products = feature_products(x, y) if feature_cost <= gram_cost else gram_products(x, y)
    return tuple(map(float, products))


def linear_cka(x: Tensor, y: Tensor) -> float:
    """Return the biased linear CKA of two representations of the same N inputs.

    ||Y'X||_F^2 / (||X'X||_F ||Y'Y||_F), centred: 1 for the same representation up to rotation,
    isotropic scale and offset. For independent ones it is far from 0 and tends to 1 as the
    numbers of features grow past N: compare it with its null, or take the debiased form.
    Symmetric; invariances as there.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i.

    Returns:
        A number without unit in [0, 1]. NaN for fewer than three points, where it is always 1,
        and where all points of one side are equal.

    Raises:
        ValueError: x and y differ in N, or hold values that are not finite.

    Source:
        Kornblith, Norouzi, Lee, Hinton, ICML 2019 (arXiv 1905.00414).
    """
    if len(x) != len(y):
        raise ValueError(f"the representations have {len(x)} and {len(y)} points")
    products = _products(centre(x), centre(y))
    return biased_alignment(products) if len(x) >= 3 else math.nan


def debiased_linear_cka(x: Tensor, y: Tensor) -> float:
    """Return the debiased linear CKA of two representations of the same N inputs.

    HSIC_1(K, L) / sqrt(HSIC_1(K, K) HSIC_1(L, L)) with K = XX' and L = YY': 1 for the same
    representation up to rotation, isotropic scale and offset, near 0 (on either side) for
    independent ones, whatever their numbers of features. Symmetric. Computed in float64 from
    products of features or from rows of Gram matrices, whichever takes fewer multiplications.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i.

    Returns:
        A number without unit in [-1, 1]. NaN where the measure is undefined: N < 4, or
        HSIC_1(K, K) <= 0 up to rounding, which takes points that are all equal (a dead block)
        or all equally far from each other (one-hot rows, each input its own).

    Raises:
        ValueError: x and y differ in N, or hold values that are not finite.

    Source:
        Nguyen, Raghu, Kornblith 2021, eq. 3; Song et al. 2012 (see the module).
    """
    if len(x) != len(y):
        raise ValueError(f"the representations have {len(x)} and {len(y)} points")
    x, y = centre(x), centre(y)
    x_norms, y_norms = x.square().sum(dim=1), y.square().sum(dim=1)
    norm_products = (x_norms @ y_norms, x_norms @ x_norms, y_norms @ y_norms)
    totals = float(x_norms.sum()), float(y_norms.sum())
    return alignment(_products(x, y), tuple(map(float, norm_products)), totals, len(x))
