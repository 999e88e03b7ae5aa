"""A bundle's workflow run anew in a clean folder, and its tables held against the bundle's."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from defrost.bundle import layout
from defrost.bundle.compare import Difference, differences
from defrost.bundle.config import data_paths, read_config
from defrost.bundle.engine import run_aloud
from defrost.bundle.environment import environment, machine, unlike
from defrost.bundle.read import Bundle, BundleError, Problem
from defrost.bundle.restore import unpack, without_results

# How far cells of measured tables may lie apart where rounding differs, by column. Two threads in
# place of one moved accuracies of the smoke preset by up to 0.02, losses by 0.013, similarities and
# dimensions by 0.00007.
_ESTIMATES = ("value", "value_low", "value_high", "value_distinct", "null_mean", "null_low")
_ESTIMATE = dict.fromkeys((*_ESTIMATES, "null_high"), 0.001)
TOLERANCES = {
    "accuracy": {"train_accuracy": 0.05, "test_accuracy": 0.05, "test_loss": 0.05},
    "cross_validation": {"correct": 1},
    "similarity": _ESTIMATE,
    "intrinsic_dimension": _ESTIMATE,
}
_TABLES = re.compile(r"results/\w+/tables/\w+\.csv")


class Rerun(NamedTuple):
    """What came of a run: why it may differ from the bundle's, and in which cells tables differ.

    unlike: reasons; without any, tables must be the same. tables: cells by table, the same ones
    apart from columns that depend on the clock.
    """

    unlike: list[str]
    tables: dict[str, list[Difference]]


def rerun(bundle: Bundle, folder: Path, data_root: Path | None = None) -> Rerun:
    """Run the workflow that a bundle holds, and with it the bundle's code, and compare its tables.

    Data of the user's are looked for where the process runs, at the paths of the config.

    Args:
        bundle: which is as its manifest says.
        folder: an empty one to run in.
        data_root: where torchvision's data sets lie, of a study that reads any.

    Raises:
        BundleError: the run failed.
    """
    unpack(bundle, folder, filter(without_results, bundle.names))
    for path in data_paths(read_config(bundle)):
        if Path(path).exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).symlink_to(Path(path).resolve())
    data = ["--config", f"data_root={data_root.resolve()}"] if data_root else []
    if not run_aloud(folder, "tables", *data):
        raise BundleError([Problem("Snakefile", "the run failed; why is said above")])
    before = bundle.read_json(layout.ENVIRONMENT)
    now = {**environment((folder / "results").rglob("*")), **machine()}
    tables = {}
    for name in filter(_TABLES.fullmatch, bundle.names):
        path = folder / name
        made = path.read_bytes() if path.exists() else b""
        tables[name] = list(differences(bundle.read(name), made))
    return Rerun(unlike(before, now), tables)


def beyond(tables: dict[str, list[Difference]]) -> Iterator[tuple[str, Difference]]:
    """Yield the cells of measured tables that differ by more than rounding explains.

    Tables that follow from others are not judged by themselves, unless all measured ones are the
    same: then nothing explains that they differ.
    """
    measured = {name for name in tables if PurePosixPath(name).stem in TOLERANCES}
    explained = any(tables[name] for name in measured)
    for name, cells in tables.items():
        tolerances = TOLERANCES.get(PurePosixPath(name).stem, {})
        for cell in cells:
            tolerance = tolerances.get(cell.column, 0)
            if not cell.within(tolerance) and (name in measured or not explained):
                yield name, cell


def tell_rerun(found: Rerun) -> bool:
    """Print what came of running a bundle again; return whether its tables are confirmed."""
    for name, cells in found.tables.items():
        for cell in cells:
            print(f"  {name} row {cell.row}, {cell.column}: {cell.before} before, {cell.now} now")
    same = [name for name, cells in found.tables.items() if not cells]
    print(f"rerun: {len(same)} of {len(found.tables)} tables are the same")
    if len(same) == len(found.tables):
        return True
    for reason in found.unlike:
        print(f"  not the same kind of run: {reason}")
    if not found.unlike:
        print("  the same kind of run: on such a machine all tables should be the same")
        return False
    too_far = list(beyond(found.tables))
    for name, cell in too_far:
        print(f"  {name} row {cell.row}, {cell.column}: further apart than the tolerance")
    return not too_far
