"""Sources ranked by every score, beside what transferring them turned out to be worth."""

import math

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from defrost.selection.agreement import (
    kendall_tau,
    pick_regret,
    tau_null_range,
    weighted_tau,
    with_ties,
)
from defrost.selection.registry import READOUT, SCORES
from defrost.selection.value import Value, undefined
from defrost.similarity.measures import PAIR_MEASURES
from defrost.statistics.cells import scratch_rows
from defrost.statistics.intervals import Interval, mean_interval
from defrost.statistics.optimal_depth import cross_fitted_gain
from defrost.statistics.units import by_unit, holds_for, network_of_replicate

LARGER_IS_BETTER = {
    **{name: score.larger_is_better for name, score in SCORES.items()},
    **{name: measure.larger_is_more_similar for name, measure in PAIR_MEASURES.items()},
}


def source_ranking_table(scores: pd.DataFrame, accuracy: pd.DataFrame) -> pd.DataFrame:
    """Return the rank of every source by every score, and how well the score ranks them all.

    Args:
        scores: a row for each source, size, replicate, score and block with value and reason;
            measures of similarity are scores too.
        accuracy: the accuracy table of the study.

    Returns:
        A row for each size, score, summary of blocks and source, with the columns of the table.
    """
    rows = []
    for size, of_size in scores.groupby("size"):
        sources = list(dict.fromkeys(of_size["source"]))
        gains = {source: realised_gain(accuracy, source, size) for source in sources}
        units = {
            source: {"holds_for": holds_for(network_of_replicate(rows_of_source))}
            for source, rows_of_source in accuracy[accuracy["size"] == size].groupby("source")
        }
        for score, of_score in of_size.groupby("score", sort=False):
            key = {"study": accuracy["study"].iloc[0], "size": size, "score": score}
            for blocks, values in _by_summary(of_score, LARGER_IS_BETTER[score]).items():
                ranked = rank_sources(values, gains, LARGER_IS_BETTER[score])
                rows += [{**key, "blocks": blocks, **row, **units[row["source"]]} for row in ranked]
    return pd.DataFrame(rows)


def rank_sources(
    values: dict[str, list[Value]], gains: dict[str, Interval], larger_is_better: bool
) -> list[dict]:
    """Return a row for each source: its value and rank, and how good these ranks are.

    Args:
        values: of each source, for every target network.
        gains: realised gain of each source.
        larger_is_better: whether a larger value promises a better source.
    """
    means = {source: _over_networks(of_source) for source, of_source in values.items()}
    numbers = np.array([mean["value"] for mean in means.values()])
    worth = with_ties(np.array([gains[source].mean for source in values]))
    if np.isnan(worth).any():
        tau = weighted = regret = undefined("one replicate: what sources gain is not known")
    else:
        tau, weighted, regret = (
            measure(numbers, worth, larger_is_better)
            for measure in (kendall_tau, weighted_tau, pick_regret)
        )
    scored = ~np.isnan(numbers)
    null = (math.nan, math.nan) if math.isnan(tau.value) else tau_null_range(worth[scored])
    ranks, realised = _ranks(numbers, larger_is_better), _ranks(worth, True)
    return [
        {
            "source": source,
            **mean,
            "rank": ranks[place],
            "realised_gain": gains[source].mean,
            "realised_gain_low": gains[source].low,
            "realised_gain_high": gains[source].high,
            "realised_rank": realised[place],
            "sources": int(scored.sum()),
            "kendall_tau": tau.value,
            "tau_null_low": null[0],
            "tau_null_high": null[1],
            "weighted_tau": weighted.value,
            "pick_regret": regret.value,
            "agreement_reason": tau.reason or regret.reason,
        }
        for place, (source, mean) in enumerate(means.items())
    ]


def similarity_scores(similarity: pd.DataFrame) -> pd.DataFrame:
    """Return the similarity of sources to target networks, block by block, in the form of scores.

    Of blocks of the same number. `similarity` is the similarity table of a study.
    """
    chosen = (similarity["comparison"] == "source_to_target") & (
        similarity["source_block"] == similarity["target_block"]
    )
    rows = similarity[chosen].rename(columns={"measure": "score", "source_block": "block"})
    rows["block"] = rows["block"].astype(str)
    return rows[["study", "source", "size", "replicate", "score", "block", "value", "reason"]]


def realised_gain(accuracy: pd.DataFrame, source: str, size: int) -> Interval:
    """Return what transferring a source gained over scratch, by the best that was run.

    Cross-fitted over all protocols and depths, scratch included, by independent unit (see
    `defrost.statistics.units`); NaN with one.
    """
    of_size = accuracy[accuracy["size"] == size]
    scratch = scratch_rows(of_size).set_index("replicate")["test_accuracy"]
    of_source = of_size[of_size["source"] == source]
    cells = of_source.pivot(
        index="replicate", columns=["protocol", "depth"], values="test_accuracy"
    )
    networks = network_of_replicate(of_source)
    baseline = by_unit(scratch.reindex(cells.index), networks).to_numpy()
    cells = by_unit(cells, networks).to_numpy()
    return cross_fitted_gain(np.column_stack([baseline, cells]), baseline)


def _by_summary(rows: pd.DataFrame, larger_is_better: bool) -> dict[str, dict[str, list[Value]]]:
    """Return a score by how its blocks are summarised, by source, for every target network."""
    found: dict[str, dict[str, list[Value]]] = {}
    for (source, _), network in rows.groupby(["source", "replicate"], sort=False):
        if list(network["block"]) == [READOUT]:
            summaries = {READOUT: _values(network)[0]}
        else:
            ordered = network.sort_values("block", key=lambda blocks: blocks.astype(int))
            summaries = over_blocks(_values(ordered), larger_is_better)
        for blocks, value in summaries.items():
            found.setdefault(blocks, {}).setdefault(source, []).append(value)
    return found


def _values(rows: pd.DataFrame) -> list[Value]:
    return [Value(*pair) for pair in zip(rows["value"], rows["reason"], strict=True)]


def over_blocks(values: list[Value], larger_is_better: bool) -> dict[str, Value]:
    """Return what the values of a network's blocks, in order, come to, in three ways.

    The `mean` over all blocks, undefined where one of them is: of other blocks it would be
    another number; the `best` block that has a value; the `last`.
    """
    missing = [value for value in values if math.isnan(value.value)]
    known = [value for value in values if not math.isnan(value.value)]
    pick = max if larger_is_better else min
    mean = Value(float(np.mean([value.value for value in values])), _reasons(values))
    return {
        "mean": missing[0] if missing else mean,
        "best": pick(known, key=lambda value: value.value) if known else missing[0],
        "last": values[-1],
    }


def _over_networks(values: list[Value]) -> dict[str, object]:
    """Return the mean over target networks with its interval, which one network does not have."""
    numbers = np.array([value.value for value in values if not math.isnan(value.value)])
    mean = Interval(math.nan, math.nan, math.nan)
    if np.isfinite(numbers).all() and len(numbers):
        mean = mean_interval(numbers)
    elif len(numbers):
        mean = Interval(float(numbers.mean()), math.nan, math.nan)
    return {
        "value": mean.mean,
        "value_low": mean.low,
        "value_high": mean.high,
        "networks": len(numbers),
        "reason": _reasons(values),
    }


def _reasons(values: list[Value]) -> str:
    return "; ".join(dict.fromkeys(value.reason for value in values if value.reason))


def _ranks(values: np.ndarray, larger_is_better: bool) -> np.ndarray:
    """Return ranks from 1, the best; equal values share the lowest, NaN has none."""
    return rankdata(-values if larger_is_better else values, method="min", nan_policy="omit")
