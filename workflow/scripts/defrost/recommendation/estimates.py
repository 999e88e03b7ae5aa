"""What the best choice is worth, and which others cannot be told from it.

All means weigh folds by the examples that they validate, and count every example once. Intervals
are Student's t with the spread of `evidence.spread_of_mean`, because folds train on much the same
examples: without it they would be too narrow.
"""

import numpy as np

from defrost.recommendation.evidence import Evidence
from defrost.statistics.intervals import Interval, family_level, t_interval
from defrost.statistics.optimal_depth import chosen_on_others, first_highest

_TIED = 1e-9  # accuracies are ratios of counts: closer than this they are equal but for rounding
FEWEST = 3  # folds in all from which there is an interval
# Share of common examples up to which replicates choose for one another. At 0.05 and ten
# replicates of 50, six equal choices flatter by 0.008, the plain maximum by 0.032.
APART = 0.05


def best(evidence: Evidence) -> int:
    """Return the column of the highest cross-validated accuracy, of equal ones the first."""
    return int(first_highest(_means(evidence)))


def left_out_choices(evidence: Evidence) -> np.ndarray:
    """Return, for each of V folds, the column that is best on other examples.

    Valued where it was chosen, the maximum of noisy means flatters. Replicates of different
    examples choose for one another, around a circle as in `chosen_on_others`; where they share
    many, or are too few, the other folds of the replicate choose.
    """
    replicates, place = np.unique(evidence.replicate, return_inverse=True)
    if len(replicates) >= 3 and evidence.shared <= APART:
        means = [_means(evidence, place == number) for number in range(len(replicates))]
        return chosen_on_others(np.array(means))[place]
    chosen = np.empty(len(place), dtype=int)
    for number in range(len(replicates)):
        rows = np.flatnonzero(place == number)
        correct = evidence.accuracy[rows] * evidence.validated[rows, None]
        others = evidence.validated[rows].sum() - evidence.validated[rows]
        chosen[rows] = first_highest((correct.sum(axis=0) - correct) / others[:, None])
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
    level = family_level(0.95, len(evidence.choices) - 1)
    ahead = evidence.accuracy[:, [best(evidence)]] - evidence.accuracy
    return [fold_interval(column, evidence, level) for column in ahead.T]


def fold_interval(values: np.ndarray, evidence: Evidence, level: float = 0.95) -> Interval:
    """Return the mean of V folds' values with its interval.

    Its degrees of freedom count what a further replicate adds: as many folds as it has if its
    examples are others, none if they are the same. (Bouckaert and Frank count all folds; with six
    equal choices on the same 50 examples in ten replicates 95 % intervals of the accuracy would
    then cover 88 %.) The limits are NaN for fewer than three folds, and where all folds agree: few
    examples often do, which says nothing of how others would.
    """
    mean = float(np.average(values, weights=evidence.validated))
    if len(values) < FEWEST or np.ptp(values) < _TIED:
        return Interval(mean, float("nan"), float("nan"))
    error = np.sqrt(np.var(values, ddof=1) * evidence.spread)
    replicates = len(np.unique(evidence.replicate))
    added = 1 + (replicates - 1) * (1 - evidence.shared)
    freedom = len(values) / replicates * added - 1
    return t_interval(mean, error, freedom, level)


def _means(evidence: Evidence, rows: slice | np.ndarray = slice(None)) -> np.ndarray:
    return np.average(evidence.accuracy[rows], axis=0, weights=evidence.validated[rows])
