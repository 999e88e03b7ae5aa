"""Summaries of the accuracy table."""

import pandas as pd

from defrost.statistics.optimal_depth import cross_fitted_gain, optimal_depth
from defrost.transfer.protocols import PROTOCOLS, SCRATCH, plan_of, representative


def by_depth(accuracy: pd.DataFrame, source: str, protocol: str) -> pd.DataFrame:
    """Return the rows of one source and protocol at every depth.

    Where depth 0 transfers nothing the scratch rows stand for it, of the sizes that the source
    was transferred at.
    """
    transferred = accuracy[(accuracy["source"] == source) & (accuracy["protocol"] == protocol)]
    if plan_of(protocol, 0, 1) != SCRATCH:
        return transferred
    scratch = scratch_rows(accuracy)
    scratch = scratch[scratch["size"].isin(transferred["size"])]
    return pd.concat([scratch, transferred]).assign(source=source, protocol=protocol)


def scratch_rows(accuracy: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the from-scratch baseline."""
    return accuracy[accuracy["source"] == "scratch"]


def with_shared_cells(
    trained: pd.DataFrame, representatives: dict[tuple[str, int], tuple[str, int]]
) -> pd.DataFrame:
    """Return the accuracy table of a study from the rows of what was trained.

    Cells that are the same by definition were trained once; each gets rows of its own, with the
    same numbers. `representatives` says whose they are, by protocol and depth; those of scratch
    stay what they are.
    """
    parts = [scratch_rows(trained)]
    for (protocol, depth), (shared, shared_depth) in representatives.items():
        if shared != "scratch":
            rows = trained[(trained["protocol"] == shared) & (trained["depth"] == shared_depth)]
            parts.append(rows.assign(protocol=protocol, depth=depth))
    return pd.concat(parts, ignore_index=True)


def transfers(accuracy: pd.DataFrame) -> list[tuple[str, str]]:
    """Return every pair of source and protocol in the table, without the baseline."""
    rows = accuracy[accuracy["source"] != "scratch"]
    pairs = rows[["source", "protocol"]].drop_duplicates()
    return list(pairs.itertuples(index=False, name=None))


def optimal_depth_table(accuracy: pd.DataFrame, blocks: int) -> pd.DataFrame:
    """Return the optimal depth of every source, protocol and size with its gains.

    `blocks` is the number L of blocks of the network: `freeze` at depth L is the standard
    protocol, and so is every other that does the same there. Where none was run, the gains over
    it are NaN.
    """
    study = accuracy["study"].iloc[0]
    scratch = scratch_rows(accuracy)
    rows = []
    for source, protocol in transfers(accuracy):
        standard = accuracy[_is_standard(accuracy, blocks) & (accuracy["source"] == source)]
        for size, cell in by_depth(accuracy, source, protocol).groupby("size"):
            values = _paired(cell)
            summary = _summary(values, _series(scratch, size), _series(standard, size))
            rows.append(
                {"study": study, "source": source, "protocol": protocol, "size": size, **summary}
            )
    return pd.DataFrame(rows)


def _paired(cell: pd.DataFrame) -> pd.DataFrame:
    """Return test accuracy as replicates x depths."""
    return cell.pivot(index="replicate", columns="depth", values="test_accuracy")


def _is_standard(accuracy: pd.DataFrame, blocks: int) -> pd.Series:
    same = [p for p in PROTOCOLS if representative(p, blocks, blocks) == ("freeze", blocks)]
    return accuracy["protocol"].isin(same) & (accuracy["depth"] == blocks)


def _series(rows: pd.DataFrame, size: int) -> pd.Series:
    """Return test accuracy at a size by replicate, whichever of several equal rows it is from."""
    return rows[rows["size"] == size].groupby("replicate")["test_accuracy"].first()


def _summary(values: pd.DataFrame, scratch: pd.Series, standard: pd.Series) -> dict:
    accuracy = values.to_numpy()
    best, low, high = optimal_depth(accuracy, list(values.columns))
    gain = cross_fitted_gain(accuracy, scratch.reindex(values.index).to_numpy())
    over_standard = cross_fitted_gain(accuracy, standard.reindex(values.index).to_numpy())
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
