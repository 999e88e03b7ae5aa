"""Summaries of the accuracy table."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from defrost.statistics.intervals import family_level
from defrost.statistics.optimal_depth import confidence_set, cross_fitted_gain, optimal_column
from defrost.statistics.units import by_unit, holds_for, network_of_replicate
from defrost.transfer.protocols import SCRATCH, plan_of, representative


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


def optimal_depth_table(accuracy: pd.DataFrame, blocks: int, level: float = 0.95) -> pd.DataFrame:
    """Return the optimal depth of every source, protocol and size with its gains.

    `blocks` is the number L of blocks of the network: `freeze` at depth L is the standard
    protocol, and so is every other that does the same there. Where none was run, the gains over
    it are NaN. Intervals and sets are given for every row by itself, and for all rows that have
    an interval as one family, in which all hold together at `level`.
    """
    cells = list(_cells(accuracy, blocks))
    family = family_level(level, sum(len(cell.accuracy) > 1 for _, cell in cells))
    return pd.DataFrame({**key, **_summary(cell, level, family)} for key, cell in cells)


class _Cell(NamedTuple):
    """What was measured of a source, protocol and size, by independent unit."""

    accuracy: pd.DataFrame  # units x depths
    scratch: np.ndarray
    standard: np.ndarray  # NaN where it was not run
    replicates: int
    networks: pd.Series


def _cells(accuracy: pd.DataFrame, blocks: int) -> Iterator[tuple[dict, _Cell]]:
    study = accuracy["study"].iloc[0]
    scratch = scratch_rows(accuracy)
    for source, protocol in transfers(accuracy):
        of_source = accuracy[accuracy["source"] == source]
        standard = same_as(of_source, "freeze", blocks)
        network = network_of_replicate(of_source)
        for size, rows in by_depth(accuracy, source, protocol).groupby("size"):
            paired = rows.pivot(index="replicate", columns="depth", values="test_accuracy")
            networks = network[paired.index]
            baselines = (at_size(baseline, size, paired.index) for baseline in (scratch, standard))
            cell = _Cell(
                by_unit(paired, networks),
                *(by_unit(baseline, networks).to_numpy() for baseline in baselines),
                replicates=len(paired),
                networks=networks,
            )
            yield {"study": study, "source": source, "protocol": protocol, "size": size}, cell


def same_as(rows: pd.DataFrame, protocol: str, blocks: int) -> pd.DataFrame:
    """Return the rows of cells that do what a protocol does at full depth.

    `rows` are of sources, without the baseline; `blocks` is the number L of blocks.
    """
    wanted = representative(protocol, blocks, blocks)
    cells = zip(rows["protocol"], rows["depth"], strict=True)
    return rows[[representative(*cell, blocks) == wanted for cell in cells]]


def at_size(rows: pd.DataFrame, size: int, replicates: pd.Index) -> pd.Series:
    """Return test accuracy at a size by replicate, whichever of several equal rows it is from."""
    values = rows[rows["size"] == size].groupby("replicate")["test_accuracy"].first()
    return values.reindex(replicates)


def _summary(cell: _Cell, level: float, family: float) -> dict:
    accuracy, depths = cell.accuracy.to_numpy(), cell.accuracy.columns
    best = optimal_column(accuracy)
    alike, family_alike = (depths[confidence_set(accuracy, at)] for at in (level, family))
    summary = {
        "optimal_depth": depths[best],
        "depth_low": alike.min(),
        "depth_high": alike.max(),
        "depth_set": _words(alike),
        "family_depth_set": _words(family_alike),
        "test_accuracy": accuracy[:, best].mean(),
        "replicates": cell.replicates,
        "networks": cell.networks.nunique(),
        "holds_for": holds_for(cell.networks),
    }
    for name, baseline in (("gain", cell.scratch), ("gain_over_standard", cell.standard)):
        gain = cross_fitted_gain(accuracy, baseline, level)
        family_gain = cross_fitted_gain(accuracy, baseline, family)
        summary |= {
            name: gain.mean,
            f"{name}_low": gain.low,
            f"{name}_high": gain.high,
            f"{name}_family_low": family_gain.low,
            f"{name}_family_high": family_gain.high,
        }
    return summary


def _words(depths: pd.Index) -> str:
    return " ".join(map(str, depths))
