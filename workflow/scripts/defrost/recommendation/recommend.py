"""The recommendation of a study, as plain values for JSON: numbers, words and None."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from defrost.recommendation.estimates import behind_best, best, expected
from defrost.recommendation.evidence import SCRATCH, Choice, Evidence, evidence_at
from defrost.statistics.intervals import Interval
from defrost.transfer.protocols import plan_of

_NOTHING = {
    "source": None,
    "protocol": None,
    "depth": None,
    "trainable_blocks": None,
    "accuracy": None,
    "accuracy_low": None,
    "accuracy_high": None,
    "gain": None,
    "gain_low": None,
    "gain_high": None,
    "train_flops": None,
    "scratch_train_flops": None,
    "train_seconds": None,
    "scratch_train_seconds": None,
    "replicates": None,
    "folds": None,
    "validated": None,
    "runner_up": None,
    "sources": [],
    "alike": [],
    "incomplete": [],
}


def recommendation(
    table: pd.DataFrame | None,
    study: str,
    blocks: int,
    pool: int,
    sizes: Sequence[int],
    sources: dict[str, str],
) -> dict:
    """Return what to transfer to the target of a study, by cross-validation alone.

    It is made at the largest size, which is nearest to all the labels there are; at the others,
    under `sizes`, to show what more of them would change.

    Args:
        table: cross_validation.csv, or None where nothing was cross-validated.
        study: its name.
        blocks: the network's.
        pool: labelled examples that a replicate's are drawn from, `target.split.train`.
        sizes: labelled examples that were cross-validated at.
        sources: what each source of the study is to the recommendation: `compared`, `shared` (as
            well, but of the target's own data set), `no candidate` or `not compared`.

    Returns:
        The content of recommendation.json, as recommendation.schema.yaml describes it. `verdict`
        is `transfer`, `not shown` (the best is a transfer whose gain may be nothing), `scratch`
        or `no answer`, with its `reason`.
    """
    candidates = [name for name, role in sources.items() if role in ("compared", "shared")]
    answers = [
        {"size": size, **_answer(table, size, candidates, blocks, pool)} for size in sorted(sizes)
    ]
    last = answers[-1] if answers else {"size": None, **_answer(None, 0, candidates, blocks, pool)}
    return {
        "study": study,
        "blocks": blocks,
        "pool": pool,
        **last,
        "smaller_sizes": [_brief(answer) for answer in answers[:-1]],
        **{
            key: [name for name, found in sources.items() if found == role]
            for key, role in (
                ("of_target_data", "shared"),
                ("no_candidates", "no candidate"),
                ("not_compared", "not compared"),
            )
        },
    }


def _answer(
    table: pd.DataFrame | None, size: int, candidates: list[str], blocks: int, pool: int
) -> dict:
    if table is None:
        reason = "nothing was cross-validated: `selection.sources` of the study is empty"
        return {"verdict": "no answer", "reason": reason, **_NOTHING}
    if not candidates:
        reason = "no source in `selection.sources` could exist without the target's data"
        return {"verdict": "no answer", "reason": reason, **_NOTHING}
    evidence = evidence_at(table, size, candidates, blocks, pool)
    incomplete = {"incomplete": [choice._asdict() for choice in evidence.incomplete]}
    if evidence.choices[:1] != [SCRATCH]:
        reason = "scratch was not validated on every fold, and there is nothing to compare with"
        return {"verdict": "no answer", "reason": reason, **_NOTHING, **incomplete}
    if len(evidence.choices) == 1:
        reason = "no candidate was validated on every fold"
        return {"verdict": "no answer", "reason": reason, **_NOTHING, **incomplete}
    return {**_found(evidence, blocks), **incomplete}


def _found(evidence: Evidence, blocks: int) -> dict:
    column = best(evidence)
    choice, behind = evidence.choices[column], behind_best(evidence)
    accuracy, gain = expected(evidence)
    means = np.average(evidence.accuracy, axis=0, weights=evidence.validated)
    rows = [
        _row(other, mean, interval, column == index)
        for index, (other, mean, interval) in enumerate(
            zip(evidence.choices, means, behind, strict=True)
        )
    ]
    if column != 0:  # the gain is cross-fitted and one comparison, not the largest of many
        rows[0] |= {**_limits("behind", gain), "told_apart": bool(gain.low > 0)}
    by_accuracy = [rows[index] for index in _by_accuracy(means, column)]
    cost, scratch = evidence.costs.iloc[column], evidence.costs.iloc[0]
    return {
        "verdict": _verdict(choice, gain),
        "reason": "",
        **choice._asdict(),
        "trainable_blocks": _trainable(choice, blocks),
        **_limits("accuracy", accuracy),
        **_limits("gain", gain),
        "train_flops": round(cost["train_flops"]),
        "scratch_train_flops": round(scratch["train_flops"]),
        "train_seconds": float(cost["train_seconds"]),
        "scratch_train_seconds": float(scratch["train_seconds"]),
        "replicates": len(np.unique(evidence.replicate)),
        "folds": len(evidence.replicate),
        "validated": int(evidence.validated.sum()),
        "runner_up": by_accuracy[1],
        "sources": _first_of_each_source(by_accuracy),
        "alike": [row for row in by_accuracy[1:] if not row["told_apart"]],
    }


def _verdict(choice: Choice, gain: Interval) -> str:
    if choice == SCRATCH:
        return "scratch"
    return "transfer" if gain.low > 0 else "not shown"


def _trainable(choice: Choice, blocks: int) -> int:
    if choice == SCRATCH:
        return blocks
    return blocks - plan_of(choice.protocol, choice.depth, blocks).frozen[-1]


def _row(choice: Choice, mean: float, behind: Interval, is_best: bool) -> dict:
    return {
        **choice._asdict(),
        "validated_accuracy": float(mean),
        **_limits("behind", behind),
        "told_apart": not is_best and bool(behind.low > 0),
    }


def _by_accuracy(means: np.ndarray, first: int) -> list[int]:
    """Return the columns from the highest mean, equal ones in their order, `first` first."""
    return sorted(range(len(means)), key=lambda index: (index != first, -round(means[index], 9)))


def _first_of_each_source(rows: list[dict]) -> list[dict]:
    first = {}
    for row in rows:
        first.setdefault(row["source"], row)
    return list(first.values())


def _limits(name: str, interval: Interval) -> dict:
    values = zip((name, f"{name}_low", f"{name}_high"), interval, strict=True)
    return {key: None if np.isnan(value) else float(value) for key, value in values}


def _brief(answer: dict) -> dict:
    keys = ("size", "verdict", "reason", *Choice._fields)
    estimates = ("accuracy", "accuracy_low", "accuracy_high", "gain", "gain_low", "gain_high")
    return {key: answer[key] for key in (*keys, *estimates)}
