"""Damage that a file's time does not show: found by the check, and by whoever reads the file."""

import os

import pytest
from checkout import SMOKE

STUDY = "results/smoke"


def flip(path):
    """Flip a bit in the middle of a file, which keeps its time."""
    content, times = bytearray(path.read_bytes()), path.stat()
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.slow
def test_damage_is_found_and_refused(finished_copy, run):
    table = finished_copy / STUDY / "tables/accuracy.csv"
    log = finished_copy / "results/logs/check.log"
    cell = next((finished_copy / STUDY).glob("scratch/*/*.csv")).relative_to(finished_copy)
    result = run(finished_copy, "check", *SMOKE)
    assert result.returncode == 0, result.stderr
    assert log.read_text().rstrip().endswith("files are as they were written")

    damaged = [str(cell), f"{STUDY}/data/target.safetensors", f"{STUDY}/figures/optimal_depth.png"]
    for name in damaged:
        flip(finished_copy / name)
    # nothing to do, as far as Snakemake sees
    assert "Nothing to be done" in run(finished_copy, *SMOKE, "--dry-run").stdout
    result = run(finished_copy, "check", *SMOKE)
    assert result.returncode == 1
    for name in damaged:
        assert f"{name}: found it damaged" in result.stderr
    assert "3 of " in result.stderr and "snakemake --forcerun makes those anew" in result.stderr

    again = (str(table.relative_to(finished_copy)), *SMOKE)
    result = run(finished_copy, *again, "--forcerun", "collect_accuracy")
    assert result.returncode == 1
    assert f"result: {cell}: found it damaged, or changed after it was written" in result.stderr
    assert "Traceback" not in (finished_copy / STUDY / "logs/collect_accuracy.log").read_text()

    planned = run(finished_copy, *SMOKE, "--dry-run", "--forcerun", *damaged).stdout
    made = " ".join(line for line in planned.splitlines() if line.strip().startswith("output: "))
    for name in damaged:
        assert name in made
