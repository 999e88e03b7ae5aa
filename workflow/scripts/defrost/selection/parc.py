"""PARC: are examples of different classes less alike than those of one class?"""

from torch import Tensor

from defrost.selection.dissimilarity import (
    RANK_POINTS,
    above_diagonal,
    correlation_distances,
    rank_correlation,
    standardised,
)
from defrost.selection.inputs import ONE_CLASS, class_indicators
from defrost.selection.value import Value, undefined


def parc(features: Tensor, labels: Tensor, rank_points: int = RANK_POINTS) -> Value:
    """Return the pairwise annotation representation comparison.

    Spearman's correlation, over all pairs of examples, of 1 - Pearson of their features and 1 -
    Pearson of their one-hot labels. The latter has two values only, one for pairs of the same
    class and one for pairs of different classes. Features are brought to mean 0 and variance 1
    first, as the authors do; they also multiply the result by 100.

    Args:
        features: N x D.
        labels: N.
        rank_points: how many examples take part, the first ones: memory grows with their square.
            The first of a class-balanced order are balanced too.

    Returns:
        A number without unit in [-1, 1]; NaN with a reason where labels are all of one class or
        all of different ones, or features are alike.

    Raises:
        ValueError: shapes that do not fit, or values that are not finite.

    Source:
        Bolya, Mittapalli, Hoffman, "Scalable diverse model selection for accessible transfer
        learning", NeurIPS 2021.
    """
    targets = class_indicators(labels, len(features))[:rank_points]
    features = standardised(features[:rank_points])
    if targets.any(dim=0).sum() < 2:
        return undefined(ONE_CLASS)
    differ = 1 - targets @ targets.T
    return rank_correlation(correlation_distances(features), above_diagonal(differ))
