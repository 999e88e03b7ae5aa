"""Write constraints.txt and environment.yaml: the pins of all that is installed."""

from importlib.metadata import distributions
from pathlib import Path

ENVS = Path(__file__).parent
LOCAL = ("pip", "setuptools")  # what every environment brings itself

CONSTRAINTS = """\
# Everything that requirements.txt and requirements-dev.txt bring along, pinned: written by
# `make lock`. Torch pins the libraries of its GPU builds itself.
"""
ENVIRONMENT = """\
# For `snakemake --sdm conda`: the pins of constraints.txt. Written by `make lock`.
channels: [conda-forge]
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def installed() -> list[str]:
    """Return a pin for every installed package, without the local part of a version (+cpu)."""
    pins = {
        f"{package.name.lower()}=={package.version.partition('+')[0]}"
        for package in distributions()
        if package.name.lower() not in LOCAL
    }
    return sorted(pins)


def environment(pins: list[str]) -> str:
    """Return the conda environment of these pins."""
    return ENVIRONMENT + "".join(f"      - {pin}\n" for pin in pins)


if __name__ == "__main__":
    pins = installed()
    (ENVS / "constraints.txt").write_text(CONSTRAINTS + "".join(f"{pin}\n" for pin in pins))
    (ENVS / "environment.yaml").write_text(environment(pins))
