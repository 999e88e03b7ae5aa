"""What a user reads of planned jobs: sums by stage, the wall time, what is left to do."""

import pytest

from defrost.estimate.costs import Cost
from defrost.estimate.plan import Job
from defrost.estimate.report import report
from defrost.estimate.table import duration, size, table
from defrost.estimate.wall import seconds_in_turn, wall_seconds


def job(rule, inputs, outputs, gpu=False, threads=1, **wildcards):
    return Job(rule, wildcards, inputs, outputs, threads, gpu)


JOBS = [
    job("all", ["a", "b"], []),
    job("train_transfer", ["network"], ["a"], gpu=True, depth="1"),
    job("train_transfer", ["network"], ["b"], gpu=True, depth="2"),
    job("pretrain_source", ["data"], ["network"], gpu=True),
    job("make_dataset", ["already there"], ["data"]),
]
COSTS = [
    Cost(),
    Cost(10**12, 100, 10),
    Cost(10**12, 140, 20, room=3 * 10**9),
    Cost(4 * 10**12, 1000, 40, 10**6),
    Cost(0, 5, 0, 5 * 10**8),
]
SECONDS = [cost.seconds for cost in COSTS]


def lines(left=JOBS, cores=2, rate=5e12, unknown=()):
    return report(JOBS, COSTS, left, cores, rate, unknown).splitlines()


def line(start, **given):
    (found,) = [" ".join(x.split()) for x in lines(**given) if x.startswith(start)]
    return found


def test_stages_and_their_sum():
    assert line("stage") == "stage jobs operations core time GPU time disk"
    assert line("data") == "data 1 - 5.0 s - 500 MB"
    assert line("sources") == "sources 1 4.0e+12 17 min 40 s 1.0 MB"
    assert line("transfer") == "transfer 2 2.0e+12 4.0 min 30 s -"
    assert line("all") == "all 5 6.0e+12 21 min 70 s 501 MB"
    assert not [x for x in lines() if x.startswith("selection")]


def test_jobs_that_wait_for_one_another_bound_the_wall_time():
    assert seconds_in_turn(JOBS, SECONDS) == 5 + 1000 + 140
    assert wall_seconds(JOBS, SECONDS, 1) == 1245
    assert wall_seconds(JOBS, SECONDS, 100) == 1145
    text = "here 21 min on 1 core; 19 min on any number: jobs wait for one another"
    assert line("here", cores=1) == text


def test_threads_of_a_job_count():
    jobs = [job("train_transfer", [], [name], threads=2) for name in "abc"]
    assert wall_seconds(jobs, [10, 10, 10], 4) == 15
    assert wall_seconds(jobs, [10, 10, 10], 1) == 30
    assert "60 s" in table(jobs, [Cost(seconds=10)] * 3)


def test_what_a_gpu_does_is_said_to_be_assumed_or_measured():
    assert "assumed: 5 x 10^12" in line("GPU time")
    assert line("GPU time").endswith("65 s on any number")
    assert "measured here" in line("GPU time", rate=None)


def test_room_beside_results():
    assert "up to 3.0 GB more" in line("disk")


def test_what_is_left_to_do():
    assert not [x for x in lines() if x.startswith("left to do")]
    assert line("left to do", left=JOBS[:2]) == "left to do 2 of 5 jobs, 1.7 min of core time"
    assert line("left to do", left=[]) == "left to do 0 of 5 jobs, 0.0 s of core time"


def test_a_study_of_unknown_images_is_named():
    assert "snakemake data" in line("own", unknown=["own"])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (9.96, "10 s"),
        (99, "99 s"),
        (100, "1.7 min"),
        (5999, "100 min"),
        (6000, "1.7 h"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0.0 B"), (999, "999 B"), (1000, "1.0 kB"), (4.2e12, "4,200 GB")]
)
def test_sizes(count, text):
    assert size(count) == text
