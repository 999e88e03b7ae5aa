"""What befalls jobs on a cluster: trainings go on, runs end well, and failures say why."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import STATE, Run, network, resumed_after, slurm, wait_for_a_state, wait_until

TRAINING = "pretraining: {steps: 10000}"
# a minute, and two at the second attempt; asked to end some seconds before that
SHORT = (
    "--set-resources",
    "pretrain_source:slurm_partition=gpu",
    "pretrain_source:runtime=attempt",
    "pretrain_source:slurm_extra=--signal=TERM@20",
)


def assert_trained(run: Run, undisturbed: bytes) -> None:
    """The first source went on where it was stopped, and its network has the same bytes."""
    assert run.end() == 0, run.output
    assert resumed_after(run, "first") > 0
    assert (run.folder / network("first")).read_bytes() == undisturbed


def assert_same_job(run: Run) -> None:
    """SLURM itself has tried again, under the same number."""
    (job,) = run.jobs()
    assert (job["JobState"], job["Restarts"]) == ("COMPLETED", "1")


@pytest.fixture(scope="module", autouse=True)
def limited(train) -> Iterator[Run]:
    """A training whose time is too short. It takes minutes: the first tests run beside it."""
    run = train(["first"], *SHORT, changes={TRAINING: "pretraining: {steps: 80000}"})
    yield run
    run.abandon()


def test_a_cancelled_job_is_tried_again(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    slurm("scancel", run.job()["JobId"])
    assert_trained(run, undisturbed)
    assert "SLURM status is: 'CANCELLED'" in run.output
    assert [job["JobState"] for job in run.jobs()] == ["CANCELLED", "COMPLETED"]


def test_a_requeued_job_goes_on(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    slurm("scontrol", "requeue", run.job()["JobId"])
    assert_trained(run, undisturbed)
    assert_same_job(run)


def test_a_time_limit_leads_to_an_attempt_with_more_time(limited):
    run = limited
    assert run.end() == 0, run.output
    *stopped, last = run.jobs()  # one attempt was stopped, or more on a slow machine
    assert {job["JobState"] for job in stopped} == {"FAILED"}
    assert last["JobState"] == "COMPLETED"
    limits = [f"00:0{attempt}:00" for attempt in range(1, len(stopped) + 2)]
    assert [job["TimeLimit"] for job in run.jobs()] == limits
    assert run.output.count("stopped by a signal; the state is saved") >= len(stopped)
    # the attempt before said how far it was before it ended
    assert resumed_after(run, "first") >= last_reported_step(run.output) > 0


def last_reported_step(output: str) -> int:
    return int(re.findall(r"^ *step (\d+) of", output, flags=re.MULTILINE)[-1])


def test_a_preempted_job_goes_on(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    slurm("sbatch", "--partition=urgent", "--gpus=2", "--output=/dev/null", "--wrap=sleep 1")
    assert_trained(run, undisturbed)
    assert_same_job(run)


def test_a_job_goes_on_when_its_node_is_back(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    daemon = int((STATE / "slurmd.g1.pid").read_text())
    for process in (daemon, *processes_of(run.job()["JobId"])):
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: "down" in slurm("sinfo", "-h", "-n", "g1", "-o", "%T"), "g1 is down")
    slurm("slurmd", "-N", "g1")
    assert_trained(run, undisturbed)
    assert_same_job(run)


def processes_of(job: str) -> list[int]:
    """What runs of a job on this machine, SLURM's own processes first."""
    keepers, others = [], []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, variables = ((folder / name).read_text() for name in ("cmdline", "environ"))
        except OSError:  # it has ended meanwhile
            continue
        if f"slurmstepd: [{job}." in command:
            keepers.append(int(folder.name))
        elif f"SLURM_JOB_ID={job}\0" in variables:
            others.append(int(folder.name))
    assert keepers and others
    return keepers + others


def test_a_run_outlives_the_absence_of_the_controller(submit, undisturbed):
    run = submit(["first"])
    wait_for_a_state(run, "first")
    controller = STATE / "slurmctld.pid"
    os.kill(int(controller.read_text()), signal.SIGTERM)
    time.sleep(20)
    assert not controller.exists()
    assert run.process.poll() is None, run.output
    slurm("slurmctld")
    assert run.end() == 0, run.output
    assert (run.folder / network("first")).read_bytes() == undisturbed
    assert [job["JobState"] for job in run.jobs()] == ["COMPLETED"]


def test_ctrl_c_leaves_no_job_behind(submit):
    run = submit(["first", "second", "third"])
    wait_until(lambda: states(run) == ["PENDING", "RUNNING", "RUNNING"], "two of three train")
    run.interrupt()
    assert run.end() != 0
    wait_until(lambda: states(run) == ["CANCELLED"] * 3, "all are cancelled", seconds=10)


def states(run: Run) -> list[str]:
    return sorted(job["JobState"] for job in run.jobs())


def test_a_failure_says_what_where_and_why(submit):
    diverging = "pretraining: {steps: 10000, learning_rate: 1.0e+30}"
    run = submit(["first"], "--retries", "0", changes={TRAINING: diverging})
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
