"""Cells of the smoke preset several to a job: the same bytes, at one cell's price."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from checkout import SMOKE
from cluster import NOT_REPEATABLE, Run

CELLS = ("scratch", "transfer")
GROUPED = ("--profile", "profiles/grouped", "--group-components", "scratch=3", "transfer=5")


@pytest.fixture(scope="module")
def grouped(local, home, tmp_path_factory) -> Iterator[Run]:
    """Train all cells again, in a copy of a finished run."""
    folder = shutil.copytree(local(), tmp_path_factory.mktemp("grouped") / "defrost")
    for study in folder.glob("results/smoke*"):
        (study / "tables/accuracy.csv").unlink()
        for cells in CELLS:
            shutil.rmtree(study / cells)
            shutil.rmtree(study / "benchmarks" / f"train_{cells}")
    with Run(folder, home, "transfer", *GROUPED, *SMOKE) as run:
        assert run.end() == 0, run.output
        yield run


def test_a_job_of_several_cells_asks_for_what_one_needs_and_for_the_time_of_all(grouped):
    asked = ("TresPerJob", "NumCPUs", "MinMemoryNode", "TimeLimit")
    jobs = [tuple(job[name] for name in asked) for job in grouped.jobs()]
    one = ("gres:gpu:1", "1", "8096M")
    # 4 cells from scratch: 3 and 1, of 20 minutes each; 14 transfers: 5, 5 and 4, of 12 each
    times = ["00:20:00", "00:48:00", "01:00:00", "01:00:00", "01:00:00"]
    assert sorted(jobs) == [(*one, time) for time in times]
    assert {job["JobState"] for job in grouped.jobs()} == {"COMPLETED"}


def test_cells_of_a_job_train_in_turn(grouped):
    spans = []
    for kind in CELLS:
        for path in grouped.folder.glob(f"results/smoke*/benchmarks/train_{kind}/**/*.tsv"):
            log = str(path).replace("/benchmarks/", "/logs/").replace(".tsv", ".log")
            end = Path(log).stat().st_mtime  # Snakemake has touched the other files later
            spans.append((end - pd.read_csv(path, sep="\t")["s"].iloc[0], end))
    assert len(spans) == 18
    # two GPUs, so two jobs at once, and of each a cell
    assert max(sum(began <= time < end for began, end in spans) for time, _ in spans) == 2


def test_grouped_cells_are_those_of_a_run_without_groups(grouped, local):
    assert cells(grouped.folder) == cells(local())


def cells(folder: Path) -> dict[str, str]:
    """Every cell's rows, without what depends on the clock."""
    found = {}
    for kind in CELLS:
        for path in folder.glob(f"results/smoke*/{kind}/**/*.csv"):
            rows = pd.read_csv(path, dtype=str).drop(columns=NOT_REPEATABLE)
            found[str(path.relative_to(folder))] = rows.to_csv()
    assert len(found) == 18
    return found
