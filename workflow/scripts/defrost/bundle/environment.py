"""What results were made with: versions of packages, devices, and the machine."""

import json
import platform
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

_CPUS = Path("/proc/cpuinfo")


def environment(results: Iterable[Path]) -> dict:
    """Return how many results were made with each version of each package, and on which device.

    Results that hold no record, and that no record is of, do not count.
    """
    versions: Counter[tuple[str, str]] = Counter()
    devices: Counter[str] = Counter()
    for path in results:
        if record := _record(path):
            devices[record["device"]] += 1
            versions.update(record["versions"].items())
    packages: dict[str, dict[str, int]] = {}
    for (package, version), count in sorted(versions.items()):
        packages.setdefault(package, {})[version] = count
    return {"versions": packages, "devices": dict(sorted(devices.items()))}


def machine() -> dict:
    """Return what kind of machine this is, as far as it may change the last digits of a number."""
    about = _CPUS.read_text() if _CPUS.exists() else ""
    model = re.search(r"^model name\s*: (.+)$", about, re.MULTILINE)
    return {
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "processor": model[1] if model else platform.processor(),
        }
    }


def unlike(before: dict, now: dict) -> list[str]:
    """Return why results of two environments may differ in rounding; nothing where they may not."""
    reasons = [
        f"{key} {before['machine'].get(key)}, here {value}"
        for key, value in now["machine"].items()
        if before["machine"].get(key) != value
    ]
    if before["devices"].keys() != now["devices"].keys():
        reasons.append(f"made on {', '.join(before['devices'])}, here {', '.join(now['devices'])}")
    return reasons + [
        f"{package} {', '.join(before['versions'].get(package, ['none']))}, here {', '.join(made)}"
        for package, made in now["versions"].items()
        if not made.keys() <= before["versions"].get(package, {}).keys()
    ]


def _record(path: Path) -> dict | None:
    if path.suffix == ".json":
        content = json.loads(path.read_bytes())
    elif path.suffix == ".safetensors" and path.exists():
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        content = json.loads(header.get("__metadata__", {}).get("record", "{}"))
    else:
        return None
    return content if {"versions", "device"} <= content.keys() else None
