"""What a test comes to: an interval of a number that the statement says is above a threshold."""

from typing import NamedTuple

import numpy as np

from defrost.findings.study import CannotTellError
from defrost.statistics.intervals import Interval, mean_interval

_DIGITS = 12  # what is 0 but for rounding is on neither side
SUPPORTED, REFUTED, UNDECIDED = "supported", "refuted", "undecided"


class Outcome(NamedTuple):
    """An interval, what the statement says it lies above, and what else a reader should know."""

    interval: Interval
    detail: str
    threshold: float = 0.0

    @property
    def verdict(self) -> str:
        """`supported` or `refuted` if the whole interval is above or below, else `undecided`."""
        if self.interval.low > self.threshold:
            return SUPPORTED
        return REFUTED if self.interval.high < self.threshold else UNDECIDED


def need_replicates(values: np.ndarray, fewest: int = 2, what: str = "an interval") -> None:
    """Raise CannotTellError unless there are values of enough replicates, a row or number each."""
    if len(values) < fewest:
        found = f"{len(values)} complete replicate(s)"
        raise CannotTellError(f"{found}, {what} needs {fewest} or more")


def over_replicates(values: np.ndarray) -> Interval:
    """Return the mean and 95 % interval (Student's t) of one number for each replicate."""
    need_replicates(values)
    return mean_interval(values.round(_DIGITS))


def weakest(claims: list[Interval]) -> Interval:
    """Return the interval that decides where a statement makes several claims, all `above 0`.

    It is supported if all are, each at its full level (an intersection-union test needs no
    correction: Berger 1982), and refuted if any is.
    """
    refuted = [claim for claim in claims if claim.high < 0]
    return min(refuted or claims, key=lambda claim: claim.low)


def in_words(interval: Interval, signed: bool = True) -> str:
    """Return a mean with its limits as text, three decimals each."""
    mean, low, high = (f"{value + 0.0:{'+' if signed else ''}.3f}" for value in interval)
    return f"{mean} ({low} to {high})"
