"""Measure a run of the default studies, and of what it does the parts that must be fast.

What a run takes beside what `snakemake estimate` said, how much of it is training and what a
redrawn figure costs, in a copy of the checkout in a temporary folder; training beside a plain loop;
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


def estimated_seconds(folder: Path, *arguments: str) -> float:
    """Print what `snakemake estimate` says and return the wall time in it."""
    command = [sys.executable, "-m", "snakemake", "estimate", "--cores", str(CORES), *arguments]
    said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    print(said)
    number, unit = re.search(r"^here +([\d,.]+) (s|min|h)", said, re.MULTILINE).groups()
    return float(number.replace(",", "")) * {"s": 1, "min": 60, "h": 3600}[unit]


def measure_run(folder: Path) -> None:
    """Run the default studies and print where the time went."""
    estimated = estimated_seconds(folder)
    wall = seconds(folder, "-m", "snakemake", "--cores", str(CORES))
    jobs = pd.DataFrame(_jobs(folder), columns=["rule", "seconds"])
    training = sum(_training_seconds(folder))
    own = jobs["seconds"].sum()
    print(f"default studies: {wall:.0f} s of wall time on {CORES} cores, {len(jobs)} jobs")
    print(jobs.groupby("rule")["seconds"].agg(["count", "mean", "sum"]).round(1).to_string())
    print(f"estimated {estimated:.0f} s / taken {wall:.0f} s = {estimated / wall:.2f} (0.5 to 2)")
    print(f"wall time x cores {wall * CORES:.0f} s")
    print(f"  / the jobs' own time  {own:4.0f} s = {wall * CORES / own:.2f} (at most 1.3)")
    print(f"  / training proper     {training:4.0f} s = {wall * CORES / training:.2f}")


def measure_redraw(folder: Path) -> None:
    """Print what planning costs, and one figure after an edit of its style, beside its script."""
    settings = json.loads((folder / FIGURE).with_suffix(".json").read_text())["settings"]
    style = folder / "workflow/scripts/defrost/figures/style.py"
    commands = {
        "snakemake --version": ("-m", "snakemake", "--version"),
        "snakemake -n": ("-m", "snakemake", "-n"),
        "script alone": ("-c", ALONE.format(settings=settings)),
        "style edit": ("-m", "snakemake", FIGURE),
    }
    times: dict[str, list[float]] = {what: [] for what in commands}
    for number in range(REPEATS):
        for what, command in commands.items():
            if what == "style edit":
                style.write_text(f"{style.read_text()}EDIT = {number}\n")
            times[what].append(seconds(folder, *command))
    version, plan, script, redraw = map(statistics.median, times.values())
    print(f"medians of {REPEATS}:")
    print(f"  a plan         {plan:.2f} s, {plan - version:.2f} s more than snakemake --version")
    print(
        f"  a style edit   {redraw:.2f} s until the figure is redrawn, {redraw / script:.1f} times"
    )
    print(f"                 the plotting script alone ({script:.2f} s; at most 3)")


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
