"""Intervals of means over few replicates."""

from typing import NamedTuple

import numpy as np
from scipy.stats import t


class Interval(NamedTuple):
    """A mean with its lower and upper limit."""

    mean: float
    low: float
    high: float


def mean_interval(values: np.ndarray, level: float = 0.95) -> Interval:
    """Return the mean of independent values with Student's t interval.

    A percentile bootstrap would be too narrow: at five values it covers 84 % where it says 95 %.
    With fewer than two values there is no interval and the limits are NaN.
    """
    count = len(values)
    mean = float(np.mean(values))
    if count < 2:
        return Interval(mean, float("nan"), float("nan"))
    error = np.std(values, ddof=1) / np.sqrt(count)
    return t_interval(mean, error, count - 1, level)


def t_interval(mean: float, error: float, freedom: float, level: float) -> Interval:
    """Return Student's t interval of a mean with a standard error and its degrees of freedom."""
    half = float(t.ppf(0.5 + level / 2, freedom) * error)
    return Interval(mean, mean - half, mean + half)


def family_level(level: float, count: int) -> float:
    """Return the level of each of `count` intervals that hold all together at `level`.

    Bonferroni's: it asks nothing of how the intervals depend on one another, and those of a study
    do, through the labelled examples and the baselines that they share.
    """
    return 1 - (1 - level) / max(count, 1)
