"""What a score comes to, or why it comes to nothing."""

import math
from typing import NamedTuple


class Value(NamedTuple):
    """A number, with a reason where it is not a finite one."""

    value: float
    reason: str = ""


def undefined(reason: str) -> Value:
    """Return NaN with the reason, in words that a table can show."""
    return Value(math.nan, reason)
