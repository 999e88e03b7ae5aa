"""What Snakemake would run: its own plan, job by job."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from defrost.errors import UserError

# names the file that a planning Snakemake writes its jobs to
VARIABLE = "DEFROST_PLAN"


class Job(NamedTuple):
    """A planned job: what it is, its files, how many cores it takes, whether it asks for a GPU."""

    rule: str
    wildcards: dict[str, str]
    inputs: list[str]
    outputs: list[str]
    threads: int
    gpu: bool


class PlanWriter(logging.Handler):
    """Writes every job of a dry run to a file, a line of JSON each, from Snakemake's own events."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self._path = Path(path)

    def emit(self, record: logging.LogRecord) -> None:
        """Write down a job; other events are left alone."""
        if getattr(getattr(record, "event", None), "value", None) != "job_info":
            return
        job = Job(
            record.rule_name,
            dict(record.wildcards or {}),
            list(map(str, record.input)),
            list(map(str, record.output)),
            record.threads,
            bool(record.resources.get("gpu", 0)),
        )
        with self._path.open("a") as file:
            file.write(f"{json.dumps(job)}\n")


def start_plan(config: Path, path: Path, *arguments: str) -> subprocess.Popen:
    """Start to plan target `all` with the config file; the jobs go to the file `path`."""
    path.touch()
    command = [sys.executable, "-m", "snakemake", "all", "--dry-run", "--quiet", "all"]
    return subprocess.Popen(
        [*command, *arguments, "--configfile", config],
        env={**os.environ, VARIABLE: str(path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish_plan(process: subprocess.Popen, path: Path) -> list[Job]:
    """Return the jobs of a plan once it is made; raise UserError where there is none."""
    _, said = process.communicate()
    if process.returncode:
        raise UserError("plan", f"found none: {said.strip()}", "what Snakemake says is the cause")
    return [Job(*json.loads(line)) for line in path.read_text().splitlines()]
