"""Snakemake on the cluster of start.sh, and what SLURM has on record."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

LONG = ("--configfile", "tests/slurm/long.yaml")
STATE = Path("/var/tmp/defrost-slurm")  # of start.sh
FIELDS = (
    *("JobId", "JobName", "JobState", "Partition", "Restarts", "TimeLimit"),
    *("StartTime", "EndTime", "NumCPUs", "MinMemoryNode"),
)
OPTIONAL = ("Comment", "TresPerJob")
# columns of tables that depend on the clock
NOT_REPEATABLE = ["train_seconds", "peak_memory"]


class Run:
    """`snakemake --profile slurm`, at work in a checkout.

    `home` is where Snakemake finds the profile by its name.
    """

    def __init__(self, folder: Path, home: Path, *arguments: str) -> None:
        self.folder = folder
        profiles = ("--profile", "slurm", "--profile", "profiles/slurm-ci")
        command = [sys.executable, "-m", "snakemake", "--nocolor", *profiles, *arguments]
        self._output = folder / "output.txt"
        with self._output.open("w") as file:
            self.process = subprocess.Popen(
                # whoever started the tests in the background made them ignore Ctrl-C
                ["env", "--default-signal=INT", *command],
                cwd=folder,
                env={**os.environ, "XDG_CONFIG_HOME": str(home)},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """All that Snakemake has said so far."""
        return self._output.read_text()

    def end(self, seconds: float = 400) -> int:
        """Wait for the end and return the exit status."""
        return self.process.wait(seconds)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing of a run that a failed test has left."""
        if self.process.poll() is None:
            self.interrupt()
            self.end()

    def jobs(self) -> list[dict[str, str]]:
        """What SLURM has on record of this run's jobs, in the order of their numbers."""
        name = re.search(r"SLURM run ID: (\S+)", self.output)
        return [job for job in records() if name and job["JobName"] == name[1]]

    def job(self) -> dict[str, str]:
        """What SLURM has on record of this run's only job."""
        (job,) = self.jobs()
        return job


def link_profile(checkout: Path, home: Path) -> None:
    """Leave the profile of a checkout where Snakemake finds it by its name, as a user would."""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(home)}
    subprocess.run(["make", "slurm-profile"], cwd=checkout, env=environment, check=True)


def slurm(*command: str) -> str:
    """Run one of SLURM's programs and return what it prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def records() -> list[dict[str, str]]:
    """All jobs that the controller remembers."""
    found = []
    for line in slurm("scontrol", "show", "job", "--oneliner").splitlines():
        if line.startswith("JobId="):
            job = {name: re.search(rf"\b{name}=(\S*)", line)[1] for name in FIELDS}
            for name in OPTIONAL:
                match = re.search(rf"\b{name}=(\S*)", line)
                job[name] = match[1] if match else ""
            found.append(job)
    return sorted(found, key=lambda job: int(job["JobId"]))


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


def stand_still(run: Run) -> None:
    """Stop the process that trains in a run's only job: SLURM wakes whom it asks to end."""
    for process in processes_of(run.job()["JobId"]):
        program, *arguments = Path(f"/proc/{process}/cmdline").read_text().split("\0")
        if Path(program).name.startswith("python") and ".snakemake/scripts/" in arguments[0]:
            os.kill(process, signal.SIGSTOP)


def wait_until(condition: Callable[[], object], what: str, seconds: float = 180) -> None:
    """Wait until `condition` holds; AssertionError after some seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.2)


def network(source: str) -> str:
    """Path of a source's network in the long study."""
    return f"results/long/sources/{source}/seed-0.safetensors"


def wait_for_a_state(run: Run, source: str) -> None:
    """Wait until a training that is under way saves its state once more."""
    state = run.folder / f"{network(source)}".replace("seed-0", ".resume-seed-0")
    state /= "state.safetensors"
    before = state.stat().st_mtime_ns if state.exists() else 0

    def saved() -> bool:
        assert run.process.poll() is None, run.output
        return state.exists() and state.stat().st_mtime_ns != before

    wait_until(saved, f"{source} saves its state")


def log_of(run: Run, source: str) -> str:
    """The log of the last attempt at a source."""
    return (run.folder / f"results/long/logs/pretrain_source/{source}/seed-0.log").read_text()


def resumed_after(run: Run, source: str) -> int:
    """The step after which the last attempt at a source went on."""
    found = re.search(r"^going on after step (\d+)$", log_of(run, source), flags=re.MULTILINE)
    return int(found[1])


def reported_steps(text: str) -> list[int]:
    """The steps that trainings have said they were at."""
    return [int(step) for step in re.findall(r"^ *step (\d+) of", text, flags=re.MULTILINE)]
