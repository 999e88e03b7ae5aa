"""Values of several networks as one point of a figure, with its interval."""

import pandas as pd

from defrost.statistics.intervals import mean_interval

# What the limits of a point are.
OVER_NETWORKS = "95 % over networks"
OVER_IMAGES = "95 % over probe images"
RANGE = "lowest and highest"


def mean_of_networks(rows: pd.DataFrame) -> dict[str, object]:
    """Return the mean of the values of several networks, and its interval.

    Args:
        rows: a row for each network: value, value_low, value_high, points and reason of a table.

    Returns:
        value; low and high, the 95 % interval over the networks (Student's t), or, of a single
        network, that of the table, over probe images; interval, which of the two; networks and
        missing, how many have a value and how many have not; points; reason, what the table says
        of any of them. Without any value, value and limits are NaN.
    """
    known = rows.dropna(subset=["value"])
    interval = ""
    if len(known) > 1:
        value, low, high = mean_interval(known["value"].to_numpy())
        interval = OVER_NETWORKS
    elif len(known) == 1:
        value, low, high = known[["value", "value_low", "value_high"]].iloc[0]
        interval = OVER_IMAGES if low <= high else ""
    else:
        value = low = high = float("nan")
    return {
        "value": value,
        "low": low,
        "high": high,
        "interval": interval,
        "networks": len(known),
        "missing": len(rows) - len(known),
        "points": rows["points"].min(),
        "reason": "; ".join(reason for reason in rows["reason"].unique() if reason),
    }


def range_of_pairs(rows: pd.DataFrame) -> dict[str, object]:
    """Return the same for pairs out of a few networks, which are not independent.

    The limits of several pairs are the lowest and the highest value.
    """
    summary = mean_of_networks(rows)
    if summary["networks"] > 1:
        summary |= {"low": rows["value"].min(), "high": rows["value"].max(), "interval": RANGE}
    return summary
