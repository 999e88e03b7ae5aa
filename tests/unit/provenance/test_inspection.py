"""Every result is read, and named where it is not as it was written."""

import json
import os
from pathlib import Path

import pytest
import torch

from defrost.provenance.files import write_json, write_record, write_rows, write_tensors
from defrost.provenance.inspection import inspect


@pytest.fixture
def results(tmp_path) -> Path:
    """Results of one study, of every form, with what is beside them and no result."""
    study = tmp_path / "study"
    for name in ("tables", "figures", "sources/near", "logs", ".resume-a"):
        (study / name).mkdir(parents=True)
    write_rows(study / "tables/accuracy.csv", [{"a": 1}], {"rule": "a"})
    write_tensors(study / "sources/near/seed-0.safetensors", {"a": torch.ones(3)}, {"rule": "b"})
    write_json(study / "answer.json", {"answer": 1})
    write_record(study / "answer.json.json", {"rule": "c"}, study / "answer.json")
    for ending in ("pdf", "png"):
        (study / f"figures/a.{ending}").write_bytes(b"figure")
    write_record(study / "figures/a.json", {}, *(study / "figures").iterdir())
    for aside in ("logs/a.log", ".resume-a/state.safetensors", "tables/.partial-1-a.csv"):
        (study / aside).write_text("unfinished")
    (tmp_path / "report.html").write_text("made of all")
    return tmp_path


def faults(results):
    found = {path.relative_to(results / "study"): fault for path, fault in inspect(results).items()}
    return {str(path): fault for path, fault in found.items() if fault}


def flip(path, place=-2):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    times = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_results_as_they_were_written_have_no_fault(results):
    assert faults(results) == {}
    assert len(inspect(results)) == 8


@pytest.mark.parametrize(
    ("damaged", "named"),
    [
        ("tables/accuracy.csv", {"tables/accuracy.csv"}),
        ("tables/accuracy.csv.json", {"tables/accuracy.csv", "tables/accuracy.csv.json"}),
        ("sources/near/seed-0.safetensors", {"sources/near/seed-0.safetensors"}),
        ("answer.json", {"answer.json"}),
        ("figures/a.png", {"figures/a.png"}),
        ("figures/a.json", {"figures/a.json", "figures/a.pdf", "figures/a.png"}),
    ],
)
def test_a_flipped_bit_is_found_wherever_it_is(results, damaged, named):
    whole = (results / "study" / damaged).read_bytes()
    for place in (0, len(whole) // 2, len(whole) - 2):
        flip(results / "study" / damaged, place)
        assert faults(results).keys() == named, place
        (results / "study" / damaged).write_bytes(whole)


def test_what_is_missing_or_has_no_record_is_named(results):
    (results / "study/figures/a.pdf").unlink()
    (results / "study/tables/accuracy.csv.json").unlink()
    (results / "study/foreign.txt").write_text("mine")
    write_json(results / "study/old.csv.json", {"rule": "of an older version"})
    assert faults(results) == {
        "figures/a.pdf": "found no file, only its record",
        "foreign.txt": "found no whole record of it",
        "old.csv.json": "found no whole record of it",
        "tables/accuracy.csv": "found no whole record of it",
    }


def test_a_record_that_was_edited_is_no_record(results):
    path = results / "study/tables/accuracy.csv.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "rule": "another"}))
    assert "tables/accuracy.csv" in faults(results)
