"""What reruns after a change, and what does not: a table of changes. Dry runs of a finished run."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import SMOKE

pytestmark = pytest.mark.slow

LIBRARY = "workflow/scripts/defrost"
PRESET = SMOKE[1]

# Which rules read what a rule makes: the data flow, told a second time.
READERS = {
    "make_dataset": [
        *("fit_clone", "sample_clone", "plot_clone_gallery", "pretrain_source", "finetune_source"),
        *("train_scratch", "train_transfer", "train_reference", "extract_activations"),
        *("cross_validate_scratch", "cross_validate", "score_sources"),
    ],
    "make_hidden_manifold": [
        *("pretrain_source", "train_scratch", "train_transfer", "train_reference"),
        *("finetune_source", "extract_activations", "score_sources"),
    ],
    "fit_clone": ["sample_clone"],
    "sample_clone": ["pretrain_source", "plot_clone_gallery"],
    "pretrain_source": [
        *("train_transfer", "finetune_source", "extract_activations"),
        *("cross_validate", "score_sources"),
    ],
    "train_scratch": ["collect_accuracy"],
    "train_transfer": ["collect_accuracy"],
    "train_reference": ["extract_activations"],
    "finetune_source": ["extract_activations"],
    "extract_activations": ["compare_representations", "estimate_dimension", "score_sources"],
    "compare_representations": ["collect_similarity"],
    "collect_accuracy": [
        *("find_optimal_depth", "select_depth", "rank_sources", "test_findings"),
        "plot_accuracy_by_depth",
    ],
    "find_optimal_depth": [
        *("plot_optimal_depth", "plot_phase_diagram", "plot_transfer_gain"),
        "plot_similarity_vs_gain",
    ],
    "collect_similarity": [
        *("correlate_dial", "rank_sources", "test_findings", "plot_similarity_by_block"),
        *("plot_similarity_matrix", "plot_similarity_vs_gain"),
    ],
    "estimate_dimension": ["plot_intrinsic_dimension"],
    "cross_validate_scratch": ["collect_cross_validation"],
    "cross_validate": ["collect_cross_validation"],
    "collect_cross_validation": ["select_depth", "recommend"],
    "score_sources": ["rank_sources"],
    "rank_sources": ["plot_source_ranking"],
    "test_findings": ["plot_findings", "report"],
    "recommend": ["report"],
}
FIGURES = {rule for readers in READERS.values() for rule in readers if rule.startswith("plot_")}
READERS |= {figure: ["report"] for figure in FIGURES}

# Rules of one study alone: clones and cross-validation, and a dial.
ONLY = {
    "smoke": {
        *("make_dataset", "fit_clone", "sample_clone", "plot_clone_gallery"),
        *("cross_validate_scratch", "cross_validate", "collect_cross_validation", "select_depth"),
    },
    "smoke_manifold": {"make_hidden_manifold", "plot_phase_diagram", "correlate_dial"},
}
BOTH = ("smoke", "smoke_manifold")


def following(rules: list[str], studies: tuple[str, ...] = BOTH) -> set[str]:
    """Return these rules of some studies and all that depend on what they make."""
    elsewhere = {rule for study in BOTH if study not in studies for rule in ONLY[study]}
    found, waiting = set(), list(rules)
    while waiting:
        rule = waiting.pop()
        if rule not in found | elsewhere:
            found.add(rule)
            waiting.extend(READERS.get(rule, []))
    return found


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


Change = Callable[[Path], object]


def replaced(name: str, *pairs: tuple[str, str]) -> Change:
    """Return a change of a file: some of its text for other text, once each."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        for old, new in pairs:
            assert old in text, f"{name} no longer holds {old!r}"
            text = text.replace(old, new, 1)
        (folder / name).write_text(text)

    return change


def preset(old: str, new: str) -> Change:
    """Return a change of the config."""
    return replaced(PRESET, (old, new))


def edited(module: str) -> Change:
    """Return a change of a library module's code."""

    def change(folder: Path) -> None:
        with (folder / LIBRARY / module).open("a") as file:
            file.write("\nEDITED = True\n")

    return change


def touched(*patterns: str) -> Change:
    """Return a change of nothing but times."""

    def change(folder: Path) -> None:
        for pattern in patterns:
            for path in sorted(folder.glob(pattern), reverse=True):
                path.touch()

    return change


def moved(folder: Path) -> None:
    """Copy all files as `cp -r` does, with new times."""
    folder.rename(folder.with_name("away"))
    shutil.copytree(folder.with_name("away"), folder, copy_function=shutil.copy)


def in_words(folder: Path) -> None:
    """Change a comment and a docstring."""
    replaced(f"{LIBRARY}/training/loop.py", ('"""The training loop."""', '"""Words."""'))(folder)
    with (folder / LIBRARY / "training/loop.py").open("a") as file:
        file.write("\n# a closing remark\n")


ASIDE = (
    "data_root: elsewhere\ndownload: true\n"
    "device: cpu\nfeature_memory_mb: 1\ncheckpoint_seconds: 5\ngpu_tflops: 1\n"
)

UNSEEN = {
    "touch of all code": touched("Snakefile", "workflow/**/*"),
    "touch of every result": touched("results/**/*"),
    "comment and docstring": in_words,
    "moved folder": lambda folder: folder.rename(folder.with_name("moved")),
    "copied folder": moved,
    "what jobs may use": preset("run:", f"{ASIDE}run:"),
    "a study that is not run": replaced("config.yaml", ("steps: 300", "steps: 400")),
    "module of the rules alone": edited("config/checks.py"),
    "results without Snakemake's records": lambda folder: shutil.rmtree(folder / ".snakemake"),
}


@pytest.mark.parametrize("change", UNSEEN.values(), ids=UNSEEN)
def test_nothing_reruns_after(change, finished_copy, run):
    change(finished_copy)
    folder = finished_copy if finished_copy.exists() else finished_copy.with_name("moved")
    assert planned(run, folder) == {}


@pytest.mark.parametrize(
    "arguments", [("--cores", "1"), ("--jobs", "7", "--executor", "local")], ids=" ".join
)
def test_nothing_reruns_with(arguments, finished, run):
    assert planned(run, finished, *arguments) == {}


CELLS = ["train_scratch", "train_transfer"]
TRAINED = [*CELLS, "train_reference", "finetune_source"]
VALIDATED = ["cross_validate_scratch", "cross_validate"]
IN_SMOKE, IN_MANIFOLD = (("smoke",), ("smoke_manifold",))

# name: change, what it reruns with all that follows, in which studies
CHANGES = {
    # one module of every package of the library
    "data: digits": (edited("data/digits.py"), ["make_dataset"], IN_SMOKE),
    "data: clones": (edited("data/clones.py"), ["fit_clone", "sample_clone"], IN_SMOKE),
    "data: the dials": (
        edited("data/hidden_manifold.py"),
        ["make_hidden_manifold"],
        IN_MANIFOLD,
    ),
    "networks: convnet": (
        edited("networks/convnet.py"),
        [
            *("pretrain_source", *TRAINED, *VALIDATED, "extract_activations", "score_sources"),
        ],
        BOTH,
    ),
    "training: the loop": (
        edited("training/loop.py"),
        ["pretrain_source", *TRAINED, *VALIDATED],
        BOTH,
    ),
    "transfer: a cell": (edited("transfer/cell.py"), TRAINED, BOTH),
    "transfer: cross-validation": (
        edited("transfer/cross_validation.py"),
        [*VALIDATED, "score_sources"],
        BOTH,
    ),
    "similarity: CKA": (
        edited("similarity/kernel_sums.py"),
        ["compare_representations"],
        BOTH,
    ),
    "similarity: dimension": (
        edited("similarity/intrinsic_dimension.py"),
        ["estimate_dimension"],
        BOTH,
    ),
    "statistics: optimal depth": (
        edited("statistics/optimal_depth.py"),
        [
            *("find_optimal_depth", "select_depth", "test_findings", "rank_sources"),
            *("plot_accuracy_by_depth", "recommend"),
        ],
        BOTH,
    ),
    "statistics: the dial": (
        edited("statistics/dial_correlation.py"),
        ["correlate_dial"],
        IN_MANIFOLD,
    ),
    "selection: LogME": (edited("selection/logme.py"), ["score_sources"], BOTH),
    "selection: ranks": (edited("selection/ranking.py"), ["rank_sources"], BOTH),
    "findings: a claim": (edited("findings/controls.py"), ["test_findings"], BOTH),
    "recommendation: sentences": (edited("recommendation/sentences.py"), ["recommend"], BOTH),
    "provenance: resuming": (
        edited("provenance/resume.py"),
        ["pretrain_source", *TRAINED, *VALIDATED],
        BOTH,
    ),
    "figures: style": (edited("figures/style.py"), sorted(FIGURES), BOTH),
    "figures: one": (edited("figures/optimal_depth.py"), ["plot_optimal_depth"], BOTH),
    "script": (
        replaced("workflow/scripts/find_optimal_depth.py", ("%.4f", "%.5f")),
        ["find_optimal_depth"],
        BOTH,
    ),
    "schema of a table": (
        replaced("workflow/schemas/optimal_depth.schema.yaml", ("optimal", "best")),
        ["find_optimal_depth"],
        BOTH,
    ),
    "caption of a figure": (
        replaced("workflow/report/optimal_depth.rst", ("replicate", "copy")),
        ["report"],
        BOTH,
    ),
    # one value of every section of the config
    "root_seed": (
        preset("run:", "root_seed: 1\nrun:"),
        ["make_dataset", "make_hidden_manifold", *READERS["make_dataset"], *READERS],
        BOTH,
    ),
    "target": (
        preset(
            "probe: 100, test: 200}\n    sources:\n      iso",
            "probe: 90, test: 200}\n    sources:\n      iso",
        ),
        ["make_dataset"],
        IN_SMOKE,
    ),
    "network": (
        preset("widths: [16, 16]", "widths: [16, 20]"),
        ["pretrain_source", *TRAINED, "extract_activations", "score_sources"],
        IN_MANIFOLD,
    ),
    "pretraining": (
        preset("pretraining: {steps: 100}", "pretraining: {steps: 110}"),
        ["pretrain_source"],
        IN_SMOKE,
    ),
    "training": (
        preset("training: {steps: 50}", "training: {steps: 60}"),
        [*TRAINED, *VALIDATED],
        IN_SMOKE,
    ),
    "selection": (preset("folds: 2", "folds: 3"), [*VALIDATED, "score_sources"], IN_SMOKE),
}


@pytest.mark.parametrize(("change", "rules", "studies"), CHANGES.values(), ids=CHANGES)
def test_exactly_what_depends_on_it_reruns_after(change, rules, studies, finished_copy, run):
    change(finished_copy)
    assert set(planned(run, finished_copy)) == following(rules, studies)


def test_swapped_values_of_one_type_are_seen(finished_copy, run):
    models = [f"{name}: {{kind: clone, model: " for name in ("isotropic", "gaussian")]
    change = replaced(
        PRESET,
        (f"{models[0]}isotropic", f"{models[0]}gaussian"),
        (f"{models[1]}gaussian", f"{models[1]}isotropic"),
    )
    change(finished_copy)
    jobs = planned(run, finished_copy)
    assert jobs["fit_clone"] == jobs["sample_clone"] == jobs["pretrain_source"] == 2
    assert "train_scratch" not in jobs


NEW_SOURCE = "louder: {kind: clone, model: gaussian, train_examples: 500, test_examples: 200}"

# name: change, the cells that it trains, all other rules that rerun with what follows them
GROWN = {
    "new source": (
        preset("untrained: {kind", f"{NEW_SOURCE}\n      untrained: {{kind"),
        {"fit_clone": 1, "sample_clone": 1, "pretrain_source": 1, "train_transfer": 4}
        | {"finetune_source": 1, "extract_activations": 2, "compare_representations": 1},
        [
            *("collect_accuracy", "collect_similarity", "estimate_dimension", "score_sources"),
            *("plot_clone_gallery", "recommend"),
        ],
    ),
    "new size": (
        preset("sizes: [20, 100]", "sizes: [20, 50, 100]"),
        {"train_scratch": 1, "train_transfer": 4},
        ["collect_accuracy"],
    ),
    "new depth": (
        preset("depths: [0, 2, 3]", "depths: [0, 1, 2, 3]"),
        {"train_transfer": 5, "cross_validate": 1},
        ["collect_accuracy", "collect_cross_validation"],
    ),
    # ten to a job: the block that held three grows to ten, two more are new
    "more replicates": (
        preset("replicates: 3", "replicates: 25"),
        {"train_scratch": 6, "train_transfer": 30, "cross_validate_scratch": 3}
        | {"cross_validate": 3},
        ["collect_accuracy", "collect_cross_validation"],
    ),
    "source removed": (
        preset("      untrained: {kind: untrained, sizes: [100]}\n", ""),
        {},
        [
            *("collect_accuracy", "collect_similarity", "estimate_dimension", "score_sources"),
            "recommend",
        ],
    ),
    "depth removed": (
        preset("depths: [0, 2, 3]", "depths: [0, 3]"),
        {"cross_validate": 1},
        ["collect_accuracy", "collect_cross_validation"],
    ),
}


@pytest.mark.parametrize(("change", "cells", "rules"), GROWN.values(), ids=GROWN)
def test_only_what_is_new_is_trained(change, cells, rules, finished_copy, run):
    change(finished_copy)
    jobs = planned(run, finished_copy)
    assert set(jobs) == set(cells) | following(rules, IN_SMOKE)
    assert {rule: jobs[rule] for rule in cells} == cells


def test_a_size_removed_trains_nothing(finished_copy, run):
    preset("sizes: [10, 20]", "sizes: [20]")(finished_copy)
    rules = ["collect_accuracy", "recommend"]
    assert set(planned(run, finished_copy)) == following(rules, IN_MANIFOLD)


def test_a_study_removed_changes_the_report_alone(finished_copy, run):
    preset("run: [smoke, smoke_manifold]", "run: [smoke]")(finished_copy)
    assert planned(run, finished_copy) == {"report": 1}


def test_a_new_study_runs_as_in_an_empty_folder(finished_copy, checkout, run):
    text = (finished_copy / PRESET).read_text()
    copied = text[text.index("  smoke_manifold:") :].replace("smoke_manifold", "another")
    for folder, studies in ((checkout, "[another]"), (finished_copy, "[smoke, another]")):
        changed = text.replace("run: [smoke, smoke_manifold]", f"run: {studies}")
        (folder / PRESET).write_text(f"{changed}\n{copied}")
    assert planned(run, finished_copy) == planned(run, checkout)


def test_one_figure_is_redrawn_alone(finished_copy, run):
    figure = "results/smoke/figures/optimal_depth.pdf"
    (finished_copy / figure).unlink()
    assert planned(run, finished_copy, figure) == {"plot_optimal_depth": 1}
    target = {"optimal_depth": 1}
    assert planned(run, finished_copy, "optimal_depth") == {"plot_optimal_depth": 1, **target}


def test_an_edit_that_snakemake_cannot_see_is_told(finished_copy, run):
    shutil.rmtree(finished_copy / ".snakemake")
    edited("similarity/intrinsic_dimension.py")(finished_copy)
    assert planned(run, finished_copy) == {}
    result = run(finished_copy, "--dry-run", *SMOKE)
    assert "2 results were made by other code, and kept" in result.stdout
    assert "--forcerun estimate_dimension" in result.stdout
    forced = planned(run, finished_copy, "--forcerun", "estimate_dimension")
    assert set(forced) == following(["estimate_dimension"])


def test_a_package_of_another_version_is_told(finished_copy, run):
    record = finished_copy / "results/smoke/tables/accuracy.csv.json"
    text = re.sub(r'"pandas": "[^"]+"', '"pandas": "1.0"', record.read_text())
    record.write_text(text)
    result = run(finished_copy, "--dry-run", *SMOKE)
    assert "1 result was made with pandas 1.0, and kept" in result.stdout


def test_an_exception_leaves_its_traceback_in_the_log(finished_copy, run):
    broken = '"""Broken."""\n\nimport nothing\n"""'
    replaced(f"{LIBRARY}/figures/style.py", ('"""', broken))(finished_copy)
    result = run(finished_copy, "results/smoke/figures/optimal_depth.pdf", *SMOKE)
    assert result.returncode == 1
    log = (finished_copy / "results/smoke/logs/plot_optimal_depth.log").read_text()
    assert log.splitlines()[-1] == "ModuleNotFoundError: No module named 'nothing'"


def test_no_half_written_file_is_left(finished):
    assert not list((finished / "results").rglob(".partial-*"))
