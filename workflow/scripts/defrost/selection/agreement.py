"""Whether a score ranks sources as what they turned out to be worth.

A source whose score is undefined (NaN) cannot be ranked: it is left out of the correlations, and
is never the pick. All sources must have a realised gain.
"""

from collections.abc import Callable

import numpy as np
from scipy import stats

from defrost.selection.value import Value, undefined

ROUNDING = 1e-12  # of probabilities
FEWEST = 3  # sources: any two are in order or not, which says nothing


def kendall_tau(values: np.ndarray, gains: np.ndarray, larger_is_better: bool = True) -> Value:
    """Return Kendall's tau-b of the scores of S sources with their realised gains.

    1 where the order is the same, -1 where it is reversed, 0 on average for an uninformative
    score. NaN with a reason for fewer than three scored sources, or all tied.

    Source: Kendall, Biometrika 33, 1945; scipy.stats.kendalltau.
    """
    return _correlation(
        lambda x, y: stats.kendalltau(x, y, variant="b"), values, gains, larger_is_better
    )


def tau_null_range(sources: int, level: float = 0.95) -> tuple[float, float]:
    """Return the range in which Kendall's tau of S sources lies by chance.

    The smallest range around 0 that holds at least `level` of all S! orders, each as likely; of
    four sources or fewer it is all there is, from -1 to 1. Exact without ties, which narrow it.

    Source: Kendall, Biometrika 30, 1938: orders are counted by their inversions.
    """
    orders = np.ones(1)
    for count in range(2, sources + 1):
        orders = np.convolve(orders, np.full(count, 1 / count))
    pairs = len(orders) - 1
    # by chance tau is symmetric around 0: leave out equally many orders at both ends
    within = np.flatnonzero(np.cumsum(orders) <= (1 - level) / 2 + ROUNDING)
    outside = int(within[-1]) + 1 if len(within) else 0
    limit = 1 - 2 * outside / pairs if pairs else 1.0
    return -limit, limit


def weighted_tau(values: np.ndarray, gains: np.ndarray, larger_is_better: bool = True) -> Value:
    """Return weighted tau, in which pairs with a source of high rank count for more.

    A pair of the sources ranked r and s from the best, both counted from 0, weighs 1/(r+1) +
    1/(s+1); the mean of ranking by score and by gain. NaN with a reason as for `kendall_tau`.

    Source: Vigna, WWW 2015; scipy.stats.weightedtau.
    """
    return _correlation(stats.weightedtau, values, gains, larger_is_better)


def pick_regret(values: np.ndarray, gains: np.ndarray, larger_is_better: bool = True) -> Value:
    """Return what the source of the best score gains less than the best of all sources.

    In units of the gains, never negative. Where several sources share the best score it is the
    mean over them, as if one were drawn. NaN with a reason where no source has a score.
    """
    values, gains = _oriented(values, gains, larger_is_better)
    if np.isnan(values).all():
        return undefined("no source has a score")
    picked = values == np.nanmax(values)
    return Value(float(gains.max() - gains[picked].mean()))


def _correlation(
    measure: Callable, values: np.ndarray, gains: np.ndarray, larger_is_better: bool
) -> Value:
    values, gains = _oriented(values, gains, larger_is_better)
    scored = ~np.isnan(values)
    values, gains = values[scored], gains[scored]
    if len(values) < FEWEST:
        return undefined(f"{len(values)} source(s) with a score, {FEWEST} or more can be ranked")
    if len(np.unique(values)) == 1:
        return undefined("all sources have the same score")
    if len(np.unique(gains)) == 1:
        return undefined("all sources have the same gain")
    return Value(float(measure(values, gains).statistic))


def _oriented(
    values: np.ndarray, gains: np.ndarray, larger_is_better: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return scores, larger ones better, and gains; ValueError unless they belong together."""
    values, gains = np.asarray(values, dtype=float), np.asarray(gains, dtype=float)
    if values.shape != gains.shape or values.ndim != 1:
        raise ValueError(f"found {values.shape} scores and {gains.shape} gains")
    if np.isnan(gains).any():
        raise ValueError("a source has no realised gain: leave it out")
    return (values if larger_is_better else -values), gains
