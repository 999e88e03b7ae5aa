"""The ladder of clones: what was measured of each, summarised over its draws."""

import pandas as pd

from defrost.statistics.intervals import mean_interval


def clone_ladder_table(measured: pd.DataFrame) -> pd.DataFrame:
    """Return a row for every clone and quantity: its mean and 95 % interval over the draws.

    `measured` has a row for every study, source, quantity and seed with `value` and `chance`. A
    draw has a source network, clone images and held-out images of its own, but one model of the
    clone serves all: the interval leaves out how that would vary.
    """
    rows = []
    for (study, source, quantity), draws in measured.groupby(["study", "source", "quantity"]):
        mean, low, high = mean_interval(draws["value"].to_numpy())
        rows.append(
            {
                "study": study,
                "source": source,
                "quantity": quantity,
                "value": mean,
                "value_low": low,
                "value_high": high,
                "chance": draws["chance"].mean(),
                "draws": len(draws),
            }
        )
    return pd.DataFrame(rows)
