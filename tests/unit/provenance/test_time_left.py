"""The time that a run will still take, from events as Snakemake sends them."""

import logging
from types import SimpleNamespace

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from defrost.provenance.time_left import TimeLeft, in_words


@pytest.fixture
def run():
    """A run of one fast rule and one slow one, on a clock that the test sets."""

    class Run:
        def __init__(self):
            self.now, self.said = 0.0, []
            self.handler = TimeLeft(self.said.append, lambda: self.now)
            self.send(LogEvent.RUN_INFO, stats={"fast": 10, "slow": 2, "total": 12})

        def send(self, event, **values):
            self.handler.emit(SimpleNamespace(event=event, **values))

        def start(self, jobid, rule):
            self.send(LogEvent.JOB_INFO, jobid=jobid, rule_name=rule)

        def end(self, jobid):
            self.send(LogEvent.JOB_FINISHED, job_id=jobid)
            self.send(LogEvent.PROGRESS, done=1, total=12)

    return Run()


def test_each_rule_is_expected_to_take_what_it_took(run):
    run.start(1, "slow")
    run.now = 100
    run.end(1)
    for jobid in range(2, 7):
        run.start(jobid, "fast")
        run.now += 4
        run.end(jobid)
    # five fast ones of 4 s and a slow one of 100 s, one after another
    assert run.said[-1] == "about 2 min left"


def test_jobs_that_run_side_by_side_halve_it(run):
    for first, rule in ((1, "slow"), (3, "fast")):
        run.start(first, rule)
        run.start(first + 1, rule)
        run.now += 300
        run.end(first)
        run.end(first + 1)
    # eight fast ones of 300 s, two at a time
    assert run.said[-1] == "about 20 min left"


def test_what_running_jobs_have_done_counts(run):
    run.start(1, "slow")
    run.now = 600
    run.end(1)
    run.start(2, "slow")
    run.start(3, "fast")
    run.now = 900
    run.end(3)
    # nine fast ones of 300 s and half a slow one, 4/3 at a time
    assert run.said[-1] == "about 38 min left"


def test_a_line_in_ten_seconds_is_enough_and_none_is_said_at_the_end(run):
    for jobid in range(10):
        run.start(jobid, "fast")
        run.now += 1.1
        run.end(jobid)
    assert len(run.said) == 1
    for jobid in (10, 11):
        run.start(jobid, "slow")
        run.now += 20
        run.end(jobid)
    assert len(run.said) == 2


def test_lines_that_are_no_events_are_left_alone(run):
    run.handler.emit(logging.makeLogRecord({"msg": "words"}))
    run.send(LogEvent.PROGRESS, done=0, total=12)
    assert run.said == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "10 s"), (44, "40 s"), (56, "1 min"), (5000, "83 min"), (9000, "2.5 h")],
)
def test_durations_in_words(seconds, words):
    assert in_words(seconds) == words
