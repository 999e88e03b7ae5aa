"""Write parameters.md: the table of all parameters, from the schema that also validates them."""

import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow/scripts"))

from defrost.config.schema import parameters  # noqa: E402
from defrost.data.catalogue import REAL  # noqa: E402

HEAD = """\
# Parameters

Every parameter of `config.yaml`, as `workflow/schemas/config.schema.yaml` describes it (written
from there by `make docs`). `NAME` stands for a name of your own. A value that is not allowed, or
a key that is not listed here, ends the run before any job starts.

| parameter | default | allowed | meaning |
|---|---|---|---|
"""


def page() -> str:
    """Return the page as text."""
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    rows = []
    for path, part in parameters(schema):
        if "description" in part:
            cells = (f"`{path}`", _default(part), _allowed(part), _meaning(part))
            rows.append(f"| {' | '.join(cells)} |\n")
    return HEAD + "".join(rows)


def _default(part: dict) -> str:
    return f"`{json.dumps(part['default'])}`" if "default" in part else ""


def _allowed(part: dict) -> str:
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    types = part["type"] if isinstance(part["type"], list) else [part["type"]]
    return " or ".join(_of_type(name, part) for name in types)


def _of_type(name: str, part: dict) -> str:
    if name == "array":
        return f"list of {_allowed(part['items'])}"
    if name == "boolean":
        return "`true`, `false`"
    kind = {"integer": "whole number", "number": "number", "object": "mapping", "string": "text"}
    limits = []
    if "minimum" in part:
        limits.append(f"from {part['minimum']}")
    if "exclusiveMinimum" in part:
        limits.append(f"above {part['exclusiveMinimum']}")
    if "maximum" in part:
        limits.append(f"to {part['maximum']}")
    if "exclusiveMaximum" in part:
        limits.append(f"below {part['exclusiveMaximum']}")
    return " ".join([kind[name], *limits])


def _meaning(part: dict) -> str:
    given = part.get("for", [])
    kinds = [f"`{kind}`" for kind in given if kind not in REAL]
    if set(REAL) <= set(given):
        kinds.append("real data")
    else:
        kinds += [f"`{kind}`" for kind in given if kind in REAL]
    kinds = ", ".join(kinds)
    return f"{part.get('description', '')}{f' For {kinds}.' if kinds else ''}"


if __name__ == "__main__":
    (ROOT / "docs/parameters.md").write_text(page())
