"""Snakemake on the cluster of start.sh, and what SLURM has on record."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

LONG = ("--configfile", "tests/slurm/long.yaml")
STATE = Path("/var/tmp/defrost-slurm")  # of start.sh
FIELDS = (
    *("JobId", "JobName", "JobState", "Partition", "Restarts", "TimeLimit"),
    *("StartTime", "EndTime"),
)
OPTIONAL = ("Comment", "TresPerJob")


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

    def abandon(self) -> None:
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


def resumed_after(run: Run, source: str) -> int:
    """The step after which the last attempt at a source went on."""
    log = (run.folder / f"results/long/logs/pretrain_source/{source}/seed-0.log").read_text()
    return int(re.search(r"^going on after step (\d+)$", log, flags=re.MULTILINE)[1])
