"""Configs made from the schema and from the shipped ones, and what a hand or an enemy does to them.

All of it follows from a seed.
"""

import copy
import datetime
import math
import random
from collections.abc import Iterator

import yaml
from checkout import ROOT

from defrost.config.schema import resolve

# names and texts that mean something to a shell, a path, a terminal, YAML or the workflow
TEXTS = [
    *("", " ", "x", "é", "日本", "💥", "\u202eabc", "a" * 5000, "a\nb", "\n", "\x1b[31m", "\x7f"),
    *("../x", "../../etc/passwd", "/etc/passwd", "a/b", "./a", "..", ".", "~", "a\\b", "C:\\x"),
    *(
        "'; touch mark #",
        "$(touch mark)",
        "`touch mark`",
        "a;b",
        "a|b",
        "*",
        "{study}",
        "%s",
        "a b",
    ),
    *(
        "-rf",
        "--force",
        "scratch",
        "target",
        "logs",
        "benchmarks",
        "bundles",
        "nan",
        "null",
        "true",
    ),
    *(
        "1e-3",
        "0x10",
        "None",
        "A",
        "Digits",
        "digits.csv",
        "_a",
        "1a",
        "a-b",
        'a"b',
        "a'b",
        "#",
        "a:",
    ),
]
NUMBERS = [
    *(0, -1, 1, 2, 3, 10, 63, 2**31, 2**63, 2**64, 10**9, 10**30, 10**400, -(10**400)),
    *(0.5, 1.0, -0.5, 1e-320, 1e308, math.nan, math.inf, -math.inf),
]
OTHERS = [
    *(None, True, False, [], {}, [[]], [None], {"a": {}}, [1, 1], [1, "1"], {1: 2}, {None: 1}),
    *(datetime.date(2001, 1, 1), b"bytes", list(range(1000)), {f"k{n}": n for n in range(1000)}),
]
# what one value alone cannot know of others: half of the generated configs would be refused for it
LIKELY = {
    "train": [200, 1000],
    "probe": [100],
    "test": [100],
    "sizes": [[20, 100], [50], [20, 50, 200]],
    "depths": [[0, 1], [1]],
    "widths": [[4, 8], [16, 16, 16]],
    "pool_after": [[1], []],
    "block_factors": [[1, 0.5], [1, 0.5, 2]],
    "name": ["convnet", "mlp", "resnet18"],
    "image": [{"channels": 3, "height": 32, "width": 32}],
    "classes": [[0, 1, 2, 3], [[0, 1], 2]],
    "path": ["tests"],
    "train_examples": [100, 1000],
    "test_examples": [100],
    "sources": [[]],
    "source_seeds": [1],
    "share": [0.1, 0.2],
}
KEYS = [1, 0, 1.5, None, True, datetime.date(2001, 1, 1), b"bytes", *TEXTS]


def shipped() -> list[dict]:
    """Return the configs that are shipped: the default one, and every preset laid over it."""
    paths = [ROOT / "config.yaml", *sorted((ROOT / "workflow/presets").glob("*.yaml"))]
    default, *presets = [yaml.safe_load(path.read_text()) for path in paths]
    return [default, *({**default, **preset} for preset in presets)]


def generated(schema: dict, rng: random.Random) -> dict:
    """Return a config that follows the schema, as far as one value alone says."""
    return _generated(schema, schema, rng)


def mutated(config: dict, rng: random.Random) -> dict:
    """Return a copy of a config with one to three things wrong with it, or harmlessly changed."""
    config = copy.deepcopy(config)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        places = [path for path in paths(config) if path]
        if places:
            rng.choice(_MUTATIONS)(config, rng.choice(places), rng)
    return config


def paths(value: object, path: tuple = ()) -> Iterator[tuple]:
    """Yield the path of every value, of the whole first."""
    yield path
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(child, (*path, key))


def _generated(part: dict, schema: dict, rng: random.Random, key: str = "") -> object:
    part = resolve(part, schema)
    if "enum" in part:
        return rng.choice(part["enum"])
    if key in LIKELY and part["type"] != "object" and rng.random() < 0.97:
        return copy.deepcopy(rng.choice(LIKELY[key]))
    kind = part["type"]
    match kind if isinstance(kind, str) else rng.choice(kind):
        case "object":
            return _mapping(part, schema, rng)
        case "array":
            least, most = part.get("minItems", 0), part.get("minItems", 0) + 3
            items = [
                _generated(part["items"], schema, rng) for _ in range(rng.randint(least, most))
            ]
            return list({repr(item): item for item in items}.values())
        case "boolean":
            return rng.random() < 0.5
        case "string":
            return rng.choice(["digits", "near", "pyproject.toml", "resnet18", "mlp", "data"])
        case "number":
            return rng.choice([0.01, 0.3, 0.5, 0.9, part.get("maximum", 0.7)])
        case _:
            low = part.get("minimum", 0)
            return rng.choice([low, low + 1, 10, 20, 50, 100, 300])


def _mapping(part: dict, schema: dict, rng: random.Random) -> dict:
    properties, required = part.get("properties", {}), part.get("required", [])
    made = {
        key: _generated(child, schema, rng, key)
        for key, child in properties.items()
        if key in required or (key != "run" and rng.random() < 0.2)
    }
    each = part.get("additionalProperties")
    if isinstance(each, dict):
        made |= {f"a{n}": _generated(each, schema, rng) for n in range(rng.randint(1, 3))}
    if key := part.get("discriminator"):
        own = made.get(key, resolve(properties[key], schema).get("default"))
        for name, child in properties.items():
            child = resolve(child, schema)
            if own in child.get("required_for", []) and name not in made:
                made[name] = _generated(child, schema, rng, name)
            if own not in child.get("for", [own]) and rng.random() < 0.99:
                made.pop(name, None)
    return made


def _parent(config: dict, path: tuple) -> dict | list:
    for key in path[:-1]:
        config = config[key]
    return config


def _replace(config: dict, path: tuple, rng: random.Random) -> None:
    value = rng.choice(rng.choice([TEXTS, NUMBERS, OTHERS]))
    _parent(config, path)[path[-1]] = copy.deepcopy(value)


def _remove(config: dict, path: tuple, rng: random.Random) -> None:
    del _parent(config, path)[path[-1]]


def _rename(config: dict, path: tuple, rng: random.Random) -> None:
    parent = _parent(config, path)
    if isinstance(parent, dict):
        value, old = parent.pop(path[-1]), str(path[-1])
        typos = [old.upper(), old[1:], f"{old}s", f" {old}", f"{old}\n", old.replace("_", "-")]
        parent[rng.choice([*KEYS, *typos])] = value


def _add(config: dict, path: tuple, rng: random.Random) -> None:
    parent, value = _parent(config, path), rng.choice([*TEXTS, *NUMBERS, *OTHERS])
    if isinstance(parent, dict):
        parent[rng.choice(KEYS)] = copy.deepcopy(value)
    else:
        parent.insert(rng.randint(0, len(parent)), rng.choice([copy.deepcopy(value), parent[0]]))


def _change_number(config: dict, path: tuple, rng: random.Random) -> None:
    parent, value = _parent(config, path), _parent(config, (*path, None))
    if type(value) in (int, float):
        changed = [-value, value + 1, value - 1, 10 * value, float(value), str(value), [value]]
        parent[path[-1]] = rng.choice(changed)


def _exchange(config: dict, path: tuple, rng: random.Random) -> None:
    """Put what is somewhere else here as well: the very same object, as an alias in YAML is."""
    other = rng.choice([place for place in paths(config) if place])
    if other != path[: len(other)]:  # what holds itself YAML does not read
        _parent(config, path)[path[-1]] = _parent(config, (*other, None))


_MUTATIONS = [_replace, _replace, _remove, _rename, _add, _change_number, _change_number, _exchange]
