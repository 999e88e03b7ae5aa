"""The table of optimal depths."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from defrost.statistics.cells import at_size, by_depth, same_as, scratch_rows, transfers
from defrost.statistics.intervals import family_level
from defrost.statistics.optimal_depth import confidence_set, cross_fitted_gain, optimal_column
from defrost.statistics.units import by_unit, holds_for, network_of_replicate


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
