"""What a test of a finding may look at: the tables of one study, and what its sources are."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from defrost.statistics.units import by_unit, network_of_replicate, over_networks
from defrost.transfer.protocols import SCRATCH, plan_of

_CELL = ["source", "protocol", "size", "depth"]
_SCRATCH = "scratch"


class CannotTellError(Exception):
    """Why a study cannot answer, in words for the reader of its findings."""


class Cells(NamedTuple):
    """A source at a size under one protocol: test accuracy and operations, R units x K depths.

    Units are replicates or, where there are enough of them, source networks.
    """

    source: str
    size: int
    depths: np.ndarray
    accuracy: np.ndarray
    operations: np.ndarray

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
    def no_controls(self) -> list[str]:
        """The sources that are no controls."""
        return [source for source in self.sources if source not in self.controls]

    @property
    def replicates(self) -> int:
        """How many replicates every cell has."""
        return len(self._complete)

    @property
    def networks(self) -> int:
        """How many networks every source has."""
        return self._networks.nunique()

    @property
    def over_networks(self) -> bool:
        """Whether the units of its cells are source networks instead of replicates."""
        return over_networks(self._networks)

    def ran(self, source: str, protocol: str) -> bool:
        """Return whether a source was transferred with a protocol."""
        return any(key[:2] == (source, protocol) for key in self._depths)

    def cells(self, protocol: str, sources: list[str] | None = None) -> list[Cells]:
        """Return what was run of a protocol, by source (of `no_controls` if None) and size.

        Where depth 0 transfers nothing, scratch stands for it. CannotTellError if nothing was.
        """
        wanted = self.no_controls if sources is None else sources
        found = [key for key in self._depths if key[1] == protocol and key[0] in wanted]
        if not found:
            whose = " or ".join(wanted) or "any source that is no control"
            raise CannotTellError(f"not run: `{protocol}` of {whose}")
        found.sort(key=lambda key: (wanted.index(key[0]), key[2]))
        return [self._cells(*key) for key in found]

    @cached_property
    def _complete(self) -> pd.DataFrame:
        columns = ["test_accuracy", "train_flops"]
        return self.accuracy.pivot(index="replicate", columns=_CELL, values=columns).dropna()

    @cached_property
    def _networks(self) -> pd.Series:
        transferred = self.accuracy[self.accuracy["source"] != _SCRATCH]
        return network_of_replicate(transferred).reindex(self._complete.index)

    @cached_property
    def _values(self) -> dict[tuple, np.ndarray]:
        """Values by column of the table, source, protocol, size and depth: R numbers each."""
        table = by_unit(self._complete, self._networks)
        return dict(zip(table.columns, table.to_numpy().T, strict=True))

    @cached_property
    def _depths(self) -> dict[tuple[str, str, int], list[int]]:
        found: dict[tuple[str, str, int], list[int]] = {}
        for column, source, protocol, size, depth in sorted(self._values):
            if column == "test_accuracy":
                found.setdefault((source, protocol, size), []).append(depth)
        return found

    def _cells(self, source: str, protocol: str, size: int) -> Cells:
        keys = [(source, protocol, size, depth) for depth in self._depths[source, protocol, size]]
        if plan_of(protocol, 0, self.blocks) == SCRATCH:
            keys = [(_SCRATCH, _SCRATCH, size, 0), *keys]
        values = (
            np.stack([self._values[column, *key] for key in keys], axis=1)
            for column in ("test_accuracy", "train_flops")
        )
        return Cells(source, size, np.array([key[-1] for key in keys]), *values)
