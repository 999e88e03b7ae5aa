"""Fixtures of all tests."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

# as the jobs do: threads that wait for one another make small networks slow on a busy machine
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from checkout import ROOT, SMOKE, copy_checkout, snakemake
from filelock import FileLock


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout that is tested; tests only read it."""
    return ROOT


@pytest.fixture(scope="session")
def schema(root: Path) -> dict:
    """The schema of the config."""
    import yaml

    return yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text())


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which the smoke preset has run with two cores; tests only read it.

    It runs once: whichever process of the tests comes second waits for it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, done = shared / "finished/defrost", shared / "finished/done"
    with FileLock(shared / "finished.lock"):
        if not done.exists():
            copy_checkout(folder)
            result = snakemake(folder, *SMOKE, "--cores", "2")
            assert result.returncode == 0, result.stderr
            done.touch()
    return folder


@pytest.fixture
def finished_copy(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished checkout, elsewhere, to be changed."""
    return shutil.copytree(finished, tmp_path / "elsewhere")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without results, to be changed."""
    return copy_checkout(tmp_path / "defrost")


@pytest.fixture(scope="session")
def run() -> Callable[..., subprocess.CompletedProcess]:
    """Run Snakemake in a folder."""
    return snakemake
