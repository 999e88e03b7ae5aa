"""Summaries of the accuracy table."""

import numpy as np
import pandas as pd

from defrost.statistics.optimal_depth import cross_fitted_gain, optimal_depth


def by_depth(accuracy: pd.DataFrame, source: str, protocol: str) -> pd.DataFrame:
    """Return the rows of one source and protocol at every depth, the scratch rows as depth 0.

    Only of the sizes that the source was transferred at.
    """
    transferred = accuracy[(accuracy["source"] == source) & (accuracy["protocol"] == protocol)]
    scratch = accuracy[accuracy["source"] == "scratch"]
    scratch = scratch[scratch["size"].isin(transferred["size"])]
    return pd.concat([scratch, transferred]).assign(source=source, protocol=protocol)


def transfers(accuracy: pd.DataFrame) -> list[tuple[str, str]]:
    """Return every pair of source and protocol in the table, without the baseline."""
    rows = accuracy[accuracy["source"] != "scratch"]
    pairs = rows[["source", "protocol"]].drop_duplicates()
    return list(pairs.itertuples(index=False, name=None))


def optimal_depth_table(accuracy: pd.DataFrame, blocks: int) -> pd.DataFrame:
    """Return the optimal depth of every source, protocol and size with its gains.

    `blocks` is the number L of blocks of the network: `freeze` at depth L is the standard
    protocol. Where it was not run, the gains over it are NaN.
    """
    study = accuracy["study"].iloc[0]
    rows = []
    for source, protocol in transfers(accuracy):
        for size, cell in by_depth(accuracy, source, protocol).groupby("size"):
            values = _paired(cell)
            standard = _paired(by_depth(accuracy, source, "freeze").query("size == @size"))
            summary = _summary(values, standard.get(blocks))
            rows.append(
                {"study": study, "source": source, "protocol": protocol, "size": size, **summary}
            )
    return pd.DataFrame(rows)


def _paired(cell: pd.DataFrame) -> pd.DataFrame:
    """Return test accuracy as replicates x depths."""
    return cell.pivot(index="replicate", columns="depth", values="test_accuracy")


def _summary(values: pd.DataFrame, standard: pd.Series | None) -> dict:
    accuracy = values.to_numpy()
    if standard is None:
        standard = pd.Series(np.nan, index=values.index)
    best, low, high = optimal_depth(accuracy, list(values.columns))
    gain = cross_fitted_gain(accuracy, values[0].to_numpy())
    over_standard = cross_fitted_gain(accuracy, standard.to_numpy())
    return {
        "optimal_depth": best,
        "depth_low": low,
        "depth_high": high,
        "test_accuracy": values[best].mean(),
        "gain": gain.mean,
        "gain_low": gain.low,
        "gain_high": gain.high,
        "gain_over_standard": over_standard.mean,
        "gain_over_standard_low": over_standard.low,
        "gain_over_standard_high": over_standard.high,
    }
