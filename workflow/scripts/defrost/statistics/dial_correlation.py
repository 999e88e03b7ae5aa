"""Whether similarity rises with the dial that sets how much source and target share."""

import math
from itertools import permutations

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from defrost.similarity.measures import PAIR_MEASURES

COLUMNS = (
    *("study", "size", "measure", "block", "spearman", "spearman_low", "spearman_high"),
    *("p_value", "sources", "target_networks"),
)
FEWEST = 3  # sources: any two are in order or not, which says nothing
DRAWS = 2000
_ALL_ORDERS = 8  # sources up to which every order of the dial is tried, 40,320 of them
HALF_WIDTH = norm.ppf(0.975)  # of a 95 % interval, in standard errors


def dial_correlation_table(
    similarity: pd.DataFrame, dials: dict[str, float], generator: np.random.Generator
) -> pd.DataFrame:
    """Return Spearman's correlation of the dial with similarity, measure by measure.

    Each block of a source's network is compared with the same block of networks trained on the
    target, for which the correlations are averaged. For measures that are smaller for more similar
    representations the sign is turned: 1 always means that similarity rises with the dial.

    Args:
        similarity: the table of that name of one study.
        dials: the value of the dial for each source that has one, all different.
        generator: draws values within their error bars, for the intervals.

    Returns:
        A row for each size, measure and block at which all sources have a value: `spearman`, its
        95 % interval, the one-sided `p_value` of a mean as large by chance (over all orders of
        the dial's values, or 40,320 random ones of more than eight), `sources` and
        `target_networks`. The interval is of 2,000 draws of all values from normal laws as wide
        as their error bars over probe inputs, each with one of the target networks: it holds for
        these source networks.
    """
    rows = similarity[
        (similarity["comparison"] == "source_to_target")
        & similarity["source"].isin(dials)
        & (similarity["source_block"] == similarity["target_block"])
    ]
    table = []
    for (size, measure, block), cell in rows.groupby(["size", "measure", "source_block"]):
        grid = cell.pivot(index="replicate", columns="source")[["value", "value_low", "value_high"]]
        value, low, high = (grid[name].to_numpy() for name in ("value", "value_low", "value_high"))
        if len(dials) < FEWEST or value.shape[1] < len(dials) or np.isnan(value).any():
            continue
        sign = 1 if PAIR_MEASURES[measure].larger_is_more_similar else -1
        dial = np.array([dials[source] for source in grid["value"].columns])
        spread = np.nan_to_num(high - low) / (2 * HALF_WIDTH)
        drawn_of = generator.integers(len(value), size=DRAWS)
        noise = generator.normal(size=(DRAWS, len(dial))) * spread[drawn_of]
        drawn = spearman(sign * (value[drawn_of] + noise), dial)
        mean = spearman(sign * value, dial).mean()
        table.append(
            (
                *(cell["study"].iloc[0], size, measure, block, mean),
                *np.quantile(drawn, [0.025, 0.975]),
                *(_chance_of(mean, sign * value, dial, generator), len(dial), len(value)),
            )
        )
    return pd.DataFrame(table, columns=COLUMNS)


def spearman(values: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation of every row of `values` with `other`; 0 for a constant row."""
    ranks = rankdata(values, axis=1) - (values.shape[1] + 1) / 2
    centred = rankdata(other) - (len(other) + 1) / 2
    norms = np.linalg.norm(ranks, axis=1) * np.linalg.norm(centred)
    return np.divide(ranks @ centred, norms, out=np.zeros(len(values)), where=norms > 0)


def _chance_of(
    mean: float, values: np.ndarray, dial: np.ndarray, generator: np.random.Generator
) -> float:
    """Return the share of orders of the dial in which the mean correlation is as large."""
    count = len(dial)
    if count <= _ALL_ORDERS:
        orders = np.array(list(permutations(dial)))
    else:
        drawn = np.tile(dial, (math.factorial(_ALL_ORDERS) - 1, 1))
        orders = np.vstack([dial, generator.permuted(drawn, axis=1)])  # the one seen is one of them
    means = np.mean([spearman(orders, row) for row in values], axis=0)
    return float(np.mean(means >= mean - 1e-9))
