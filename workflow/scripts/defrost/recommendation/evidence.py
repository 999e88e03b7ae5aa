"""What cross-validation says of every choice at one size, fold by fold."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from defrost.transfer.protocols import PROTOCOLS, representative


class Choice(NamedTuple):
    """What can be recommended; `source` and `protocol` are `scratch` for no transfer."""

    source: str
    protocol: str
    depth: int


SCRATCH = Choice("scratch", "scratch", 0)
_KEYS = list(Choice._fields)


class Evidence(NamedTuple):
    """Cross-validated accuracy of C choices on V folds, those of all replicates.

    Attributes:
        choices: scratch first, then those that train for the fewest operations: of choices that
            are equally good the first is taken, which needs no source or costs least.
        accuracy: V x C.
        validated: V, the number of examples of each fold.
        replicate: V, the replicate of each fold; each has two folds or more.
        costs: C rows of mean `train_flops` and `train_seconds` of a training.
        shared: share of the examples that two replicates have in common, on average.
        spread: variance of the mean of the folds' values, in units of the variance between them.
        incomplete: choices left out because a fold is missing.
    """

    choices: list[Choice]
    accuracy: np.ndarray
    validated: np.ndarray
    replicate: np.ndarray
    costs: pd.DataFrame
    shared: float
    spread: float
    incomplete: list[Choice]


def evidence_at(
    table: pd.DataFrame, size: int, candidates: list[str], blocks: int, pool: int
) -> Evidence:
    """Return the evidence for scratch and the candidates at a size.

    Cells that are the same by definition are one choice.

    Args:
        table: cross_validation.csv.
        size: labelled examples of a replicate.
        candidates: sources that may be recommended.
        blocks: the network's.
        pool: labelled examples that a replicate's are drawn from.

    Raises:
        ValueError: a fold with different numbers of examples for different choices, which are
            then not compared on the same examples.
    """
    rows = table[(table["size"] == size) & table["source"].isin(["scratch", *candidates])]
    rows = rows[rows.groupby("replicate")["fold"].transform("nunique") > 1]
    examples = rows.groupby(["replicate", "fold"])["validation_examples"]
    if (examples.nunique() > 1).any():
        raise ValueError("a fold has different validation examples for different choices")
    validated = examples.first()
    rows = rows.assign(accuracy=rows["correct"] / rows["validation_examples"])
    cells = {Choice(*key): cell for key, cell in rows.groupby(_KEYS)}
    costs = pd.DataFrame(
        {choice: cell[["train_flops", "train_seconds"]].mean() for choice, cell in cells.items()}
    ).T
    offered = sorted(
        _distinct(cells, blocks),
        key=lambda choice: (
            choice != SCRATCH,
            costs["train_flops"][choice],
            candidates.index(choice.source) if choice != SCRATCH else 0,
            choice,
        ),
    )
    by_fold = {choice: cells[choice].set_index(["replicate", "fold"]) for choice in offered}
    accuracy = pd.DataFrame(
        {place: by_fold[choice]["accuracy"] for place, choice in enumerate(offered)},
        index=validated.index,
    )
    whole = accuracy.columns[accuracy.notna().all()]
    replicate = validated.index.get_level_values("replicate").to_numpy()
    return Evidence(
        choices=[offered[place] for place in whole],
        accuracy=accuracy[whole].to_numpy(),
        validated=validated.to_numpy(dtype=float),
        replicate=replicate,
        costs=costs.loc[[offered[place] for place in whole]],
        shared=size / pool,
        spread=spread_of_mean(validated.to_numpy(), replicate, size, size / pool),
        incomplete=[choice for place, choice in enumerate(offered) if place not in whole],
    )


def spread_of_mean(validated: np.ndarray, replicate: np.ndarray, size: int, shared: float) -> float:
    """Return the variance of the mean of V folds' values in units of the variance between them.

    Folds of a replicate train on much the same examples: Nadeau and Bengio (2003) take their
    values to be correlated by the share of the examples that a fold validates. Those of two
    replicates are here taken to be correlated by that times the share of the examples that the
    replicates have in common. One replicate gives their formula, replicates of the same examples
    that of Bouckaert and Frank (2004) for repeated cross-validation, and replicates without a
    common example are independent.

    Args:
        validated: V, examples of each fold.
        replicate: V, the replicate of each fold.
        size: labelled examples of a replicate.
        shared: share of the examples that two replicates have in common.
    """
    folds, replicates = len(validated), len(np.unique(replicate))
    if folds < 2:
        return float("nan")
    share, each = validated.mean() / size, folds / replicates
    correlation = share * (each - 1 + (folds - each) * shared) / (folds - 1)
    return 1 / folds + correlation / (1 - correlation)


def _distinct(cells: dict[Choice, pd.DataFrame], blocks: int) -> list[Choice]:
    """Return the choices without those that are another's, or scratch's, by definition."""
    first = {}
    for choice in sorted(cells, key=lambda cell: ("scratch", *PROTOCOLS).index(cell.protocol)):
        same = SCRATCH[1:]
        if choice != SCRATCH:
            same = representative(choice.protocol, choice.depth, blocks)
        first.setdefault(SCRATCH if same == SCRATCH[1:] else (choice.source, same), choice)
    return list(first.values())
