"""The whole workflow on the smoke preset: what a run leaves, and that it is repeatable."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml
from checkout import SMOKE

from defrost.config.grid import cells, resolve_config
from defrost.data.dataset import Dataset
from defrost.networks.build import read_network
from defrost.provenance.files import read_record, read_tensors
from defrost.provenance.tables import read_table
from defrost.selection.registry import SCORES
from defrost.similarity.cka import debiased_linear_cka
from defrost.similarity.information_imbalance import information_imbalance
from defrost.training.evaluate import evaluate

TABLES = ("accuracy", "optimal_depth", "similarity", "intrinsic_dimension")
COMMON = (
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
FIGURES = [
    *(("smoke", name) for name in ("clone_gallery", *COMMON)),
    *(("smoke_manifold", name) for name in ("phase_diagram", *COMMON)),
]
NOT_REPEATABLE = ["train_seconds", "peak_memory"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study(root, schema) -> dict:
    config = yaml.safe_load((root / "workflow/presets/smoke.yaml").read_text())
    return resolve_config(config, schema)["studies"]["smoke"]


def test_every_cell_has_a_row_and_every_column_is_filled(finished, study, root):
    accuracy = read_table(
        finished / "results/smoke/tables/accuracy.csv",
        root / "workflow/schemas/accuracy.schema.yaml",
    )
    found = Counter(accuracy[["source", "protocol", "depth", "size"]].itertuples(index=False))
    assert found == {cell: study["replicates"] for cell in cells(study)}
    for name in TABLES:
        table = pd.read_csv(finished / f"results/smoke/tables/{name}.csv")
        assert not table.empty
        empty = table.columns[table.isna().any()]
        assert set(empty) <= {"reason"}, f"{name}: {list(empty)}"


def test_every_depth_is_cross_validated_and_one_is_selected(finished, study):
    tables, selection = finished / "results/smoke/tables", study["selection"]
    validation = pd.read_csv(tables / "cross_validation.csv")
    # depth 0 is scratch, which is there once
    cells = len(study["depths"]) * len(selection["sources"]) * len(selection["sizes"])
    assert len(validation) == cells * study["replicates"] * selection["folds"]
    told = validation.groupby(["depth", "replicate"])["validation_examples"].sum()
    assert set(told) == set(selection["sizes"])
    selected = pd.read_csv(tables / "selected_depth.csv")
    assert len(selected) == study["replicates"]
    assert set(selected["selected_depth"]) <= set(study["depths"])


def test_every_source_has_every_score(finished, study):
    ranking = pd.read_csv(finished / "results/smoke/tables/source_ranking.csv")
    measures = len(study["similarity"]["measures"])
    assert set(ranking["source"]) == set(study["sources"])
    for _, rows in ranking.groupby("source"):
        # leep and nce are of the readout alone
        assert len(rows) == 3 * (len(SCORES) - 2 + measures) + 2
        assert rows["value"].notna().all()


def test_every_pair_of_blocks_of_every_pair_of_networks_is_compared(finished, study):
    similarity = pd.read_csv(finished / "results/smoke/tables/similarity.csv")
    blocks, references = len(study["network"]["widths"]), study["references"]["replicates"]
    each = blocks**2 * len(study["similarity"]["measures"])
    assert similarity["comparison"].value_counts().to_dict() == {
        "source_to_target": len(study["sources"]) * references * each,
        "before_to_after": len(study["sources"]) * each,
        "target_to_target": each,  # one pair of two networks
    }


@pytest.mark.parametrize(("study", "name"), FIGURES)
def test_every_figure_has_its_files_and_numbers(finished, study, name):
    stem = finished / "results" / study / "figures" / name
    assert stem.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    assert stem.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert not pd.read_csv(stem.with_suffix(".csv")).empty
    assert json.loads(stem.with_suffix(".json").read_text())["rule"] == f"plot_{name}"


def test_the_splits_share_no_image_and_clones_know_the_training_split_alone(finished):
    folder = finished / "results/smoke"
    target = Dataset.read(folder / "data/target.safetensors")
    images = torch.cat([split.images for split in target.splits.values()]).flatten(1)
    assert len(images.unique(dim=0)) == len(images) == 500
    for source in ("isotropic", "gaussian"):
        means = read_tensors(folder / f"clones/{source}.safetensors")["means"]
        train, labels = target.splits["train"]
        for label, mean in enumerate(means):
            assert torch.allclose(mean, train[labels == label].flatten(1).mean(0), atol=1e-6)
        source = Dataset.read(folder / f"data/{source}.safetensors")
        assert torch.equal(source.mean, target.mean)
        assert torch.equal(source.deviation, target.deviation)


def test_a_control_is_made_of_the_target_and_transferred_at_its_own_size(finished):
    folder = finished / "results/smoke"
    assert not (folder / "data/untrained.safetensors").exists()
    record = read_record(folder / "sources/untrained/seed-0.safetensors")
    assert record["settings"]["kind"] == "untrained"
    accuracy = pd.read_csv(folder / "tables/accuracy.csv").query("source == 'untrained'")
    assert set(accuracy["size"]) == {100}


def test_the_same_task_by_the_dials_is_the_targets_own(finished):
    folder = finished / "results/smoke_manifold"
    target, same, unrelated = (
        Dataset.read(folder / f"data/{name}.safetensors")
        for name in ("target", "same", "unrelated")
    )
    # from other latent vectors; a network trained on one does well on the other, or does not
    assert not torch.equal(same.splits["train"].images[:40], target.splits["train"].images)
    settings = {"name": "mlp", "widths": [16, 16]}
    scores = {
        name: evaluate(
            read_network(folder / f"sources/{name}/seed-0.safetensors", settings, (1, 1, 60)),
            *target.normalised("test"),
        )[0]
        for name in ("same", "unrelated")
    }
    assert same.image_shape == unrelated.image_shape == target.image_shape
    assert scores["same"] > 0.6
    assert scores["unrelated"] < 0.4


def test_a_row_of_similarity_is_that_of_its_two_networks_and_blocks(finished):
    folder = finished / "results/smoke"
    similarity = pd.read_csv(folder / "tables/similarity.csv")
    similarity = similarity[similarity["comparison"] == "source_to_target"]
    named = similarity["measure"].str.contains("debiased_linear|imbalance")
    for _, row in similarity[named].sample(6, random_state=0).iterrows():
        x, y = (
            read_tensors(folder / "activations" / f"{row[f'{side}_network']}.safetensors")[
                str(row[f"{side}_block"])
            ]
            for side in ("source", "target")
        )
        forward, backward = information_imbalance(x, y)
        expected = {
            "debiased_linear_cka": debiased_linear_cka(x, y),
            "information_imbalance_source_to_target": forward,
            "information_imbalance_target_to_source": backward,
        }
        assert row["value"] == pytest.approx(expected[row["measure"]], abs=1e-6)
        assert row["source"] in row["source_network"]
        assert f"size-{row['size']}/replicate-{row['replicate']}" in row["target_network"]


def test_a_reference_network_is_the_scratch_network_of_its_replicate(finished, study):
    folder = finished / "results/smoke"
    target = Dataset.read(folder / "data/target.safetensors")
    accuracy = pd.read_csv(folder / "tables/accuracy.csv")
    for replicate in range(2):
        path = folder / f"references/size-100/replicate-{replicate}.safetensors"
        network = read_network(path, study["network"], target.image_shape)
        cell = accuracy.query("source == 'scratch' and size == 100 and replicate == @replicate")
        # trained alone, and not beside the other replicates: rounding may change an image or two
        accuracy_alone, _ = evaluate(network, *target.normalised("test"))
        assert accuracy_alone == pytest.approx(cell["test_accuracy"].item(), abs=0.01)


def test_every_job_has_a_log_and_a_benchmark(finished):
    folder = finished / "results/smoke"
    logs = {path.relative_to(folder / "logs").with_suffix("") for path in folder.rglob("*.log")}
    timed = {
        path.relative_to(folder / "benchmarks").with_suffix("")
        for path in (folder / "benchmarks").rglob("*.tsv")
    }
    assert logs == timed
    for log in logs:
        lines = (folder / "logs" / f"{log}.log").read_text().splitlines()
        assert lines[0].startswith("rule ")
        assert lines[-1] != "}", f"{log}: ends with the settings, not with a result"


def test_results_say_how_they_were_made(finished):
    folder = finished / "results/smoke"
    network = read_record(folder / "sources/gaussian/seed-0.safetensors")
    assert network["rule"] == "pretrain_source"
    assert network["settings"]["training"]["steps"] == 100
    assert network["versions"]["torch"]
    assert network["device"].startswith(("cpu (", "cuda: "))
    assert network["device_asked"] == "auto"
    assert "digits/source/gaussian/0/batches" in network["seeds"]
    assert len(network["code"]) == 16
    for path in folder.rglob("*.csv"):
        if "figures" not in path.parts:
            assert read_record(path)["settings"]["study"] == "smoke"


def test_the_report_holds_every_figure(finished):
    report = (finished / "results/report.html").read_text()
    for study, name in FIGURES:
        assert f"results/{study}/figures/{name}.png" in report


def test_another_folder_and_another_number_of_cores_give_the_same_bytes(finished, checkout, run):
    result = run(checkout, *SMOKE, "--cores", "1")
    assert result.returncode == 0, result.stderr
    assert _content(checkout) == _content(finished)


def _content(folder: Path) -> dict[str, str]:
    """Digest of every result; of rows without the columns that depend on the clock, and its sum."""
    digests = {}
    for path in sorted((folder / "results").glob("smoke*/**/*")):
        name = path.relative_to(folder / "results").as_posix()
        if not path.is_file() or {"logs", "benchmarks"} & set(path.parts):
            continue
        content = path.read_bytes()
        if path.suffix == ".csv":
            table = pd.read_csv(path, dtype=str).drop(columns=NOT_REPEATABLE, errors="ignore")
            content = table.to_csv().encode()
        elif name.endswith(".csv.json"):
            content = json.dumps(read_record(path.with_suffix(""))).encode()
        digests[name] = hashlib.sha256(content).hexdigest()
    return digests
