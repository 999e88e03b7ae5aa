"""Debiased linear centred kernel alignment (CKA) of two representations of the same inputs.

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
    products: tuple[Tensor, Tensor, Tensor], x_squared_norms: Tensor, y_squared_norms: Tensor
) -> float:
    """Return debiased CKA from the sums that define it.

    Args:
        products: ||Y'X||_F^2, ||X'X||_F^2 and ||Y'Y||_F^2 of the centred points.
        x_squared_norms, y_squared_norms: N each, |x_i|^2 and |y_i|^2 of the centred points.

    Returns:
        A value in [-1, 1], or NaN where it is undefined (see `debiased_linear_cka`).
    """
    points = len(x_squared_norms)
    if points < 4:
        return math.nan

    def scaled_hsic(product: Tensor, left: Tensor, right: Tensor) -> float:
        """N(N-3) HSIC_1: the factor cancels in CKA."""
        diagonal = points / (points - 2) * torch.dot(left, right)
        constant = left.sum() * right.sum() / ((points - 1) * (points - 2))
        return float(product - diagonal + constant)

    xy, xx, yy = products
    x_hsic = scaled_hsic(xx, x_squared_norms, x_squared_norms)
    y_hsic = scaled_hsic(yy, y_squared_norms, y_squared_norms)
    if x_hsic <= ROUNDING * float(xx) or y_hsic <= ROUNDING * float(yy):
        return math.nan
    return scaled_hsic(xy, x_squared_norms, y_squared_norms) / (
        math.sqrt(x_hsic) * math.sqrt(y_hsic)
    )


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
    points, x_features, y_features = len(x), x.shape[1], y.shape[1]
    feature_cost = x_features * y_features + x_features**2 + y_features**2
    gram_cost = points * (x_features + y_features)
    products = feature_products(x, y) if feature_cost <= gram_cost else gram_products(x, y)
    return alignment(products, x.square().sum(dim=1), y.square().sum(dim=1))
