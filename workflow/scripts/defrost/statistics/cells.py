"""Rows of the accuracy table, by cell of the grid."""

import pandas as pd

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
