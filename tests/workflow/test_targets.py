"""Named targets: one for every stage and every figure, and a line about each."""

import re

import pytest
from checkout import SMOKE

STAGES = ["data", "sources", "transfer", "activations", "similarity", "tables", "figures", "report"]


@pytest.fixture(scope="module")
def targets(root, run) -> dict[str, str]:
    """Every target and what Snakemake says of it."""
    result = run(root, "--list-target-rules")
    return dict(re.findall(r"^(\w+)(?: \((.+)\))?$", result.stdout, flags=re.MULTILINE))


def test_every_target_is_explained(targets):
    assert targets["all"].startswith("Everything")
    assert [name for name, line in targets.items() if not line.endswith(".")] == []


def test_every_stage_and_every_figure_is_a_target(root, targets):
    captions = {path.stem for path in root.glob("workflow/report/*.rst")}
    figures = {path.stem.removeprefix("plot_") for path in root.glob("workflow/scripts/plot_*.py")}
    assert figures - {"nothing"} <= captions & targets.keys()
    assert set(STAGES) <= targets.keys()


@pytest.mark.slow
def test_every_target_is_there_after_a_run(targets, finished, run):
    names = targets.keys() - {"clone_ladder", "bundle"}
    figures = [f"results/smoke/figures/{name}.pdf" for name in ("optimal_depth", "transfer_gain")]
    result = run(finished, *names, *figures, "--dry-run", *SMOKE)
    assert result.returncode == 0, result.stderr
    planned = set(re.findall(r"^(\w+) +\d+$", result.stdout + result.stderr, flags=re.MULTILINE))
    # studies of one protocol and without a WGAN say so in figures that `all` leaves out
    assert planned - {"total"} <= names | {"plot_nothing"}


def test_a_stage_of_one_study_alone(checkout, run):
    result = run(checkout, "sources", "--dry-run", "--config", "run=[hidden_manifold]")
    assert result.returncode == 0, result.stderr
    assert "results/hidden_manifold/sources/overlap_000/seed-0.safetensors" in result.stdout
    assert "results/digits" not in result.stdout
