"""Files are written whole, hold what was given and say how they were made."""

import csv
import math
import os
import sys
from pathlib import Path

import pytest
import torch

from defrost.provenance.files import (
    read_record,
    read_tensors,
    write_rows,
    write_tensors,
    written_whole,
)

RECORD = {"rule": "make", "settings": {"a": 1}}
MEBIBYTE = 2**20


def test_tensors_and_their_record_come_back(tmp_path):
    tensors = {"x": torch.randn(3, 4).T, "labels": torch.arange(5)}
    write_tensors(tmp_path / "a.safetensors", tensors, RECORD)
    read = read_tensors(tmp_path / "a.safetensors")
    assert all(torch.equal(read[name], tensors[name]) for name in tensors)
    assert read_record(tmp_path / "a.safetensors") == RECORD


def test_whoever_may_read_other_files_may_read_tensors(tmp_path):
    (tmp_path / "plain").touch()
    write_tensors(tmp_path / "a.safetensors", {"x": torch.ones(1)}, RECORD)
    assert (tmp_path / "a.safetensors").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        tensors = {key: torch.arange(6.0).reshape(2, 3) for key in "zyxabc"}
        write_tensors(tmp_path / f"{name}.safetensors", tensors, RECORD)
    first, second = (tmp_path / f"{name}.safetensors" for name in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the resident memory from /proc")
def test_tensors_that_are_not_used_take_no_memory(tmp_path):
    def resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    tensors = {"large": torch.ones(16 * MEBIBYTE), "small": torch.arange(3)}
    write_tensors(tmp_path / "a.safetensors", tensors, RECORD)
    read_tensors(tmp_path / "a.safetensors")  # what the library itself takes
    before = resident()
    read = read_tensors(tmp_path / "a.safetensors")
    assert torch.equal(read["small"], tensors["small"])
    assert resident() - before < 8 * MEBIBYTE
    assert torch.equal(read["large"], tensors["large"])
    assert resident() - before > 48 * MEBIBYTE


def test_rows_come_back_to_the_last_bit(tmp_path):
    value = math.pi / 3
    write_rows(tmp_path / "a.csv", [{"name": "x", "value": value}], RECORD)
    with (tmp_path / "a.csv").open() as file:
        assert float(next(csv.DictReader(file))["value"]) == value
    assert read_record(tmp_path / "a.csv") == RECORD


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(RuntimeError), written_whole(tmp_path / "a.txt") as partial:
        partial.write_text("half of the n")
        raise RuntimeError
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
