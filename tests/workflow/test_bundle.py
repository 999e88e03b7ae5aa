"""A bundle of the smoke preset: made, checked, validated, unpacked elsewhere and extended."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from secrets import token_hex
from zipfile import ZipFile

import pytest
import yaml
from checkout import ROOT, SMOKE

from defrost.bundle.read import open_bundle
from defrost.bundle.write import write_bundle
from defrost.provenance.digests import with_digest

BUNDLE = Path("results/bundles/smoke.crate.zip")
# nowhere else, and so neither in the source that a bundle holds
MARK = token_hex(8)
PLANTED = {"HOSTNAME": f"host-{MARK}", "USER": f"user.{MARK}", "SOME_TOKEN": f"token-{MARK}"}
VALIDATOR = ROOT / ".venv-crate/bin/python"

pytestmark = pytest.mark.slow


def command(script: str, *arguments: object) -> subprocess.CompletedProcess:
    line = [sys.executable, ROOT / f"workflow/scripts/{script}.py", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True)


@pytest.fixture(scope="module")
def bundled(finished, tmp_path_factory):
    """A checkout with a bundle, made where a log and the environment hold what is private."""
    folder = shutil.copytree(finished, tmp_path_factory.mktemp("bundled") / "defrost")
    home = folder.parent / f"home-{MARK}"
    home.mkdir()
    log = folder / "results/smoke/logs/pretrain_source/gaussian/seed-0.log"
    with log.open("a") as file:
        file.write(f"{PLANTED} in {home}/x and {folder}/y, /opt/{MARK}/z, {log}\n")
    bundle(folder, {**PLANTED, "HOME": str(home)})
    return folder


def bundle(folder: Path, environment: dict[str, str], *arguments: str) -> bytes:
    """Make the bundle and return it."""
    (folder / BUNDLE).unlink(missing_ok=True)
    made = subprocess.run(
        [sys.executable, "-m", "snakemake", str(BUNDLE), *SMOKE, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    return (folder / BUNDLE).read_bytes()


def planned(folder: Path, run, *arguments: str) -> tuple[set[str], str]:
    """Rules that Snakemake would run in a folder, and what it said."""
    result = run(folder, "--dry-run", *arguments)
    said = result.stdout + result.stderr
    assert result.returncode == 0, said
    return set(re.findall(r"^(\w+) +\d+$", said, flags=re.MULTILINE)), said


def every_text(content: bytes):
    """The content of every file in a zip file, and in those that it holds."""
    with ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            inner = archive.read(name)
            yield name, inner
            if name.endswith(".zip"):
                yield from every_text(inner)


def test_it_holds_nothing_private(bundled):
    private = [MARK, str(bundled.parent), str(bundled)]
    for name, content in every_text((bundled / BUNDLE).read_bytes()):
        assert not [text for text in private if text.encode() in content], name


def test_the_same_run_is_the_same_bytes_and_holds_no_models(bundled):
    once = (bundled / BUNDLE).read_bytes()
    home = bundled.parent / f"home-{MARK}"
    assert bundle(bundled, {**PLANTED, "HOME": str(home)}, "--forcerun", "write_bundle") == once
    assert not [name for name, _ in every_text(once) if name.endswith(".safetensors")]


@pytest.mark.skipif(not VALIDATOR.exists(), reason="make .venv-crate/installed")
@pytest.mark.parametrize("profile", ["ro-crate-1.1", "provenance-run-crate-0.5"])
def test_it_is_a_valid_crate_of_its_profile(bundled, profile):
    script = ROOT / "tests/validate_crate.py"
    result = subprocess.run(
        [VALIDATOR, script, bundled / BUNDLE, profile], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"0 failures of the profile {profile}" in result.stdout


def test_unpacked_elsewhere_there_is_nothing_to_do(bundled, tmp_path, run):
    restored = command("restore_bundle", bundled / BUNDLE, tmp_path / "new")
    assert restored.returncode == 0, restored.stderr
    assert "without data sets and networks" in restored.stdout
    rules, said = planned(tmp_path / "new", run)
    assert rules == set()
    assert "Nothing to be done" in said
    # of one figure, and of a change
    figure = "results/smoke/figures/optimal_depth.pdf"
    rules, _ = planned(tmp_path / "new", run, figure, "--forcerun", "plot_optimal_depth")
    assert rules == {"plot_optimal_depth", "total"}


def test_with_models_a_size_more_trains_its_own_cells_alone(bundled, tmp_path, run):
    made = tmp_path / "made"
    shutil.copytree(bundled, made)
    bundle(made, {}, "--config", "bundle={include: [models]}")
    restored = command("restore_bundle", made / BUNDLE, tmp_path / "new")
    assert restored.returncode == 0, restored.stderr
    assert "without" not in restored.stdout
    config = tmp_path / "new/config.yaml"
    settings = yaml.safe_load(config.read_text())
    settings["studies"]["smoke"]["sizes"].append(50)
    config.write_text(yaml.safe_dump(settings))
    rules, said = planned(tmp_path / "new", run)
    trained = {"train_scratch", "train_transfer"}
    assert trained <= rules
    assert not rules & {"pretrain_source", "make_dataset", "train_reference", "cross_validate"}
    outputs = re.findall(r"output: (results/smoke/(?:scratch|transfer)\S+\.csv),", said)
    assert outputs
    assert {re.search(r"size-(\d+)", output)[1] for output in outputs} == {"50"}


def test_figures_are_drawn_again_from_its_tables(bundled, tmp_path):
    table, kept = "results/smoke/tables/optimal_depth.csv", ("accuracy_by_depth", "transfer_gain")
    with open_bundle(bundled / BUNDLE) as opened:
        files = {name: opened.read(name) for name in opened.names if name != "manifest.json"}
    files = {
        name: content
        for name, content in files.items()
        if "/figures/" not in name or Path(name).stem in kept
    }
    # edited together with its checksums
    header, first, *rest = files[table].decode().splitlines(keepends=True)
    cells = dict(zip(header.strip().split(","), first.strip().split(","), strict=True))
    cells["gain"] = cells["gain_high"]
    before = hashlib.sha256(files[table]).hexdigest()
    files[table] = "".join([header, ",".join(cells.values()) + "\n", *rest]).encode()
    record = json.loads(files[f"{table}.json"])
    assert record["files"] == {Path(table).name: before}
    record["files"] = {Path(table).name: hashlib.sha256(files[table]).hexdigest()}
    files[f"{table}.json"] = json.dumps(with_digest(record)).encode()
    write_bundle(tmp_path / "edited.zip", files)

    assert command("verify_bundle", tmp_path / "edited.zip").returncode == 0
    result = command("verify_bundle", tmp_path / "edited.zip", "--depth", "figures")

    assert result.returncode == 1, result.stdout + result.stderr
    assert "3 of 6 files drawn again, with the same bytes" in result.stdout
    assert "results/smoke/figures/transfer_gain.csv: differs: row 1" in result.stdout
    assert "accuracy_by_depth" not in result.stdout


def test_a_check_needs_nothing_but_python(bundled):
    script = ROOT / "workflow/scripts/verify_bundle.py"
    # without packages, and in a folder of nobody's
    line = [sys.executable, "-S", "-E", script, bundled / BUNDLE, "--sha256", "0" * 64]
    result = subprocess.run(line, cwd="/", capture_output=True, text=True)
    assert result.returncode == 1
    assert re.match(r"smoke.crate.zip: has the SHA-256 [0-9a-f]{64}, not 0{64}\n$", result.stderr)
    result = subprocess.run(line[:-2], cwd="/", capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "edited along with their checksums" in result.stdout
