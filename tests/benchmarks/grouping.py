"""Measure what short cells cost on a cluster beyond their training, one to a job and grouped by 20.

On the cluster of tests/slurm, which it starts and stops (Debian, root). `make benchmark-slurm`
calls it.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "slurm")]

from checkout import copy_checkout, snakemake
from cluster import Run, link_profile

CELLS = 60
SLOTS = 2  # GPUs of the cluster: jobs that train at once
STUDY = """\
run: [short]
replicates_per_job: 1
studies:
  short:
    target:
      dataset: hidden_manifold
      input_dimension: 60
      split: {train: 40, probe: 40, test: 40}
    sources:
      near: {kind: hidden_manifold, train_examples: 200, test_examples: 40}
    network: {name: mlp, widths: [16, 16]}
    depths: [0, 1, 2]
    sizes: [20]
    replicates: 20
    pretraining: {steps: 50}
    training: {steps: 50}
"""
WAYS = {
    "one to a job": (),
    "20 to a job": ("--profile", "profiles/grouped"),
}


def overhead(prepared: Path, home: Path, way: str) -> float:
    """Train all cells in a copy of a checkout that has their inputs.

    Print what that took, and return the seconds of a cell beyond its training.
    """
    folder = shutil.copytree(prepared, home / way)
    began = time.perf_counter()
    run = Run(folder, home, "transfer", *WAYS[way], "--configfile", "short.yaml")
    if run.end(900) != 0:
        sys.exit(run.output)
    wall = time.perf_counter() - began
    rows = pd.read_csv(folder / "results/short/tables/accuracy.csv")
    assert len(rows) == CELLS
    training = rows["train_seconds"].mean()
    besides = wall * SLOTS / CELLS - training
    print(f"{CELLS} cells, {way}: {len(run.jobs())} jobs, {wall:.0f} s of wall time")
    print(f"  a cell: {training:.2f} s of training, {besides:.2f} s besides")
    return besides


def main() -> None:
    """Print what a cell costs each way, and what grouping leaves of it."""
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        checkout = copy_checkout(home / "checkout")
        link_profile(checkout, home)
        (checkout / "short.yaml").write_text(STUDY)
        made = snakemake(checkout, "sources", "--configfile", "short.yaml")
        if made.returncode != 0:
            sys.exit(made.stderr)
        alone, grouped = (overhead(checkout, home, way) for way in WAYS)
        print(f"grouping leaves {grouped / alone:.2f} of what comes besides training (at most 0.5)")


if __name__ == "__main__":
    try:
        subprocess.run([TESTS / "slurm/start.sh"], check=True)
        main()
    finally:
        subprocess.run([TESTS / "slurm/stop.sh"], check=True)
