"""What befalls jobs on a cluster: trainings go on, runs end well, and failures say why.

All of it befalls runs side by side, which mostly wait: for SLURM, and until Snakemake looks at its
jobs again. Each takes place where it disturbs no other: what a node loses on c2, preemption on g1.
"""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from cluster import (
    STATE,
    Run,
    log_of,
    network,
    processes_of,
    reported_steps,
    resumed_after,
    slurm,
    stand_still,
    wait_for_a_state,
    wait_until,
)

TRAINING = "pretraining: {steps: 10000}"


def at(node: str, extra: str = "", **resources: object) -> list[str]:
    """Arguments that let trainings run on a node without GPUs, and ask SLURM for more."""
    asked = {"slurm_partition": "cpu", "gpu": 0, **resources}
    asked["slurm_extra"] = f"--nodelist={node} {extra}".strip()
    return ["--set-resources", *(f"pretrain_source:{name}={asked[name]}" for name in asked)]


def cancelled(run: Run) -> None:
    slurm("scancel", run.job()["JobId"])


def requeued(run: Run) -> None:
    slurm("scontrol", "requeue", run.job()["JobId"])


def preempted(run: Run) -> None:
    slurm("sbatch", "--partition=urgent", "--gpus=2", "--output=/dev/null", "--wrap=sleep 1")


def lost_with_its_node(run: Run) -> None:
    daemon = int((STATE / "slurmd.c2.pid").read_text())
    for process in (daemon, *processes_of(run.job()["JobId"])):
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: "down" in slurm("sinfo", "-h", "-n", "c2", "-o", "%T"), "c2 is down")
    slurm("slurmd", "-N", "c2")


def asked_to_end(run: Run) -> None:
    wait_until(lambda: reported_steps(log_of(run, "first")), "it says how far it is")
    stand_still(run)  # until the signal that comes some time before the limit


def stuck(run: Run) -> None:
    stand_still(run)  # until SLURM ends it at the limit


# a minute, and two at the second attempt
LIMIT = {"runtime": "attempt"}
WHERE = {
    cancelled: at("c1"),
    requeued: at("c1"),
    preempted: [],
    lost_with_its_node: at("c2"),
    asked_to_end: at("c1", "--signal=TERM@5", **LIMIT),
    stuck: at("c1", **LIMIT),
}


@pytest.fixture(scope="module")
def after(train) -> Iterator[Callable[[Callable], Run]]:
    """Wait for the end of the run that something befell."""

    def befall(what: Callable[[Run], None]) -> Run:
        run = train(["first"], *WHERE[what])
        wait_for_a_state(run, "first")
        what(run)
        assert run.end() == 0, run.output
        return run

    with ThreadPoolExecutor(len(WHERE)) as pool:
        futures = {what: pool.submit(befall, what) for what in WHERE}
        yield lambda what: futures[what].result()


def assert_trained(run: Run, undisturbed: bytes) -> None:
    """The training went on where it was stopped, and its network has the same bytes."""
    assert resumed_after(run, "first") > 0
    assert (run.folder / network("first")).read_bytes() == undisturbed


def states(run: Run) -> list[str]:
    return [job["JobState"] for job in run.jobs()]


def test_ctrl_c_leaves_no_job_behind(after, train):
    run = train(["first", "second", "third"])
    wait_until(lambda: set(states(run)) == {"PENDING", "RUNNING"}, "some train, others wait")
    run.interrupt()
    assert run.end() != 0
    wait_until(lambda: states(run) == ["CANCELLED"] * 3, "all are cancelled", seconds=10)


def test_a_failure_says_what_where_and_why(after, train):
    diverging = "pretraining: {steps: 10000, learning_rate: 1.0e+30}"
    run = train(["first"], *at("c1"), "--retries", "0", changes={TRAINING: diverging})
    assert run.end() == 1
    job = run.job()["JobId"]
    for part in (
        "Error in rule pretrain_source:",
        f"external_jobid: {job}",
        "study=long source=first seed=0",
        "log: results/long/logs/pretrain_source/first/seed-0.log",
        f".snakemake/slurm_logs/rule_pretrain_source/long_first_0/{job}.log",
        "learning_rate 1e+30 may be too large",
    ):
        assert part in run.output, f"{part} is missing in: {run.output}"


def test_a_cancelled_job_is_tried_again(after, undisturbed):
    run = after(cancelled)
    assert_trained(run, undisturbed)
    assert "SLURM status is: 'CANCELLED'" in run.output
    assert states(run) == ["CANCELLED", "COMPLETED"]


@pytest.mark.parametrize("what", [requeued, preempted, lost_with_its_node])
def test_slurm_itself_tries_again_under_the_same_number(after, what, undisturbed):
    run = after(what)
    assert_trained(run, undisturbed)
    (job,) = run.jobs()
    assert (job["JobState"], job["Restarts"]) == ("COMPLETED", "1")


@pytest.mark.parametrize(("what", "state"), [(asked_to_end, "FAILED"), (stuck, "TIMEOUT")])
def test_a_time_limit_leads_to_an_attempt_with_more_time(after, what, state, undisturbed):
    run = after(what)
    assert_trained(run, undisturbed)
    assert states(run) == [state, "COMPLETED"]
    assert [job["TimeLimit"] for job in run.jobs()] == ["00:01:00", "00:02:00"]


def test_a_job_that_is_asked_to_end_saves_its_state_first(after):
    run = after(asked_to_end)
    assert "stopped by a signal; the state is saved" in run.output
    # the attempt before said how far it was before it ended
    assert resumed_after(run, "first") >= reported_steps(run.output)[-1]
