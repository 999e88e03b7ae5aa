"""What a user would not hear of: results that are kept although their code or packages changed.

Snakemake compares a result with its own records of how it was made. Without these, after a clone
of the results alone, it takes every file that exists for the right one. The record of each result
says otherwise. Of packages Snakemake knows nothing either way.
"""

import json
import os
import sys
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_NO_RESULTS = ("logs", "benchmarks")
_LONGEST_HEADER = 100_000_000  # bytes, that safetensors allows
_LONGEST_NAME = 254  # of a file of Snakemake's, which cuts longer ones up


def warnings(
    results: Path, snakemake_records: Path, code_of: Callable[[str], str | None]
) -> list[str]:
    """Return a line for what is kept in spite of a change, nothing where all is well.

    Args:
        results: the folder of results; it need not exist.
        snakemake_records: Snakemake's own folder of metadata.
        code_of: digest of the code of a rule, None of one that is no more; asked only for results
            without a record of Snakemake's, because digests take time.
    """
    changed: Counter[str] = Counter()
    versions: Counter[tuple[str, str]] = Counter()
    for path, record in _records(results):
        rule = record["rule"]
        known = snakemake_records / _record_name(path)
        if not known.exists() and code_of(rule) not in (record["code"], None):
            changed[rule] += 1
        versions.update(record["versions"].items())
    lines = []
    if changed:
        lines.append(
            f"{_results(changed.total())} made by other code, and kept, because Snakemake has no"
            f" record of them. To make them anew: --forcerun {' '.join(sorted(changed))}"
        )
    for (package, made_with), count in sorted(versions.items()):
        if made_with != (installed := _installed(package)):
            lines.append(
                f"{_results(count)} made with {package} {made_with}, and kept; {installed} is"
                " installed. To make all anew: --forceall"
            )
    return lines


def _records(results: Path) -> Iterator[tuple[str, dict]]:
    """Yield every result below that has a record, and the record."""
    for folder, folders, names in os.walk(results):
        folders[:] = [name for name in folders if name not in _NO_RESULTS]
        for name in names:
            path = os.path.join(folder, name)
            try:
                if name.endswith(".safetensors"):
                    record = json.loads(_header(path)["__metadata__"]["record"])
                elif name.endswith(".json"):
                    record = json.loads(Path(path).read_bytes())
                else:
                    continue
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                continue  # a broken file is the business of the job that reads it
            if isinstance(record, dict) and isinstance(record.get("versions"), dict):
                yield path, record


def _header(path: str) -> dict:
    """Return the header of a safetensors file; its package would take longer to import."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        return json.loads(file.read(min(length, _LONGEST_HEADER)))


def _record_name(path: str) -> Path:
    """Return the name of Snakemake 9's record of a file, as its FilePersistence makes it."""
    name = urlsafe_b64encode(path.encode()).decode()
    parts = [name[i : i + _LONGEST_NAME] for i in range(0, len(name), _LONGEST_NAME)]
    return Path(*(f"@{part}" for part in parts[:-1]), parts[-1])


def _installed(package: str) -> str:
    if package == "python":
        return ".".join(map(str, sys.version_info[:3]))
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _results(count: int) -> str:
    return f"{count:,} result{'s were' if count > 1 else ' was'}"
