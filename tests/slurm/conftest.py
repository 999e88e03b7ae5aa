"""Fixtures of the tests that need SLURM."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from checkout import SMOKE, copy_checkout, snakemake
from cluster import LONG, Run, network

HERE = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def cluster() -> Iterator[None]:
    """A SLURM on this machine; tests are skipped where it cannot be."""
    if os.geteuid() != 0:
        pytest.skip("SLURM's daemons are started by root alone")
    if shutil.which("apt-get") is None:
        pytest.skip("SLURM is installed from Debian's packages, and here are none")
    try:
        subprocess.run([HERE / "start.sh"], check=True)
        yield
    finally:
        subprocess.run([HERE / "stop.sh"], check=True)


@pytest.fixture(scope="session", autouse=True)
def local(cluster: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Path]]:
    """Wait for the smoke preset without the cluster; it runs beside tests that mostly wait."""
    folder = copy_checkout(tmp_path_factory.mktemp("local") / "defrost")
    command = ["nice", sys.executable, "-m", "snakemake", *SMOKE, "--cores", "1"]
    with (folder / "output.txt").open("w") as file:
        process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT)

    def finished() -> Path:
        assert process.wait() == 0, (folder / "output.txt").read_text()
        return folder

    yield finished
    process.wait()


@pytest.fixture(scope="session")
def home(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder of settings in which `make slurm-profile` has left the profile."""
    home = tmp_path_factory.mktemp("home")
    subprocess.run(
        ["make", "slurm-profile"],
        cwd=root,
        env={**os.environ, "XDG_CONFIG_HOME": str(home)},
        check=True,
    )
    return home


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the data of the long study; trainings alone are left to do."""
    folder = copy_checkout(tmp_path_factory.mktemp("prepared") / "defrost")
    data = [f"results/long/data/{name}.safetensors" for name in ("first", "second", "third")]
    result = snakemake(folder, *data, *LONG)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="session")
def undisturbed(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The first source's network, trained here without a break."""
    folder = shutil.copytree(prepared, tmp_path_factory.mktemp("undisturbed") / "defrost")
    result = snakemake(folder, network("first"), *LONG)
    assert result.returncode == 0, result.stderr
    return (folder / network("first")).read_bytes()


Submit = Callable[..., Run]


@pytest.fixture(scope="session")
def train(prepared: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Submit:
    """Start training sources of the long study on the cluster, its config changed or not."""

    def start(sources: list[str], *arguments: str, changes: dict[str, str] | None = None) -> Run:
        folder = tmp_path_factory.mktemp("run") / "defrost"
        shutil.copytree(prepared, folder)
        config = folder / LONG[1]
        for old, new in (changes or {}).items():
            assert old in config.read_text()
            config.write_text(config.read_text().replace(old, new))
        return Run(folder, home, *map(network, sources), *LONG, *arguments)

    return start


@pytest.fixture
def submit(train: Submit) -> Iterator[Submit]:
    """Start trainings that end with the test."""
    runs = []

    def start(*arguments: object, **changes: object) -> Run:
        runs.append(train(*arguments, **changes))
        return runs[-1]

    yield start
    for run in runs:
        run.abandon()
