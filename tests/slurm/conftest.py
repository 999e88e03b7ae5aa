"""Fixtures of the tests that need SLURM."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from checkout import SMOKE, copy_checkout, snakemake
from cluster import LONG, Run, link_profile, network

HERE = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A SLURM on this machine; tests are skipped where it cannot be."""
    if os.geteuid() != 0:
        pytest.skip("SLURM's daemons are started by root alone")
    if shutil.which("apt-get") is None:
        pytest.skip("SLURM is installed from Debian's packages, and here are none")
    try:
        said = tmp_path_factory.mktemp("start") / "stderr"
        with said.open("w") as file:  # no pipe, which the daemons might keep open
            start = subprocess.run([HERE / "start.sh"], stderr=file)
        if start.returncode != 0:
            pytest.skip(f"SLURM does not start here: {said.read_text().strip()}")
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
    process.terminate()  # where no test has waited for it
    process.wait()


@pytest.fixture(scope="session")
def home(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder of settings in which `make slurm-profile` has left the profile."""
    home = tmp_path_factory.mktemp("home")
    link_profile(root, home)
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


@pytest.fixture(scope="module")
def train(
    prepared: Path, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Run]]:
    """Start training sources of the long study on the cluster, its config changed or not."""
    with ExitStack() as runs:

        def start(
            sources: list[str], *arguments: str, changes: dict[str, str] | None = None
        ) -> Run:
            folder = tmp_path_factory.mktemp("run") / "defrost"
            shutil.copytree(prepared, folder)
            config = folder / LONG[1]
            for old, new in (changes or {}).items():
                assert old in config.read_text()
                config.write_text(config.read_text().replace(old, new))
            return runs.enter_context(Run(folder, home, *map(network, sources), *LONG, *arguments))

        yield start
