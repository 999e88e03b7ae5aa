"""The transfer depth that a practitioner can choose from the n labelled examples alone.

By cross-validation inside the n training examples; no training happens here. Each fold trains on
a part of them, so the answer is for somewhat fewer examples than there are.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from defrost.statistics.cells import at_size, by_depth, same_as, scratch_rows, transfers
from defrost.statistics.optimal_depth import optimal_column


def selected_depth_table(
    validation: pd.DataFrame, accuracy: pd.DataFrame, blocks: int
) -> pd.DataFrame:
    """Return the selected depth of every replicate, its regret, and those of fixed rules.

    Args:
        validation: the cross-validation table of a study.
        accuracy: its accuracy table, which has the same cells and more.
        blocks: L, of the network.

    Returns:
        A row for each source, protocol, size and replicate that was cross-validated. The regret of
        a rule that was not run is NaN.
    """
    parts = []
    for source, protocol in transfers(validation):
        of_source = accuracy[accuracy["source"] == source]
        rules = {
            "standard": same_as(of_source, "freeze", blocks),
            "scratch": scratch_rows(accuracy),
            "finetune": same_as(of_source, "finetune", blocks),
        }
        tested = by_depth(accuracy, source, protocol)
        for size, cell in by_depth(validation, source, protocol).groupby("size"):
            correct = cell.groupby(["replicate", "depth"])["correct"].sum().unstack()
            tests = tested[tested["size"] == size].pivot(
                index="replicate", columns="depth", values="test_accuracy"
            )
            tests = tests.loc[correct.index, correct.columns].to_numpy()
            depths = list(correct.columns)
            selected = select_depths(correct.to_numpy(), depths)
            taken = tests[range(len(tests)), [depths.index(depth) for depth in selected]]
            fixed = {f"regret_{name}": at_size(r, size, correct.index) for name, r in rules.items()}
            parts.append(
                pd.DataFrame(
                    {
                        "study": accuracy["study"].iloc[0],
                        "source": source,
                        "protocol": protocol,
                        "size": size,
                        "replicate": correct.index,
                        "selected_depth": selected,
                        "test_accuracy": taken,
                        **regrets(tests, {"regret": taken, **fixed}),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def select_depths(correct: np.ndarray, depths: Sequence[int]) -> list[int]:
    """Return the depth that cross-validation selects in each replicate.

    The one at which most of the validated examples are told right. Ties go to the deepest: of
    depths that the examples cannot tell apart it is the cheapest where the blocks up to it are
    frozen, since the fewest parameters train; nothing speaks for another where they are not.

    Args:
        correct: replicates x depths, examples told right, summed over the folds, which are the
            same at every depth.
        depths: transfer depths of the columns, in any order.
    """
    best = correct == correct.max(axis=1, keepdims=True)
    return [max(np.array(depths)[row].tolist()) for row in best]


def regrets(accuracy: np.ndarray, rules: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what rules for choosing a depth lose on test to the optimal depth, by replicate.

    The optimal depth is the one with the highest mean over the replicates, of equal ones the
    first. As the maximum of noisy means it flatters itself, by the same amount against all. In a
    single replicate a regret may be negative; on average only that of a rule outside the columns
    may be, such as fine-tuning everything where freezing does worse. The difference of two regrets
    is what one rule loses to the other.

    Args:
        accuracy: replicates x depths, test accuracies, scratch among the depths.
        rules: test accuracy of each replicate under each rule, by name.

    Returns:
        For each rule a number for every replicate, in units of accuracy.
    """
    optimal = accuracy[:, optimal_column(accuracy)]
    return {name: optimal - taken for name, taken in rules.items()}
