"""Snakemake, run in a folder as a user would."""

import os
import subprocess
import sys
from pathlib import Path


def run_quietly(folder: Path, *arguments: str) -> str | None:
    """Run this Python's Snakemake in a folder; return its last words if it failed."""
    run = _run(folder, *arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return "\n".join(run.stdout.splitlines()[-20:]) if run.returncode else None


def run_aloud(folder: Path, *arguments: str) -> bool:
    """Run this Python's Snakemake in a folder for all to see; return whether it ended well."""
    return _run(folder, *arguments).returncode == 0


def _run(folder: Path, *arguments: str, **streams: int) -> subprocess.CompletedProcess:
    # a profile of the user's may lead to a cluster
    environment = {k: v for k, v in os.environ.items() if k != "SNAKEMAKE_PROFILE"}
    command = [sys.executable, "-m", "snakemake", "--nocolor", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, text=True, errors="replace", **streams
    )
