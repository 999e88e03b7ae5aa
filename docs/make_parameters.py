"""Write parameters.md: the table of all parameters, from the schema that also validates them."""

import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow/scripts"))

from defrost.config.schema import parameters  # noqa: E402

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
        if "properties" not in part:
            cells = (f"`{path}`", _default(part), _allowed(part), part.get("description", ""))
            rows.append(f"| {' | '.join(cells)} |\n")
    return HEAD + "".join(rows)


def _default(part: dict) -> str:
    return f"`{json.dumps(part['default'])}`" if "default" in part else ""


def _allowed(part: dict) -> str:
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if part["type"] == "array":
        return f"list of {_allowed(part['items'])}"
    kind = {"integer": "whole number", "number": "number", "object": "mapping", "string": "text"}
    limits = []
    if "minimum" in part:
        limits.append(f"from {part['minimum']}")
    if "exclusiveMinimum" in part:
        limits.append(f"above {part['exclusiveMinimum']}")
    return " ".join([kind[part["type"]], *limits])


if __name__ == "__main__":
    (ROOT / "docs/parameters.md").write_text(page())
