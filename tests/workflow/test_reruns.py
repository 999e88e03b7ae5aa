"""What reruns after a change, and what does not. Dry runs on a finished smoke run."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from checkout import SMOKE

pytestmark = pytest.mark.slow

SIMILARITY = {
    "compare_representations": 3 + 1 + 2,  # sources, and the target's networks where there are two
    "collect_similarity": 2,
    "correlate_dial": 1,
    "test_findings": 2,
    "plot_similarity_by_block": 2,
    "plot_similarity_matrix": 2,
    "plot_similarity_vs_gain": 2,
    "plot_findings": 2,
    "rank_sources": 2,
    "plot_source_ranking": 2,
    "report": 1,
}

EVERYWHERE = (
    "accuracy_by_depth",
    "optimal_depth",
    "transfer_gain",
    "similarity_by_block",
    "similarity_matrix",
    "intrinsic_dimension",
    "similarity_vs_gain",
    "source_ranking",
    "findings",
)


def planned(run, folder: Path, *arguments: str) -> dict[str, int]:
    """Return how many jobs of each rule a dry run plans, targets aside."""
    result = run(folder, *arguments, "--dry-run", *SMOKE)
    assert result.returncode == 0, result.stderr
    output = result.stdout + result.stderr
    counts = re.findall(r"^(\w+) +(\d+)$", output, flags=re.MULTILINE)
    jobs = {rule: int(count) for rule, count in counts if rule not in ("all", "total", "figures")}
    if not jobs:
        assert "Nothing to be done" in output
    return jobs


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text()
    assert text.count(old) >= 1, f"{name} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1))


LIBRARY = "workflow/scripts/defrost"


def test_nothing_reruns_after_a_run(finished, run):
    assert planned(run, finished) == {}


def test_nothing_reruns_with_another_number_of_cores(finished, run):
    assert planned(run, finished, "--cores", "1") == {}


def test_nothing_reruns_in_another_folder_after_a_touch_of_everything(finished_copy, run):
    for path in (finished_copy / "workflow").rglob("*"):
        path.touch()
    (finished_copy / "Snakefile").touch()
    assert planned(run, finished_copy) == {}


def test_nothing_reruns_after_a_touch_of_every_result(finished_copy, run):
    for path in sorted((finished_copy / "results").rglob("*"), reverse=True):
        path.touch()
    assert planned(run, finished_copy) == {}


def test_a_comment_and_a_docstring_rerun_nothing(finished_copy, run):
    path = finished_copy / LIBRARY / "training/loop.py"
    text = path.read_text().replace('"""The training loop."""', '"""Other words."""')
    path.write_text(f"{text}\n# a closing remark\n")
    assert planned(run, finished_copy) == {}


def test_an_edit_of_the_style_redraws_the_figures_alone(finished_copy, run):
    with (finished_copy / LIBRARY / "figures/style.py").open("a") as file:
        file.write("\nEDITED = True\n")
    assert planned(run, finished_copy) == {
        "plot_clone_gallery": 1,
        "plot_phase_diagram": 1,
        **{f"plot_{name}": 2 for name in EVERYWHERE},
        "report": 1,
    }


def test_an_edit_of_cka_reruns_similarity_and_what_follows(finished_copy, run):
    with (finished_copy / LIBRARY / "similarity/kernel_sums.py").open("a") as file:
        file.write("\nEDITED = True\n")
    assert planned(run, finished_copy) == SIMILARITY


def test_an_edit_of_one_script_reruns_its_rule_and_what_follows(finished_copy, run):
    edit(finished_copy, "workflow/scripts/find_optimal_depth.py", "%.4f", "%.5f")
    assert planned(run, finished_copy) == {
        "find_optimal_depth": 2,
        "plot_optimal_depth": 2,
        "plot_transfer_gain": 2,
        "plot_similarity_vs_gain": 2,
        "plot_phase_diagram": 1,
        "report": 1,
    }


def test_a_parameter_of_the_target_training_leaves_the_sources_alone(finished_copy, run):
    edit(finished_copy, SMOKE[1], "training: {steps: 50}", "training: {steps: 60}")
    jobs = planned(run, finished_copy)
    assert jobs["train_scratch"] == 2
    assert jobs["train_transfer"] == 10
    assert not {"make_dataset", "fit_clone", "sample_clone", "pretrain_source"} & set(jobs)


def test_swapped_values_of_one_type_are_seen(finished_copy, run):
    edit(
        finished_copy,
        SMOKE[1],
        "isotropic: {kind: clone, model: isotropic",
        "isotropic: {kind: clone, model: gaussian",
    )
    edit(
        finished_copy,
        SMOKE[1],
        "gaussian: {kind: clone, model: gaussian",
        "gaussian: {kind: clone, model: isotropic",
    )
    assert planned(run, finished_copy)["fit_clone"] == 2


def test_a_new_size_trains_only_its_own_cells(finished_copy, run):
    edit(finished_copy, SMOKE[1], "sizes: [20, 100]", "sizes: [20, 50, 100]")
    jobs = planned(run, finished_copy)
    assert jobs["train_scratch"] == 1
    assert jobs["train_transfer"] == 4
    assert "train_reference" not in jobs


def test_more_replicates_train_new_blocks_and_the_incomplete_last_one(finished_copy, run):
    edit(finished_copy, SMOKE[1], "replicates: 3", "replicates: 25")
    cells = 2 + 10
    jobs = Counter(planned(run, finished_copy))
    # ten to a job: the block that held three grows to ten, two more are new
    assert jobs["train_scratch"] + jobs["train_transfer"] == 3 * cells


def test_an_edit_of_one_kind_of_data_leaves_studies_of_other_kinds_alone(finished_copy, run):
    with (finished_copy / LIBRARY / "data/hidden_manifold.py").open("a") as file:
        file.write("\nEDITED = True\n")
    jobs = planned(run, finished_copy)
    assert jobs["make_hidden_manifold"] == 3
    assert jobs["train_transfer"] == 2
    assert not {"make_dataset", "fit_clone", "plot_clone_gallery"} & set(jobs)


def test_where_data_lie_and_what_jobs_may_use_is_no_part_of_a_result(finished_copy, run):
    others = "data_root: elsewhere\ndownload: true\nfeature_memory_mb: 1\ncheckpoint_seconds: 5\n"
    edit(finished_copy, SMOKE[1], "run:", f"{others}run:")
    assert planned(run, finished_copy) == {}


def test_one_figure_is_redrawn_alone(finished_copy, run):
    figure = "results/smoke/figures/optimal_depth.pdf"
    (finished_copy / figure).unlink()
    assert planned(run, finished_copy, figure) == {"plot_optimal_depth": 1}
    target = {"optimal_depth": 1}
    assert planned(run, finished_copy, "optimal_depth") == {"plot_optimal_depth": 1, **target}


def test_an_exception_leaves_its_traceback_in_the_log(finished_copy, run):
    edit(
        finished_copy, f"{LIBRARY}/figures/style.py", '"""', '"""Broken."""\n\nimport nothing\n"""'
    )
    result = run(finished_copy, "results/smoke/figures/optimal_depth.pdf", *SMOKE)
    assert result.returncode == 1
    log = (finished_copy / "results/smoke/logs/plot_optimal_depth.log").read_text()
    assert log.splitlines()[-1] == "ModuleNotFoundError: No module named 'nothing'"


def test_no_half_written_file_is_left(finished):
    assert not list((finished / "results").rglob(".partial-*"))


def test_results_without_snakemakes_records_are_kept(finished_copy, run):
    shutil.rmtree(finished_copy / ".snakemake")
    assert planned(run, finished_copy) == {}
