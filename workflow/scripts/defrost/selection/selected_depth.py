"""The transfer depth that a practitioner can choose from the n labelled examples alone.

Cross-validation inside the n training examples; no training happens here. Each fold trains on a
part of them, so the answer is for somewhat fewer examples than there are.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from defrost.selection.folds import Fold

TIED = 1e-9  # accuracies are ratios of counts: closer than this they are equal but for rounding


class Selection(NamedTuple):
    """The selected depth, and how it came about.

    Attributes:
        depth: the transfer depth.
        accuracy: cross-validated accuracy for each depth on offer, NaN where there is none.
        reason: why nothing could be validated; empty where it could.
    """

    depth: int
    accuracy: np.ndarray
    reason: str = ""


def select_depth(
    depths: Sequence[int],
    folds: Sequence[Fold],
    accuracies: Callable[[Fold], Sequence[float]],
) -> Selection:
    """Return the depth with the highest cross-validated accuracy.

    Ties go to the deepest: of depths that the examples cannot tell apart it is the cheapest,
    since the blocks up to it are frozen and the fewest parameters train. Without folds all depths
    are tied.

    Args:
        depths: transfer depths on offer.
        folds: of the n examples, from `stratified_folds`.
        accuracies: trains on the training rows of a fold and returns the accuracy on its
            validation rows for each depth. It is called once for a fold, so that features which
            depths share are computed once.

    Raises:
        ValueError: another number of accuracies than of depths, or one that is no number.
    """
    if not folds:
        reason = "no class has two examples: nothing is left to validate on"
        return Selection(max(depths), np.full(len(depths), np.nan), reason)
    found = np.array([accuracies(fold) for fold in folds], dtype=float)
    if found.shape != (len(folds), len(depths)) or np.isnan(found).any():
        raise ValueError(f"a fold needs {len(depths)} accuracies, found {found.tolist()}")
    # the share of examples that are right: folds may differ by an example
    mean = np.average(found, axis=0, weights=[len(fold.validation) for fold in folds])
    tied = np.flatnonzero(mean >= mean.max() - TIED)
    return Selection(max(depths[index] for index in tied), mean)


def regrets(
    accuracy: np.ndarray,
    depths: Sequence[int],
    selected: Sequence[int],
    rules: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Return what selecting the depth loses on test to the optimal depth, and what rules lose.

    The optimal depth is the one of `depths` with the highest mean over the replicates, of equal
    ones the first. As the maximum of noisy means it flatters itself, by the same amount against
    all. In a single replicate a regret may be negative; on average only that of a rule outside
    `depths` may be, such as fine-tuning everything where freezing does worse. The difference of
    two regrets is what one rule loses to the other.

    Args:
        accuracy: replicates x depths, test accuracies, scratch among the depths.
        depths: the transfer depths of the columns.
        selected: the selected depth of each replicate.
        rules: test accuracy of each replicate under rules that select nothing, by name: always
            the standard protocol, always scratch, always fine-tuning everything.

    Returns:
        For `selected` and each rule a number for every replicate, in units of accuracy.
    """
    optimal = accuracy[:, int(np.argmax(accuracy.mean(axis=0)))]
    columns = [list(depths).index(depth) for depth in selected]
    taken = accuracy[np.arange(len(accuracy)), columns]
    return {name: optimal - other for name, other in {"selected": taken, **rules}.items()}
