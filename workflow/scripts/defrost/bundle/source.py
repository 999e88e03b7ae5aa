"""The workflow's source: its files as they are, the commit they belong to and what differs."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from defrost.errors import UserError

# what a run reads; of a checkout that git does not know, the source
_READ = ("Snakefile", "workflow", "profiles", "envs")
_BESIDE = ("README.md", "LICENSE", "CITATION.cff", "Makefile", "docs")
_CONFIG = "config.yaml"  # a bundle has the resolved config in its place


@dataclass(frozen=True)
class Source:
    """Files (paths below the checkout), the commit, if known, and its difference to them."""

    files: list[str]
    commit: str | None
    difference: str


def read_source(folder: Path) -> Source:
    """Return the source in a checkout, with git's knowledge of it where there is any.

    Of files that git does not know only those count that a run may read: others are the user's.
    """
    if not _is_checkout(folder):
        found = [path for name in (*_READ, *_BESIDE) for path in _below(folder / name)]
        return Source(_inside(found, folder), commit=None, difference="")
    tracked = _git(folder, "ls-files", "-z").split("\0")
    added = _git(folder, "ls-files", "-z", "--others", "--exclude-standard", "--", *_READ)
    names = {*tracked, *added.split("\0")} - {"", _CONFIG}
    options = ("--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--binary")
    outside_config = (".", f":(exclude){_CONFIG}")
    difference = _git(folder, "diff", *options, "HEAD", "--", *outside_config)
    difference += "".join(f"Not in the commit: {name}\n" for name in sorted(added.split("\0")[:-1]))
    commit = _git(folder, "rev-parse", "HEAD").strip()
    return Source(_inside([folder / name for name in names], folder), commit, difference)


def _is_checkout(folder: Path) -> bool:
    try:
        top = _git(folder, "rev-parse", "--show-toplevel").strip()
        _git(folder, "rev-parse", "--verify", "HEAD")
    except (OSError, subprocess.CalledProcessError):
        return False
    return Path(top).resolve() == folder.resolve()  # and not a folder inside another project


def _git(folder: Path, *arguments: str) -> str:
    run = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)
    return run.stdout.decode(errors="surrogateescape")


def _below(path: Path) -> list[Path]:
    if path.is_dir():
        return [file for file in path.rglob("*") if "__pycache__" not in file.parts]
    return [path]


def _inside(paths: list[Path], folder: Path) -> list[str]:
    """Return the files among paths, relative to the folder; a link may not lead out of it."""
    files = []
    for path in sorted(paths):
        if not path.is_file():  # a file that was deleted, or a folder
            continue
        name = path.relative_to(folder).as_posix()
        if not path.resolve().is_relative_to(folder.resolve()):
            raise UserError(name, "is a link that leads out of the checkout", "a file is allowed")
        files.append(name)
    return files
