"""Results that are kept although their code or packages changed: when a user is told of them."""

from pathlib import Path

import numpy
import pytest
import torch
from snakemake.persistence.file import FilePersistence

from defrost.provenance.files import write_rows, write_tensors
from defrost.provenance.overlooked import warnings

NUMPY = {"numpy": numpy.__version__}


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder of results: a table and tensors, made by code `new`."""
    monkeypatch.chdir(tmp_path)
    Path("results").mkdir()
    write_rows("results/rows.csv", [{"a": 1}], {"rule": "tell", "code": "new", "versions": NUMPY})
    record = {"rule": "train", "code": "new", "versions": NUMPY}
    write_tensors("results/network.safetensors", {"a": torch.ones(1)}, record)
    return tmp_path


def told(codes, records="records"):
    return warnings(Path("results"), Path(records), codes.get)


def test_nothing_is_said_where_nothing_changed(folder):
    assert told({"tell": "new", "train": "new"}) == []
    assert warnings(Path("nowhere"), Path("records"), {}.get) == []


def test_results_of_other_code_are_told_with_what_makes_them_anew(folder):
    assert told({"tell": "newer", "train": "newer"}) == [
        "2 results were made by other code, and kept, because Snakemake has no record of them."
        " To make them anew: --forcerun tell train"
    ]


@pytest.mark.parametrize("deep", ["network", "a-long-name" * 20])
def test_what_snakemake_has_a_record_of_is_left_to_snakemake(folder, deep):
    path = f"results/{deep}.safetensors"
    if deep != "network":
        Path("results/network.safetensors").rename(path)
    # the name of its record, by Snakemake itself
    kept = FilePersistence(path=folder / ".snakemake")._record_path(".snakemake/metadata", path)
    Path(kept).parent.mkdir(parents=True, exist_ok=True)
    Path(kept).touch()
    assert told({"train": "newer"}, ".snakemake/metadata") == []


def test_other_packages_are_told_of_whatever_snakemake_has(folder):
    record = {"rule": "tell", "code": "new", "versions": {"numpy": "1.0", "gone": "2.0"}}
    write_rows("results/old.csv", [{"a": 1}], record)
    assert told({"tell": "new"}) == [
        "1 result was made with gone 2.0, and kept; none is installed. To make all anew:"
        " --forceall",
        f"1 result was made with numpy 1.0, and kept; {numpy.__version__} is installed. To make all"
        " anew: --forceall",
    ]


@pytest.mark.parametrize("name", ["broken.safetensors", "broken.json", "foreign.json"])
def test_broken_and_foreign_files_and_logs_are_left_alone(folder, name):
    content = b"[]" if name == "foreign.json" else b"\xff" * 20
    Path("results", name).write_bytes(content)
    Path("results/logs").mkdir()
    Path("results/logs/job.json").write_text('{"rule": "a", "code": "b", "versions": {"c": "1"}}')
    assert told({}) == []
