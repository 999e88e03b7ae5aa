"""How long jobs take to start on this machine: Python, and what their scripts import."""

import os
import subprocess
import sys
from pathlib import Path

_SCRIPTS = str(Path(__file__).parents[2])  # where scripts find the library
_PREAMBLE = "import snakemake.script, defrost.provenance.record"  # what every script begins with

# By what a rule does. Drawing is no start, but as long for every figure.
_WORDS = {
    "compute": "import defrost.transfer.cell",
    "tabulate": "import pandas, jsonschema, defrost.provenance.tables",
    "draw": """
import io
from defrost.figures.style import in_style
from matplotlib.figure import Figure
with in_style():
    figure = Figure(layout="constrained")
    for axes in figure.subplots(2, 3).flat:
        axes.plot(range(10), label="line")
        axes.legend()
    for kind in ("pdf", "png"):
        figure.savefig(io.BytesIO(), format=kind)
""",
}

_TABLES = {
    "collect_accuracy",
    "collect_clone_ladder",
    "collect_cross_validation",
    "collect_similarity",
    "correlate_dial",
    "find_optimal_depth",
    "rank_sources",
    "recommend",
    "select_depth",
    "test_findings",
}


def kind_of(rule: str) -> str:
    """Return how a rule's script starts."""
    if rule.startswith("plot_"):
        return "draw"
    return "tabulate" if rule in _TABLES else "compute"


def measure_starts() -> dict[str, float]:
    """Return the seconds of each kind of start, of work: other processes may run meanwhile."""
    started = {}
    for kind, words in _WORDS.items():
        code = f"import sys; sys.path.insert(0, {_SCRIPTS!r})\n{_PREAMBLE}\n{words}"
        started[kind] = subprocess.Popen([sys.executable, "-c", code])
    return {kind: _work_of(process) for kind, process in started.items()}


def _work_of(process: subprocess.Popen) -> float:
    """Return the seconds of work of a process, once it has ended."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return used.ru_utime + used.ru_stime
