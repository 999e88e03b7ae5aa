"""A figure that a study has nothing to show in says why, where it is asked for and nowhere else."""

import json
import re

import pandas as pd
import pytest

# of the default studies: digits sweeps no dial, neither has WGANs or several protocols
NOTHING, SOMETHING = "plot_nothing", "plot_phase_diagram"


def drawn(run, folder, *targets):
    """Return how many jobs of each rule that draws a figure a dry run plans."""
    result = run(folder, *targets, "--dry-run")
    assert result.returncode == 0, result.stderr
    counts = re.findall(r"^(plot_\w+) +(\d+)$", result.stdout, flags=re.MULTILINE)
    return {rule: int(count) for rule, count in counts}


@pytest.mark.parametrize(
    ("targets", "jobs"),
    [
        (["results/digits/figures/phase_diagram.pdf"], {NOTHING: 1}),
        (["results/digits/figures/cost_accuracy.csv"], {NOTHING: 1}),
        (["results/hidden_manifold/figures/clone_gallery.png"], {NOTHING: 1}),
        (["results/hidden_manifold/figures/phase_diagram.pdf"], {SOMETHING: 1}),
        (["phase_diagram"], {SOMETHING: 1}),
        (["clone_gallery"], {"plot_clone_gallery": 1}),
        (["wgan_training"], {NOTHING: 2}),
        (["cost_accuracy", "optimal_depth"], {NOTHING: 2, "plot_optimal_depth": 2}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_either_the_figure_or_why_there_is_none_is_drawn(checkout, run, targets, jobs):
    assert drawn(run, checkout, *targets) == jobs


@pytest.mark.parametrize("target", ["all", "figures", "results/report.html"])
def test_everything_is_only_what_has_something_to_show(checkout, run, target):
    jobs = drawn(run, checkout, target)
    assert NOTHING not in jobs
    assert jobs[SOMETHING] == 1 and jobs["plot_optimal_depth"] == 2


def test_a_figure_that_does_not_exist_is_no_target(checkout, run):
    result = run(checkout, "results/digits/figures/phase_diagrams.pdf", "--dry-run")
    assert result.returncode == 1 and "MissingRuleException" in result.stdout


def test_what_says_why_is_made_of_nothing_and_recorded_as_any_figure(checkout, run):
    result = run(checkout, "cost_accuracy", "--cores", "1")
    assert result.returncode == 0, result.stderr
    assert not list(checkout.glob("results/*/data"))
    for study in ("digits", "hidden_manifold"):
        stem = checkout / "results" / study / "figures/cost_accuracy"
        assert stem.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
        assert stem.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
        assert pd.read_csv(stem.with_suffix(".csv")).empty
        record = json.loads(stem.with_suffix(".json").read_text())
        assert record["rule"] == NOTHING
        assert record["settings"] == {
            "figure": "cost_accuracy",
            "reason": "has a single protocol",
            "study": study,
        }
    assert drawn(run, checkout, "cost_accuracy") == {}


def test_once_there_is_something_to_show_it_is_drawn(checkout, run):
    run(checkout, "cost_accuracy", "--cores", "1")
    config = checkout / "config.yaml"
    one = "protocols: [freeze]"
    assert one in config.read_text()
    config.write_text(config.read_text().replace(one, "protocols: [freeze, finetune]", 1))
    assert drawn(run, checkout, "cost_accuracy") == {"plot_cost_accuracy": 1}
