"""The optimal transfer depth of one source, protocol and size, and what it gains."""

import numpy as np

from defrost.statistics.intervals import Interval, mean_interval


def optimal_depth(accuracy: np.ndarray, depths: list[int]) -> tuple[int, int, int]:
    """Return the depth of highest mean accuracy and the range of depths not told from it.

    `accuracy` is replicates x depths, in pairs: a row is one replicate at every depth. A depth is
    in the range when the 95 % interval of its paired difference to the best contains 0. Ties go
    to the smaller depth, which transfers less. With one replicate nothing can be told apart and
    the range is all depths.
    """
    best = int(np.argmax(accuracy.mean(axis=0)))
    behind = [mean_interval(accuracy[:, best] - accuracy[:, k]) for k in range(len(depths))]
    alike = [depth for depth, loss in zip(depths, behind, strict=True) if not loss.low > 0]
    return depths[best], min(alike), max(alike)


def cross_fitted_gain(accuracy: np.ndarray, baseline: np.ndarray) -> Interval:
    """Return the gain of the optimal depth over `baseline` (one accuracy per replicate).

    The depth is chosen on one half of the replicates (even or odd) and valued on the other, both
    ways round: valued where it was chosen, the maximum of noisy means flatters. With one
    replicate there is no other half and the result is NaN.
    """
    if len(accuracy) < 2:
        return Interval(float("nan"), float("nan"), float("nan"))
    gains = np.empty(len(accuracy))
    for half in (0, 1):
        chosen = int(np.argmax(accuracy[half::2].mean(axis=0)))
        other = slice(1 - half, None, 2)
        gains[other] = accuracy[other, chosen] - baseline[other]
    return mean_interval(gains)
