"""Tables of two runs compared cell by cell."""

import csv
import io
import math
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

# columns that depend on the clock, or on what else the machine was doing
NOT_REPEATABLE = ("train_seconds", "peak_memory")


class Difference(NamedTuple):
    """A cell that differs: its row (from 1, below the header), its column, and both values."""

    row: int
    column: str
    before: str
    now: str

    def within(self, tolerance: float) -> bool:
        """Say whether both are numbers that are no further apart than `tolerance`."""
        try:
            return math.isclose(float(self.before), float(self.now), rel_tol=0, abs_tol=tolerance)
        except ValueError:
            return False


def differences(before: bytes, now: bytes) -> Iterator[Difference]:
    """Yield every cell in which two CSV tables differ, apart from columns of `NOT_REPEATABLE`.

    A cell that one table alone has differs from an empty one.
    """
    first, second = (
        list(csv.reader(io.StringIO(content.decode(errors="replace"), newline="")))
        for content in (before, now)
    )
    header = first[0] if first else []
    for row, lines in enumerate(zip_longest(first, second, fillvalue=())):
        for place, values in enumerate(zip_longest(*lines, fillvalue="")):
            column = header[place] if place < len(header) else f"column {place + 1}"
            if values[0] != values[1] and column not in NOT_REPEATABLE:
                yield Difference(row, column, *values)
