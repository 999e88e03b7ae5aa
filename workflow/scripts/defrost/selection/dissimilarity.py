"""How unlike each other the inputs are in a representation, for all pairs of them."""

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor

from defrost.selection.value import Value, undefined
from defrost.similarity.centre import centre

RANK_POINTS = 2000  # inputs whose pairs are ranked: four million numbers for each representation


def standardised(features: Tensor) -> Tensor:
    """Return N x D features in float64 with mean 0 and variance 1 (divisor N) over the inputs.

    Features that never vary are 0. Raises ValueError for values that are not finite.
    """
    centred = centre(features)
    deviations = centred.square().mean(dim=0).sqrt()
    return centred / torch.where(deviations > 0, deviations, 1.0)


def correlation_distances(features: Tensor) -> np.ndarray | None:
    """Return 1 - Pearson(x_i, x_j) for the N(N-1)/2 pairs of inputs i < j, in [0, 2].

    The correlation is over the D features. None where an input has the same value in all of
    them, up to rounding: its correlation is undefined.
    """
    rows = features - features.mean(dim=1, keepdim=True)
    lengths = rows.norm(dim=1, keepdim=True)
    if (lengths <= 1e-12 * features.norm(dim=1, keepdim=True)).any():
        return None
    rows = rows / lengths
    return above_diagonal(1 - rows @ rows.T)


def above_diagonal(matrix: Tensor) -> np.ndarray:
    """Return the entries i < j of an N x N matrix, row by row."""
    return matrix.numpy()[np.triu_indices(len(matrix), k=1)]


def rank_correlation(first: np.ndarray | None, second: np.ndarray | None) -> Value:
    """Return Spearman's correlation of dissimilarities of the same pairs of inputs.

    NaN with a reason where there are fewer than two pairs, where one has no dissimilarities
    (None), or the same for all pairs.
    """
    if first is None or second is None:
        return undefined("an input has the same value in every feature: it correlates with none")
    if len(first) < 2:
        return undefined(f"{len(first)} pair(s) of inputs, 2 or more can be ranked")
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return undefined("all pairs of inputs are equally unlike each other")
    return Value(float(spearmanr(first, second).statistic))
