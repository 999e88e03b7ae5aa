"""H-score with a shrunk covariance: variance between classes, in units of all variance.

The plain H-score tr(cov(f)^+ cov(E[f|y])) is K - 1 for K classes whatever the features are, as
soon as N <= D: the sample covariance then fits every label. Shrinking it towards a multiple of
the identity, cov_a = (1 - a) cov + a tr(cov)/D I with the a of Ledoit and Wolf, mends this.

Every term is rotation invariant: all is computed from the singular values of the centred
features, N numbers where N < D, and never from a D x D matrix.
"""

from torch import Tensor

from defrost.selection.inputs import ONE_CLASS, class_indicators
from defrost.selection.rotation import principal_axes
from defrost.selection.value import Value, undefined
from defrost.similarity.centre import centre

ROUNDING = 1e-12  # share of the terms of a difference that may be left by rounding


def h_score(features: Tensor, labels: Tensor) -> Value:
    """Return the regularised H-score tr(cov_a(f)^-1 (1 - a) cov(E[f|y])).

    The factor (1 - a) shrinks the covariance between classes as it does the whole. Following the
    public implementations cov_a has the divisor N and cov(E[f|y]) the divisor N - 1. Features
    that never vary score 0.

    Args:
        features: N x D.
        labels: N.

    Returns:
        A number without unit between 0 and about K - 1 for K classes; NaN where all labels are of
        one class.

    Raises:
        ValueError: shapes that do not fit, or values that are not finite.

    Source:
        Ibrahim, Ponomareva, Mazumder, "Newer is not always better: rethinking transferability
        metrics, their peculiarities, stability and performance", ECML PKDD 2022; Ledoit, Wolf,
        Journal of Multivariate Analysis 88, 2004.
    """
    centred = centre(features)
    examples, dimensions = centred.shape
    targets = class_indicators(labels, examples)
    if targets.shape[1] < 2:
        return undefined(ONE_CLASS)
    squared, directions = principal_axes(centred)
    shrinkage = ledoit_wolf_shrinkage(centred.square().sum(dim=1), squared, dimensions)
    between = ((directions.T @ targets).square() / targets.sum(dim=0)).sum(dim=1)
    between = (1 - shrinkage) * squared * between / (examples - 1)
    floor = shrinkage * squared.sum() / (examples * dimensions)
    return Value(float((between / ((1 - shrinkage) * squared / examples + floor)).sum()))


def ledoit_wolf_shrinkage(squared_norms: Tensor, squared: Tensor, dimensions: int) -> float:
    """Return the shrinkage a in [0, 1] of the covariance of N centred points in D dimensions.

    The a that minimises the expected squared error of the shrunk covariance (Ledoit and Wolf
    2004), estimated as in scikit-learn, which needs D^2 numbers for it.

    Args:
        squared_norms: N, |x_i|^2 of the points.
        squared: their squared singular values, other than 0.
        dimensions: D.
    """
    examples = len(squared_norms)
    covariance_square = squared.square().sum() / examples**2
    trace = squared.sum() / examples
    spread = covariance_square - trace**2 / dimensions
    error = (squared_norms.square().mean() - covariance_square) / examples
    if spread <= ROUNDING * covariance_square:  # a multiple of the identity already
        return 0.0
    return float((error / spread).clamp(0, 1))
