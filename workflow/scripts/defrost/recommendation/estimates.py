"""What the best choice is worth, and which others cannot be told from it.

All means weigh folds by the examples that they validate, and count every example once. Intervals
are Student's t with the spread of `evidence.spread_of_mean`, because folds train on much the same
examples: without it they would be too narrow.
"""

import numpy as np
from scipy.stats import t

from defrost.recommendation.evidence import Evidence
from defrost.statistics.intervals import Interval

_TIED = 1e-9  # accuracies are ratios of counts: closer than this they are equal but for rounding
FEWEST = 3  # folds in all from which there is an interval


def best(evidence: Evidence) -> int:
    """Return the column of the highest cross-validated accuracy, of equal ones the first."""
    return int(_first_best(_means(evidence)))


def left_out_choices(evidence: Evidence) -> np.ndarray:
    """Return, for each of V folds, the column that is best on the other folds of its replicate.

    Valued where it was chosen, the maximum of noisy means flatters. Other replicates take no part
    in the choice, because they may validate the same examples.
    """
    chosen = np.empty(len(evidence.validated), dtype=int)
    for replicate in np.unique(evidence.replicate):
        rows = np.flatnonzero(evidence.replicate == replicate)
        correct = evidence.accuracy[rows] * evidence.validated[rows, None]
        others = evidence.validated[rows].sum() - evidence.validated[rows]
        chosen[rows] = _first_best((correct.sum(axis=0) - correct) / others[:, None])
    return chosen


def expected(evidence: Evidence) -> tuple[Interval, Interval]:
    """Return the cross-fitted accuracy of the best choice, and its gain over scratch."""
    folds = np.arange(len(evidence.validated))
    accuracy = evidence.accuracy[folds, left_out_choices(evidence)]
    gain = accuracy - evidence.accuracy[:, 0]
    value = fold_interval(accuracy, evidence)
    within = Interval(value.mean, max(value.low, 0.0), min(value.high, 1.0))
    return value if np.isnan(value.low) else within, fold_interval(gain, evidence)


def behind_best(evidence: Evidence) -> list[Interval]:
    """Return by how much each of C choices is behind the best one, on the same folds.

    The C - 1 intervals hold together with 95 % (Bonferroni). A choice whose interval does not lie
    above 0 cannot be told from the best; nor can one without an interval.
    """
    level = 1 - 0.05 / max(len(evidence.choices) - 1, 1)
    ahead = evidence.accuracy[:, [best(evidence)]] - evidence.accuracy
    return [fold_interval(column, evidence, level) for column in ahead.T]


def fold_interval(values: np.ndarray, evidence: Evidence, level: float = 0.95) -> Interval:
    """Return the mean of V folds' values with its interval.

    The limits are NaN for fewer than three folds, and where all folds agree: few examples often
    do, which says nothing of how others would.
    """
    mean = float(np.average(values, weights=evidence.validated))
    if len(values) < FEWEST or np.ptp(values) < _TIED:
        return Interval(mean, float("nan"), float("nan"))
    error = np.sqrt(np.var(values, ddof=1) * evidence.spread)
    half = float(t.ppf(0.5 + level / 2, len(values) - 1) * error)
    return Interval(mean, mean - half, mean + half)


def _means(evidence: Evidence) -> np.ndarray:
    return np.average(evidence.accuracy, axis=0, weights=evidence.validated)


def _first_best(means: np.ndarray) -> np.ndarray:
    """Return the first column within rounding of the highest, of each row."""
    return np.argmax(means >= means.max(axis=-1, keepdims=True) - _TIED, axis=-1)
