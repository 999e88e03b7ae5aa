"""The optimal transfer depth of one source, protocol and size, and what it gains.

Accuracies are units x depths: independent units in rows, each at every depth, so that depths are
compared in pairs. A unit is a replicate, or a source network (defrost.statistics.units).
"""

import numpy as np
from scipy.stats import t

from defrost.statistics.intervals import Interval, t_interval

_ROUNDING = 1e-9  # accuracies closer than this differ by the order of a sum


def optimal_column(accuracy: np.ndarray) -> np.ndarray:
    """Return the column of highest mean; of equal ones the first, which transfers least.

    Of a stack of such accuracies, for each of them.
    """
    return first_highest(accuracy.mean(axis=-2))


def first_highest(means: np.ndarray) -> np.ndarray:
    """Return the first column within rounding of the highest mean; of a stack, of each row."""
    return np.argmax(means > means.max(axis=-1, keepdims=True) - _ROUNDING, axis=-1)


def confidence_set(accuracy: np.ndarray, level: float = 0.95) -> list[int]:
    """Return the columns that may be the best: those that no other is surely better than.

    The depth that is best in truth, or each one of several, is left out with a probability of
    1 - level at most, for normal differences. Every column is tested against every other by a
    one-sided paired t test with a variance of its own, at (1 - level) / (depths - 1): Bonferroni,
    because any of the others could beat it by chance. Against the best observed column alone the
    level would not hold, since that one was chosen by the same numbers. For many equal depths the
    level is nearly exact (docs/statistics.md). The column of highest mean is always in the set;
    with one unit all columns are.
    """
    units, depths = accuracy.shape
    if units < 2:
        return list(range(depths))
    ahead = accuracy[:, :, None] - accuracy[:, None, :]  # of each column over each other
    error = ahead.std(axis=0, ddof=1) / np.sqrt(units)
    critical = t.ppf(1 - (1 - level) / max(depths - 1, 1), units - 1)
    beaten = (ahead.mean(axis=0) - critical * error > _ROUNDING).any(axis=0)
    return np.flatnonzero(~beaten).tolist()


def cross_fitted_gain(accuracy: np.ndarray, baseline: np.ndarray, level: float = 0.95) -> Interval:
    """Return what choosing the depth gains over `baseline` (one accuracy per unit).

    Valued where it was chosen, the maximum of noisy means flatters. So every unit is valued at
    the depth that is optimal on other units: with the units around a circle, on the half of the
    others that comes after it, (units - 1) // 2 of them but one at least. No two units then
    choose for each other, and the errors of their values are uncorrelated; two halves that
    value each other have dependent errors, and intervals that are too narrow.

    The interval is for the true gain of the depths that were chosen here, averaged over the
    choices: what a new unit would gain by them on average. It is not for the gain of the best
    depth, which is larger where the choice is uncertain, and it is exactly 0 where every choice
    was the baseline itself. A unit's variance is that of the gain of its depth over all units, as
    Welch and Satterthwaite combine variances: gains of different depths may differ in mean and in
    spread.

    With one unit there is no other and the result is NaN. Two units choose for each other.
    """
    units, depths = accuracy.shape
    if units < 2:
        return Interval(float("nan"), float("nan"), float("nan"))
    chosen = chosen_on_others(accuracy)
    gains = accuracy - baseline[:, None]
    weights = np.bincount(chosen, minlength=depths) / units
    variances = weights / units * gains.var(axis=0, ddof=1)
    total = variances.sum()
    freedom = (units - 1) * (total**2 / (variances**2).sum() if total > 0 else 1)
    mean = float(gains[np.arange(units), chosen].mean())
    return t_interval(mean, np.sqrt(total), freedom, level)


def chosen_on_others(accuracy: np.ndarray) -> np.ndarray:
    """Return for every unit the column that is optimal on the units after it, around a circle."""
    return optimal_column(accuracy[units_after(len(accuracy))])


def units_after(units: int) -> np.ndarray:
    """Return for every one of two units or more those after it that choose for it, a row each."""
    after = np.arange(1, max((units - 1) // 2, 1) + 1)
    return (np.arange(units)[:, None] + after) % units
