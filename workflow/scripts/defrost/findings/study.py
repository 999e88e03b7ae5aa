"""What a test of a finding may look at: the tables of one study, and what its sources are."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from defrost.transfer.protocols import SCRATCH, plan_of

_CELL = ["source", "protocol", "size", "depth"]


class CannotTellError(Exception):
    """Why a study cannot answer, in words for the reader of its findings."""


class Cells(NamedTuple):
    """One source and size under one protocol: `accuracy` is R replicates x K `depths`."""

    source: str
    size: int
    depths: np.ndarray
    accuracy: np.ndarray

    def at(self, depth: int) -> np.ndarray:
        """Return accuracy at one of the depths, R numbers."""
        return self.accuracy[:, self.depths == depth][:, 0]

    def between(self, lowest: int, highest: int) -> np.ndarray:
        """Return accuracy at the depths from `lowest` to `highest`, R x however many these are."""
        return self.accuracy[:, (self.depths >= lowest) & (self.depths <= highest)]


@dataclass(frozen=True)
class Study:
    """A study as the tests of the findings see it.

    Attributes:
        name: of the study.
        blocks: the number L of blocks of its network.
        sources: names of its sources, in the config's order.
        controls: which of them are controls, `negative` or `positive`.
        similarity_order: a number for every source whose similarity to the target is known
            beforehand, larger for a more similar one; only the order counts.
        accuracy: the accuracy table. A replicate that any cell lacks is left out.
        similarity: the similarity table, or None.
    """

    name: str
    blocks: int
    sources: list[str]
    controls: dict[str, str]
    similarity_order: dict[str, float]
    accuracy: pd.DataFrame
    similarity: pd.DataFrame | None

    @property
    def tasks(self) -> list[str]:
        """The sources that stand for themselves: those that are no controls."""
        return [source for source in self.sources if source not in self.controls]

    @property
    def replicates(self) -> int:
        return len(self._replicates)

    def ran(self, source: str, protocol: str) -> bool:
        """Return whether a source was transferred with a protocol."""
        return any(key[:2] == (source, protocol) for key in self._depths)

    def cells(self, protocol: str, sources: list[str] | None = None) -> list[Cells]:
        """Return what was run of a protocol, for every source (`tasks` if None) and size.

        Where depth 0 transfers nothing, scratch stands for it. CannotTellError if nothing was.
        """
        wanted = self.tasks if sources is None else sources
        found = [key for key in self._depths if key[1] == protocol and key[0] in wanted]
        if not found:
            whose = "any source that is no control" if sources is None else " or ".join(sources)
            raise CannotTellError(f"not run: `{protocol}` of {whose}")
        found.sort(key=lambda key: (wanted.index(key[0]), key[2]))
        return [self._cells(*key) for key in found]

    def cost(self, protocol: str) -> dict[tuple[str, int, int], np.ndarray]:
        """Return the operations of training by source, size and depth: R numbers each."""
        rows = self.accuracy[self.accuracy["protocol"] == protocol]
        costs = _by_replicate(rows, "train_flops").reindex(columns=self._replicates)
        keys = ((source, size, depth) for source, _, size, depth in costs.index)
        return dict(zip(keys, costs.to_numpy(), strict=True))

    @cached_property
    def _test_accuracy(self) -> pd.DataFrame:
        return _by_replicate(self.accuracy, "test_accuracy").dropna(axis="columns")

    @property
    def _replicates(self) -> pd.Index:
        return self._test_accuracy.columns

    @cached_property
    def _values(self) -> dict[tuple, np.ndarray]:
        table = self._test_accuracy
        return dict(zip(table.index, table.to_numpy(), strict=True))

    @cached_property
    def _depths(self) -> dict[tuple[str, str, int], list[int]]:
        found: dict[tuple[str, str, int], list[int]] = {}
        for source, protocol, size, depth in self._values:
            found.setdefault((source, protocol, size), []).append(depth)
        return {key: sorted(depths) for key, depths in found.items()}

    def _cells(self, source: str, protocol: str, size: int) -> Cells:
        depths = self._depths[source, protocol, size]
        columns = [self._values[source, protocol, size, depth] for depth in depths]
        scratch = self._values.get(("scratch", "scratch", size, 0))
        if scratch is not None and plan_of(protocol, 0, self.blocks) == SCRATCH:
            depths, columns = [0, *depths], [scratch, *columns]
        return Cells(source, size, np.array(depths), np.stack(columns, axis=1))


def _by_replicate(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return rows.pivot(index=_CELL, columns="replicate", values=column)
