"""What a test comes to: an interval of a number that the statement says is above a threshold."""

from typing import NamedTuple

import numpy as np

from defrost.findings.study import CannotTellError
from defrost.findings.verdicts import REFUTED, SUPPORTED, UNDECIDED
from defrost.statistics.intervals import Interval, family_level, mean_interval

_DIGITS = 12  # what is 0 but for rounding is on neither side


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
    """Raise CannotTellError unless there are values of enough units, a row or number each."""
    if len(values) < fewest:
        found = f"{len(values)} independent unit(s)"
        raise CannotTellError(f"{found}, {what} needs {fewest} or more")


def over_replicates(values: np.ndarray, level: float = 0.95) -> Interval:
    """Return the mean and interval (Student's t) of one number for each independent unit."""
    need_replicates(values)
    return mean_interval(values.round(_DIGITS), level)


def weakest(claims: list[np.ndarray]) -> Interval:
    """Return the interval that decides where a statement makes several claims, all `above 0`.

    Claims are numbers by independent unit. The statement is supported if all hold, each at its
    full level (an intersection-union test needs no correction: Berger 1982). It is refuted if one
    fails, and with more claims chance makes one fail more often: so the lower limit is that of a
    95 % interval, and the upper limit that of intervals that hold together with 95 %.
    """
    level = family_level(0.95, len(claims))
    intervals = [
        over_replicates(claim)._replace(high=over_replicates(claim, level).high) for claim in claims
    ]
    refuted = [interval for interval in intervals if interval.high < 0]
    return min(refuted or intervals, key=lambda interval: interval.low)


def in_words(interval: Interval, signed: bool = True) -> str:
    """Return a mean with its limits as text, three decimals each."""
    mean, low, high = (f"{value + 0.0:{'+' if signed else ''}.3f}" for value in interval)
    return f"{mean} ({low} to {high})"
