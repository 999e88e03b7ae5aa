"""What all tests share: the checkout, copies of it, and Snakemake run in them."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SMOKE = ("--configfile", "workflow/presets/smoke.yaml")


def copy_checkout(folder: Path) -> Path:
    """Copy what git tracks, or would track, into `folder`: a clone with today's edits."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return folder


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run Snakemake in `folder`, as a user would, and return how it ended and what it said."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--nocolor", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )


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
    """A checkout in which the smoke preset has run with two cores; tests only read it."""
    folder = copy_checkout(tmp_path_factory.mktemp("finished") / "defrost")
    result = snakemake(folder, *SMOKE, "--cores", "2")
    assert result.returncode == 0, result.stderr
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
