"""Whether a score ranks sources as what they turned out to be worth.

A source whose score is undefined (NaN) cannot be ranked: it is left out of the correlations, and
is never the pick. All sources must have a realised gain.
"""

from collections.abc import Callable

import numpy as np
from scipy import stats

from defrost.selection.value import Value, undefined

_DIGITS = 12  # of the 16 that a number has
FEWEST = 3  # sources: any two are in order or not, which says nothing


def with_ties(numbers: np.ndarray) -> np.ndarray:
    """Return numbers in which equal ones are equal.

    Means of the same values, summed in another order, differ in the last digit.
    """
    return np.round(numbers, _DIGITS)


def kendall_tau(values: np.ndarray, gains: np.ndarray, larger_is_better: bool = True) -> Value:
    """Return Kendall's tau-b of the scores of S sources with their realised gains.

    1 where the order is the same, -1 where it is reversed, 0 on average for an uninformative
    score. NaN with a reason for fewer than three scored sources, or all tied.

    Source: Kendall, Biometrika 33, 1945; scipy.stats.kendalltau.
    """
    return _correlation(
        lambda x, y: stats.kendalltau(x, y, variant="b"), values, gains, larger_is_better
    )


def tau_null_range(gains: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Return the range in which Kendall's tau-b with these gains of S sources lies by chance.

    The smallest range around 0 that holds at least `level` of all orders of the sources by a
    score, each as likely; of four sources or fewer it is all there is. Exact, with ties among the
    gains, where no two sources have the same score.

    Source: Kendall, Biometrika 30, 1938. Orders are counted by their inversions, which have the
    generating function [S]! / [t1]! [t2]! ..., q-factorials, for ties of t1, t2, ... sources.
    """
    ties = np.unique(gains, return_counts=True)[1].tolist()
    sources = len(gains)
    pairs = (sources**2 - sum(tie**2 for tie in ties)) // 2  # of unequal gains
    if not pairs:
        return -1.0, 1.0
    orders = [1] + [0] * pairs
    for power in range(1, sources + 1):  # times 1 - q^power
        for place in range(pairs, power - 1, -1):
            orders[place] -= orders[place - power]
    for power in (power for tie in ties for power in range(1, tie + 1)):  # divided by it
        for place in range(power, pairs + 1):
            orders[place] += orders[place - power]
    # tau is symmetric around 0: as many orders are left out at either end
    left_out = sum(np.cumsum(orders) <= (1 - level) / 2 * sum(orders))
    limit = float((pairs - 2 * left_out) / np.sqrt(pairs * (sources * (sources - 1) / 2)))
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
