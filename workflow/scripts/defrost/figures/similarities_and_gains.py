"""Similarity of every source to the target beside what it gains, and whether these agree."""

import numpy as np
import pandas as pd

from defrost.figures.measures import in_order, shown_measure
from defrost.figures.summaries import range_of_pairs
from defrost.selection.agreement import FEWEST, kendall_tau, tau_null_range, with_ties

_MOST_PANELS = 12  # that one page has room for
_MOST_SIZES = 3  # whose correlations have room above a panel


def similarities_and_gains(
    similarity: pd.DataFrame, optimal: pd.DataFrame, sources: list[str], protocols: list[str]
) -> pd.DataFrame:
    """Return how similar every source is to the target, what it gains, and whether these agree.

    Similarity is that of the last block of the source's network to the same block of the target's
    own networks, those trained from scratch on the most examples: these show what the target
    needs, and those of few examples are too unlike one another to be a yardstick. The last block,
    because the first ones are alike for all sources, and because the block at the optimal depth
    differs from source to source, is known from test accuracy only, and is none where scratch is
    best. Similarity known from n examples alone is the matter of the source ranking.

    Sizes are those with three sources or more, if there are any; of more than three the
    smallest, the middle and the largest.

    Args:
        similarity, optimal: the tables of similarity and of optimal depths of a study.
        sources, protocols: their names in order.

    Returns:
        A row for each protocol, measure, size and source with a gain: block; target_size, the
        examples of the target's networks; similarity, similarity_low, similarity_high, interval,
        networks and reason (see `summaries.range_of_pairs`) over these networks; gain, gain_low
        and gain_high; null_low and null_high, the limits of the permutation null, means over all
        sources and networks; ceiling, ceiling_low and ceiling_high, of pairs of the target's
        networks; kendall_tau of similarity and gain over the compared sources of that protocol,
        measure and size, tau_null_low and tau_null_high, the range that holds it by chance in
        95 %, and agreement_reason, why there is no tau.
    """
    block, target_size = similarity["source_block"].max(), similarity["size"].max()
    rows = similarity[
        (similarity["source_block"] == block)
        & (similarity["target_block"] == block)
        & (similarity["size"] == target_size)
    ]
    gains = optimal[optimal["size"].isin(_shown_sizes(optimal))]
    measures = in_order(rows["measure"])[: max(_MOST_PANELS // len(protocols), 1)]
    found = []
    for protocol in protocols:
        of_protocol = gains[gains["protocol"] == protocol]
        for measure in measures:
            compared = _compared(rows[rows["measure"] == measure], sources)
            for _, cell in of_protocol.groupby("size"):
                points = compared.merge(cell[["source", "size", "gain", "gain_low", "gain_high"]])
                points = points.assign(**_agreement(points, measure))
                found.append(points.assign(protocol=protocol, measure=measure))
    keys = {"block": block, "target_size": target_size}
    plotted = pd.concat(found, ignore_index=True).assign(**keys)
    first = ["protocol", "measure", "size", "source", *keys]
    return plotted[[*first, *plotted.columns.drop(first)]]


def _shown_sizes(optimal: pd.DataFrame) -> list[int]:
    counts = optimal.groupby("size")["source"].nunique()
    sizes = sorted(counts.index[counts >= FEWEST] if counts.max() >= FEWEST else counts.index)
    if len(sizes) <= _MOST_SIZES:
        return sizes
    return [sizes[0], sizes[len(sizes) // 2], sizes[-1]]


def _compared(rows: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Return a row for each source with its similarity by one measure, null and ceiling."""
    of_sources = rows[rows["comparison"] == "source_to_target"]
    ceiling = range_of_pairs(rows[rows["comparison"] == "target_to_target"])
    found = []
    for source in sources:
        summary = range_of_pairs(of_sources[of_sources["source"] == source])
        found.append(
            {
                "source": source,
                "similarity": summary["value"],
                "similarity_low": summary["low"],
                "similarity_high": summary["high"],
                **{key: summary[key] for key in ("interval", "networks", "points", "reason")},
                "null_low": of_sources["null_low"].mean(),
                "null_high": of_sources["null_high"].mean(),
                "ceiling": ceiling["value"],
                "ceiling_low": ceiling["low"],
                "ceiling_high": ceiling["high"],
            }
        )
    return pd.DataFrame(found)


def _agreement(points: pd.DataFrame, measure: str) -> dict[str, object]:
    """Return Kendall's tau of similarity and gain, 1 where the most similar source gains most."""
    known = points.dropna(subset=["similarity", "gain"])
    values, gains = (with_ties(known[column].to_numpy()) for column in ("similarity", "gain"))
    tau = kendall_tau(values, gains, shown_measure(measure).larger_is_more_similar is not False)
    null = tau_null_range(gains) if np.isfinite(tau.value) else (np.nan, np.nan)
    return {
        "compared_sources": len(known),
        "kendall_tau": tau.value,
        "tau_null_low": null[0],
        "tau_null_high": null[1],
        "agreement_reason": tau.reason,
    }
