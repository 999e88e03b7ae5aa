"""Measure a run of the default studies, and of what it does the parts that must be fast.

How much of a run is training and what a redrawn figure costs, in a copy of the checkout in a
temporary folder; training beside a plain loop;
and the clones of large images. `make benchmark` calls it.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from checkout import copy_checkout
from clones import measure_clones
from training import measure_training

CORES = 2
REPEATS = 5
FIGURE = "results/digits/figures/optimal_depth.pdf"

# The plotting script as Snakemake would start it, without Snakemake.
ALONE = """
import sys
from pathlib import Path
from types import SimpleNamespace as Names
sys.path.insert(0, "workflow/scripts")
tables, schemas = "results/digits/tables/", "workflow/schemas/"
snakemake = Names(
    log=["alone.log"], rule="plot_optimal_depth", wildcards={{}},
    params=Names(settings={settings}, code=""),
    input=Names(
        optimal=tables + "optimal_depth.csv", schema=schemas + "optimal_depth.schema.yaml"
    ),
    output=Names(pdf="alone.pdf"),
)
exec(Path("workflow/scripts/plot_optimal_depth.py").read_text())
"""


def seconds(folder: Path, *command: str) -> float:
    """Return the wall time of a command in `folder`."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def measure_run(folder: Path) -> None:
    """Run the default studies and print where the time went."""
    wall = seconds(folder, "-m", "snakemake", "--cores", str(CORES))
    jobs = pd.DataFrame(_jobs(folder), columns=["rule", "seconds"])
    training = sum(_training_seconds(folder))
    own = jobs["seconds"].sum()
    print(f"default studies: {wall:.0f} s of wall time on {CORES} cores, {len(jobs)} jobs")
    print(jobs.groupby("rule")["seconds"].agg(["count", "mean", "sum"]).round(1).to_string())
    print(f"wall time x cores {wall * CORES:.0f} s")
    print(f"  / the jobs' own time  {own:4.0f} s = {wall * CORES / own:.2f} (at most 1.3)")
    print(f"  / training proper     {training:4.0f} s = {wall * CORES / training:.2f}")


def measure_redraw(folder: Path) -> None:
    """Print what one redrawn figure costs beside the parts that cannot be avoided."""
    settings = json.loads((folder / FIGURE).with_suffix(".json").read_text())["settings"]
    times: dict[str, list[float]] = {"snakemake --version": [], "script alone": [], "redraw": []}
    for _ in range(REPEATS):
        (folder / FIGURE).unlink()
        times["redraw"].append(seconds(folder, "-m", "snakemake", FIGURE))
        times["snakemake --version"].append(seconds(folder, "-m", "snakemake", "--version"))
        times["script alone"].append(seconds(folder, "-c", ALONE.format(settings=settings)))
    print(f"one figure redrawn, medians of {REPEATS}:")
    for what, values in times.items():
        print(f"  {what:20} {statistics.median(values):.2f} s")


def _jobs(folder: Path) -> list[tuple[str, float]]:
    jobs = []
    for benchmarks in folder.glob("results/**/benchmarks"):
        for path in benchmarks.rglob("*.tsv"):
            rule = path.relative_to(benchmarks).parts[0].removesuffix(".tsv")
            jobs.append((rule, float(pd.read_csv(path, sep="\t")["s"].iloc[0])))
    return jobs


def _training_seconds(folder: Path) -> list[float]:
    kept = []
    for table in folder.glob("results/*/tables/accuracy.csv"):
        kept.append(pd.read_csv(table)["train_seconds"].sum())
    for rule in ("pretrain_source", "train_reference"):
        for log in folder.glob(f"results/*/logs/{rule}/**/*.log"):
            kept += map(float, re.findall(r"^trained in ([\d.]+) s$", log.read_text(), re.M))
    return kept


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        checkout = copy_checkout(Path(temporary))
        measure_run(checkout)
        measure_redraw(checkout)
        measure_training(checkout / "results/digits")
    measure_clones()
