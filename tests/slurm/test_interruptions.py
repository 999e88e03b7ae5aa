"""What befalls jobs on a cluster: trainings go on, runs end well, and failures say why."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cluster import Run, network, resumed_after, slurm, wait_for_a_state, wait_until

STATE = Path("/var/tmp/defrost-slurm")
# one minute at the first attempt, two at the second; the signal some seconds before the limit
SHORT = (
    "--set-resources",
    "pretrain_source:slurm_partition=gpu",
    "pretrain_source:runtime=attempt",
    "pretrain_source:slurm_extra='--signal=TERM@20'",
)
BROKEN = "learning_rate: 1.0e+30"


def assert_trained(run: Run, undisturbed: bytes) -> None:
    """The first source went on where it was stopped, and its network has the same bytes."""
    assert run.end() == 0, run.output
    assert resumed_after(run, "first") > 0
    assert (run.folder / network("first")).read_bytes() == undisturbed


def test_a_cancelled_job_is_tried_again(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    slurm("scancel", run.job("first")["JobId"])
    assert_trained(run, undisturbed)
    assert "SLURM status is: 'CANCELLED'" in run.output
    assert [job["JobState"] for job in run.jobs()] == ["CANCELLED", "COMPLETED"]


def test_a_requeued_job_goes_on_under_its_number(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    slurm("scontrol", "requeue", run.job("first")["JobId"])
    assert_trained(run, undisturbed)
    (job,) = run.jobs()
    assert (job["JobState"], job["Restarts"]) == ("COMPLETED", "1")


def test_a_preempted_job_goes_on_under_its_number(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    slurm("sbatch", "--partition=urgent", "--gpus=2", "--output=/dev/null", "--wrap=sleep 1")
    assert_trained(run, undisturbed)
    (job,) = run.jobs()
    assert (job["JobState"], job["Restarts"]) == ("COMPLETED", "1")


def test_a_job_goes_on_when_its_node_is_back(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    for process in processes_of_node("g1"):
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: "down" in slurm("sinfo", "-h", "-n", "g1", "-o", "%T"), "g1 is down")
    slurm("slurmd", "-N", "g1")
    assert_trained(run, undisturbed)
    (job,) = run.jobs()
    assert (job["JobState"], job["Restarts"]) == ("COMPLETED", "1")


def processes_of_node(node: str) -> list[int]:
    """A node's daemon first, then what it has started."""
    daemon = int((STATE / f"slurmd.{node}.pid").read_text())
    ...


def test_a_run_outlives_an_absence_of_the_controller(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    controller = STATE / "slurmctld.pid"
    os.kill(int(controller.read_text()), signal.SIGTERM)
    wait_until(lambda: not controller.exists(), "the controller is gone")
    time.sleep(20)
    assert run.process.poll() is None, run.output
    slurm("slurmctld")
    assert run.end() == 0, run.output
    assert (run.folder / network("first")).read_bytes() == undisturbed


def test_ctrl_c_leaves_no_job_behind(submit):
    run = submit(["first", "second", "third"])
    wait_until(lambda: states(run) == ["PENDING", "RUNNING", "RUNNING"], "two of three train")
    run.interrupt()
    assert run.end() != 0
    assert set(states(run)) <= {"CANCELLED", "COMPLETING"}


def states(run: Run) -> list[str]:
    return sorted(job["JobState"] for job in run.jobs())


def test_a_time_limit_leads_to_an_attempt_with_more_time(submit):
    run = submit(["first"], *SHORT, *LONGER)
    assert run.end() == 0, run.output


def test_a_failure_says_what_where_and_why(submit):
    run = submit(["first"], *BROKEN, "--retries", "0")
    assert run.end() == 1
