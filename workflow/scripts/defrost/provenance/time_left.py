"""How long a run of the workflow will still take, told while it runs."""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from statistics import mean

_SECONDS_BETWEEN = 10  # two lines: a run of short jobs would say little else


class TimeLeft(logging.Handler):
    """Says after a finished job how long the others will take, from Snakemake's own events.

    Jobs of a rule take as long as those of that rule that have ended, of a rule without any as long
    as all on average; as many run side by side as have until now.
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic):
        super().__init__()
        self._say, self._clock = say, clock
        self._waiting: Counter[str] = Counter()  # jobs that have not ended, by rule
        self._begun: dict[int, tuple[str, float]] = {}
        self._took: defaultdict[str, list[float]] = defaultdict(list)
        self._first = self._last_said = clock()

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of an event; others than Snakemake's are left alone."""
        event = getattr(getattr(record, "event", None), "value", None)
        if event == "run_info":
            self._waiting = Counter({k: n for k, n in record.stats.items() if k != "total"})
            self._first = self._last_said = self._clock()
        elif event == "job_info":
            self._begun[record.jobid] = record.rule_name, self._clock()
        elif event == "job_finished" and record.job_id in self._begun:
            rule, began = self._begun.pop(record.job_id)
            self._took[rule].append(self._clock() - began)
            self._waiting[rule] -= 1
        elif event == "progress" and self._clock() - self._last_said >= _SECONDS_BETWEEN:
            self._last_said = self._clock()
            if (left := self._seconds_left()) > 0:
                self._say(f"about {in_words(left)} left")

    def _seconds_left(self) -> float:
        now = self._clock()
        ended = [seconds for took in self._took.values() for seconds in took]
        if not ended:
            return 0
        expected = {rule: mean(self._took.get(rule, ended)) for rule in self._waiting}
        running = [(rule, now - began) for rule, began in self._begun.values()]
        work = sum(expected[rule] * count for rule, count in self._waiting.items())
        work -= sum(min(seconds, expected[rule]) for rule, seconds in running)
        busy = sum(ended) + sum(seconds for _, seconds in running)
        return work / max(busy / (now - self._first), 1)


def in_words(seconds: float) -> str:
    """Return a duration as a person would say it: in tens of seconds, minutes or hours."""
    if seconds < 55:
        return f"{max(round(seconds, -1), 10):.0f} s"
    if seconds < 100 * 60:
        return f"{max(seconds / 60, 1):.0f} min"
    return f"{seconds / 3600:.1f} h"
