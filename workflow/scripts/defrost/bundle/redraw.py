"""The figures of a bundle, drawn again from its tables by the code of this checkout."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from defrost.bundle import layout
from defrost.bundle.compare import differences
from defrost.bundle.config import data_paths, read_config
from defrost.bundle.engine import run_quietly
from defrost.bundle.read import Bundle, BundleError, Problem
from defrost.bundle.restore import unpack

_FIGURES = re.compile(r"results/\w+/figures/\w+\.(?:pdf|png|csv)")
_WORKFLOW = ("Snakefile", "workflow", "profiles", "envs")


class Redrawn(NamedTuple):
    """A file of a figure and its outcome: `same`, `differs`, `other versions` or `not drawn`."""

    file: str
    outcome: str
    reason: str = ""


def redraw(bundle: Bundle, checkout: Path, folder: Path) -> Iterator[Redrawn]:
    """Yield, for every file of a figure in a bundle, how it compares to one that is drawn anew.

    Nothing of the bundle is run: of it come tables and the config, which is read here and given to
    Snakemake as JSON, because in YAML Snakemake obeys templates.

    Args:
        bundle: which is as its manifest says.
        checkout: whose code draws.
        folder: an empty one to draw in.

    Raises:
        BundleError: the config cannot be read, or this checkout cannot draw from it.
    """
    figures = sorted(filter(_FIGURES.fullmatch, bundle.names))
    records = bundle.read_json(layout.RECORDS)
    needed = {name: _from_results(records.get(name, {})) for name in figures}
    can = [name for name in figures if needed[name] and needed[name] <= set(bundle.names)]
    tables = {table for name in can for table in needed[name]}
    records_of_tables = {f"{table}.json" for table in tables} & set(bundle.names)
    unpack(bundle, folder, sorted(tables | records_of_tables))
    config = read_config(bundle)
    folder.mkdir(exist_ok=True)
    (folder / layout.CONFIG).write_text(json.dumps(config))
    for path in data_paths(config):  # no figure reads them, but a run looks whether they are there
        _stand_in(folder / path)
    for name in _WORKFLOW:
        copy = shutil.copytree if (checkout / name).is_dir() else shutil.copy2
        copy(checkout / name, folder / name)
    rules = sorted(
        rule
        for path in (checkout / "workflow/rules").glob("*.smk")
        for rule in re.findall(r"^rule (plot_\w+):", path.read_text(), flags=re.MULTILINE)
    )
    # by these rules alone: whatever else a figure may seem to need is not made
    said = run_quietly(folder, *can, "--allowed-rules", *rules) if can else None
    if said is not None:
        raise BundleError([Problem(layout.CONFIG, f"this checkout draws no figures of it: {said}")])
    for name in figures:
        if name in can:
            yield _compared(name, bundle, folder)
        else:
            absent = sorted(needed[name] - set(bundle.names)) or ["any record of it"]
            yield Redrawn(name, "not drawn", f"the bundle is without {absent[0]}")


def _from_results(record: dict) -> set[str]:
    """Return what a figure was drawn from, other than code."""
    return {name for name in record.get("input", []) if name.startswith("results/")}


def _stand_in(path: Path) -> None:
    """Put something empty where the config says that the user's data are."""
    if path.suffix:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    else:
        path.mkdir(parents=True, exist_ok=True)


def _compared(name: str, bundle: Bundle, folder: Path) -> Redrawn:
    drawn = (folder / name).read_bytes()
    if drawn == bundle.read(name):
        return Redrawn(name, "same")
    if name.endswith(".csv"):
        first = next(differences(bundle.read(name), drawn), None)
        if first is None:
            return Redrawn(name, "differs", "the same numbers, written otherwise")
        where = f"row {first.row}, {first.column}"
        return Redrawn(name, "differs", f"{where}: {first.before} in the bundle, {first.now} drawn")
    record = PurePosixPath(name).with_suffix(".json")
    before, now = bundle.read_json(str(record)), json.loads((folder / record).read_text())
    changed = [
        f"{package} {version}, here {now['versions'].get(package)}"
        for package, version in before["versions"].items()
        if now["versions"].get(package) != version
    ]
    if before["code"] != now["code"]:
        changed.append("other code of Defrost's")
    if changed:
        return Redrawn(name, "other versions", f"was drawn with {', '.join(changed)}")
    return Redrawn(name, "differs", "other bytes, by the same code and versions")


def tell_redrawn(bundle: Bundle, checkout: Path, folder: Path) -> bool:
    """Print what came of drawing the figures of a bundle; return whether none differs."""
    files = list(redraw(bundle, checkout, folder))
    same = [file for file in files if file.outcome == "same"]
    for file in files:
        if file.outcome != "same":
            print(f"  {file.file}: {file.outcome}: {file.reason}")
    print(f"figures: {len(same)} of {len(files)} files drawn again, with the same bytes")
    return all(file.outcome != "differs" for file in files)
