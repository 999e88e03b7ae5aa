"""Values of depths that were chosen elsewhere, so that nothing is flattered by its choice.

Every unit (a replicate, most often) is valued at what other units chose for it, see
`defrost.statistics.optimal_depth`: one number for each unit, whose mean is 0 where depths are
alike, and whose errors are uncorrelated.
"""

import numpy as np

from defrost.findings.outcome import need_replicates
from defrost.statistics.optimal_depth import chosen_on_others, units_after

_DIGITS = 9  # accuracies closer than this differ by the order of a sum


def at_best_depth(accuracy: np.ndarray) -> np.ndarray:
    """Return, for each of R units, its accuracy at the depth that is best for others.

    `accuracy` is R x K. Ties go to the smaller depth.
    """
    need_replicates(accuracy)
    return accuracy[np.arange(len(accuracy)), chosen_on_others(accuracy)]


def shift_of_optimum(deeper: np.ndarray, shallower: np.ndarray) -> np.ndarray:
    """Return by how much accuracy says that the optimal depth differs, for each of R units.

    The optimum is deeper in the first of two conditions than in the second exactly if some depth
    parts them: the best depth of the first lies above it, that of the second below it. This asks
    for two differences in accuracy to be positive, deep over shallow in the first and shallow
    over deep in the second, and the smaller of them is the value. A mere interaction, as of the
    slopes of accuracy over depth, would not do: it is there as well where the same depth is best
    in both and only matters less in one.

    The parting depth, the best depths on its sides and which difference is the smaller are all
    chosen on other units. 0 where depth 0 is best in both: no block is worth transferring, and
    there is no depth to compare.

    Args:
        deeper, shallower: R x K each, of the same units and depths, the first column depth 0.
    """
    need_replicates(deeper)
    conditions = np.stack([deeper, shallower])
    means = conditions[:, units_after(len(deeper))].mean(axis=2).round(_DIGITS)
    partings = [_smaller_difference(means, cut) for cut in range(1, deeper.shape[1])]
    sizes, *places = (np.stack(found) for found in zip(*partings, strict=True))
    units = np.arange(len(deeper))
    condition, better, worse = (place[sizes.argmax(axis=0), units] for place in places)
    values = conditions[condition, units, better] - conditions[condition, units, worse]
    return np.where((means.argmax(axis=2) == 0).all(axis=0), 0, values)


def _smaller_difference(
    means: np.ndarray, cut: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the smaller of the two differences at a parting depth, for each of R units.

    `means` is 2 conditions x R x K. Its size, of which condition it is, and of which columns: the
    one to be better and the one to be worse.
    """
    shallow, deep = means[..., :cut].argmax(axis=2), cut + means[..., cut:].argmax(axis=2)
    better, worse = np.stack([deep[0], shallow[1]]), np.stack([shallow[0], deep[1]])
    pick = [
        np.take_along_axis(means, which[..., None], axis=2)[..., 0] for which in (better, worse)
    ]
    differences = pick[0] - pick[1]
    condition = differences.argmin(axis=0)
    units = np.arange(means.shape[1])
    smaller, better, worse = (x[condition, units] for x in (differences, better, worse))
    return smaller, condition, better, worse
