"""The whole smoke preset through the profile, against SLURM's own record of it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from checkout import SMOKE, copy_checkout
from cluster import NOT_REPEATABLE, Run

TRAINING = {
    "pretrain_source",
    "train_scratch",
    "train_transfer",
    "train_reference",
    "finetune_source",
    "cross_validate_scratch",
    "cross_validate",
}


@pytest.fixture(scope="module")
def smoke(cluster, home, tmp_path_factory) -> Iterator[Run]:
    folder = copy_checkout(tmp_path_factory.mktemp("smoke") / "defrost")
    with Run(folder, home, *SMOKE) as run:
        assert run.end(seconds=1200) == 0, run.output
        yield run


def rule_of(job: dict[str, str]) -> str:
    return job["Comment"].removeprefix("rule_").partition("_wildcards_")[0]


def test_what_trains_gets_a_gpu_and_nothing_else_does(smoke):
    jobs = smoke.jobs()
    asked = {(rule_of(job), job["Partition"], job["TresPerJob"]) for job in jobs}
    trained = {found for found in asked if found[0] in TRAINING}
    assert trained == {(rule, "gpu", "gres:gpu:1") for rule in TRAINING}
    assert {found[1:] for found in asked - trained} == {("cpu", "")}
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}


def test_two_train_at_once_on_two_gpus(smoke):
    times = [
        [datetime.fromisoformat(job[name]) for name in ("StartTime", "EndTime")]
        for job in smoke.jobs()
        if job["Partition"] == "gpu"
    ]
    assert any(a[0] < b[1] and b[0] < a[1] for a, b in combinations(times, 2))


def test_the_tables_are_those_of_a_run_without_a_cluster(smoke, local):
    assert tables(smoke.folder) == tables(local())


def tables(folder: Path) -> dict[str, str]:
    """Every table, without what depends on the clock."""
    found = {}
    for path in folder.glob("results/smoke*/tables/*.csv"):
        table = pd.read_csv(path, dtype=str).drop(columns=NOT_REPEATABLE, errors="ignore")
        found[str(path.relative_to(folder))] = table.to_csv()
    assert len(found) > 10
    return found
