"""`snakemake estimate`: what it says of the smoke preset, beside what its run was."""

import re
from collections import Counter

import pandas as pd
import pytest
import yaml
from checkout import SMOKE

from defrost.config.grid import resolve_config
from defrost.estimate.disk import bytes_left
from defrost.estimate.plan import finish_plan, start_plan
from defrost.estimate.study import Study, known_images
from defrost.estimate.trainings import operations, trainings

pytestmark = pytest.mark.slow

TRANSFERS = ("train_scratch", "train_transfer")
VALIDATIONS = ("cross_validate_scratch", "cross_validate")


@pytest.fixture(scope="module")
def config(root, schema) -> dict:
    overlay = yaml.safe_load((root / "workflow/presets/smoke.yaml").read_text())
    return resolve_config(overlay, schema)


@pytest.fixture(scope="module")
def studies(config, tmp_path_factory) -> dict[str, Study]:
    """The studies of the preset as they are known where nothing of them is made."""
    nothing = tmp_path_factory.mktemp("empty") / "target.safetensors"
    targets = {name: study["target"] for name, study in config["studies"].items()}
    return {n: Study(config, n, known_images(target, nothing)) for n, target in targets.items()}


@pytest.fixture(scope="module")
def jobs(root, finished, tmp_path_factory) -> list:
    """All jobs of the preset, as a run would plan them anew in the finished folder."""
    plan = tmp_path_factory.mktemp("plan") / "plan"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(finished)
        process = start_plan(root / "workflow/presets/smoke.yaml", plan, "--forceall")
        return finish_plan(process, plan)


def test_every_job_is_planned_and_those_that_train_ask_for_a_gpu(jobs, finished):
    logs = (path.relative_to(finished) for path in finished.glob("results/**/*.log"))
    ran = Counter(path.parts[path.parts.index("logs") + 1].removesuffix(".log") for path in logs)
    planned = Counter(job.rule for job in jobs)
    assert planned.pop("all") == 1
    assert planned == {rule: ran[rule] for rule in planned}
    on_gpu = {job.rule for job in jobs if job.gpu}
    kept = {"pretrain_source", "train_reference", "finetune_source"}
    assert on_gpu == {*TRANSFERS, *VALIDATIONS, *kept}


@pytest.mark.parametrize(
    ("name", "rules", "folders"),
    [
        ("smoke", TRANSFERS, ("scratch", "transfer")),
        ("smoke", VALIDATIONS, ("selection",)),
        ("smoke_manifold", TRANSFERS, ("scratch", "transfer")),
    ],
)
def test_operations_are_those_that_the_run_reports(jobs, studies, finished, name, rules, folders):
    study = studies[name]
    estimated = sum(
        operations(training, study.counts(training.classes))
        for job in jobs
        if job.rule in rules and job.wildcards["study"] == name
        for training in trainings(job, study)
    )
    files = [
        path for folder in folders for path in (finished / "results" / name / folder).rglob("*.csv")
    ]
    assert estimated == sum(pd.read_csv(path)["train_flops"].sum() for path in files) > 0


def test_bytes_are_those_on_the_disk(jobs, studies, finished):
    of_studies = [job for job in jobs if job.wildcards]
    estimated = sum(bytes_left(job, studies[job.wildcards["study"]]) for job in of_studies)
    written = sum(path.stat().st_size for path in finished.glob("results/**/*.safetensors"))
    assert estimated == pytest.approx(written, rel=0.05)


def test_a_user_is_told_jobs_hours_and_bytes(checkout, run):
    result = run(checkout, "estimate", *SMOKE, "--cores", "1", "--config", "run=[smoke_manifold]")
    assert result.returncode == 0, result.stderr
    text = result.stdout
    plan = run(checkout, "--dry-run", *SMOKE, "--config", "run=[smoke_manifold]").stdout
    (planned,) = set(re.findall(r"^total +(\d+)$", plan, flags=re.MULTILINE))
    assert re.search(rf"^all +{planned} ", text, flags=re.MULTILINE)
    assert re.search(r"^here .* on 1 core;", text, flags=re.MULTILINE)
    assert "left to do" not in text
    assert text.strip() in (checkout / "results/logs/estimate.log").read_text()
    assert not (checkout / "results/smoke_manifold").exists()
