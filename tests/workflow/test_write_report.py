"""How the report is made: without a network, and again the same."""

import os
import re
import subprocess
import sys
from zipfile import ZipFile

import pytest
from checkout import SMOKE

pytestmark = pytest.mark.slow

# nobody listens there
DEAD_PROXY = {f"{protocol}_proxy": "http://127.0.0.1:9" for protocol in ("http", "https")}
UNSHARE = ["unshare", "--map-root-user", "--net"]


def without_network() -> list[str]:
    """Return what a command is run by to have no network; nothing where that is not allowed."""
    try:
        allowed = subprocess.run([*UNSHARE, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        allowed = False
    return UNSHARE if allowed else []


def test_it_needs_no_network_and_is_the_same_every_time(finished, finished_copy):
    made = subprocess.run(
        [*without_network(), sys.executable, "-m", "snakemake", "report", *SMOKE]
        + ["--forcerun", "report"],
        cwd=finished_copy,
        env={**os.environ, **DEAD_PROXY},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    results = finished_copy / "results"
    assert (results / "report.html").read_bytes() == (finished / "results/report.html").read_bytes()
    assert content(results / "report.zip") == content(finished / "results/report.zip")
    assert not list(results.glob(".partial-*"))


def content(archive):
    """Names of the files in an archive, in order, and what they hold."""
    with ZipFile(archive) as files:
        return [(name, files.read(name)) for name in files.namelist()]


def test_an_edited_caption_makes_it_anew_and_nothing_else(finished_copy, run):
    with (finished_copy / "workflow/report/accuracy_by_depth.rst").open("a") as file:
        file.write("\n")
    planned = run(finished_copy, *SMOKE, "--dry-run", "--quiet", "rules")
    rules = re.findall(r"^(\w+) +\d+$", planned.stdout + planned.stderr, flags=re.MULTILINE)
    assert set(rules) == {"report", "all", "total"}
