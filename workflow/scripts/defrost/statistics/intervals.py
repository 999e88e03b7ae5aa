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
    half = float(t.ppf(0.5 + level / 2, count - 1) * error)
    return Interval(mean, mean - half, mean + half)
