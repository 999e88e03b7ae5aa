"""Validation against the schema with one-line messages, and the schema's defaults."""

import copy
import difflib
import sys
from collections.abc import Iterator

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from defrost.errors import UserError

_SHOWN = 60  # letters of a name or value in a message


class ConfigError(UserError):
    """A config that cannot be run: where, what was found, what is allowed."""

    def __init__(self, path: list, found: str, allowed: str) -> None:
        super().__init__(f"config: {key_path(path)}", found, allowed)


def key_path(path: list) -> str:
    """Return a path of keys and indices as a user would write it: `studies.digits.sizes[0]`."""
    text = "".join(f"[{shown(key)}]" if isinstance(key, int) else f".{_name(key)}" for key in path)
    return text.removeprefix(".") or "top level"


def check_schema(config: dict, schema: dict) -> None:
    """Raise ConfigError for the first place where `config` does not follow `schema`.

    Besides JSON Schema's own keywords an object may have a `discriminator`, the key whose value
    says what kind of object it is, and its properties `for` and `required_for`, the kinds that
    they belong to. (Branches of `oneOf` would say the same; their errors tell a user nothing.)
    """
    errors = list(_Validator(schema).iter_errors(config))
    if errors:  # the outermost first: what is wrong inside may be no more than what follows
        outermost = min(errors, key=lambda error: len(error.absolute_path))
        raise ConfigError(*_explanation(outermost))
    _check_kinds(config, schema, schema, [])


def with_defaults(config: dict, schema: dict) -> dict:
    """Return a copy of `config` in which every parameter with a default is filled in."""
    config = copy.deepcopy(config)
    _fill(config, schema, schema)
    return config


def resolve(part: dict, schema: dict) -> dict:
    """Return the part of the schema that a `$ref` stands for."""
    if "$ref" not in part:
        return part
    for key in part["$ref"].removeprefix("#/").split("/"):
        schema = schema[key]
    return {**schema, **part}


def _fill(value: object, part: dict, schema: dict) -> None:
    if not isinstance(value, dict):
        return
    kind = _kind(value, part)
    for key, child in part.get("properties", {}).items():
        child = resolve(child, schema)
        if "default" in child and kind in child.get("for", [kind]):
            value.setdefault(key, copy.deepcopy(child["default"]))
    for key, child in _given(value, part, schema):
        _fill(value[key], child, schema)


def _check_kinds(value: object, part: dict, schema: dict, path: list) -> None:
    if not isinstance(value, dict):
        return
    kind = _kind(value, part)
    for key, child in part.get("properties", {}).items():
        if key in value and kind not in child.get("for", [kind]):
            found = f"found beside {part['discriminator']} {kind}"
            raise ConfigError([*path, key], found, f"allowed beside {', '.join(child['for'])}")
        if key not in value and kind in child.get("required_for", []):
            found = f"found nothing beside {part['discriminator']} {kind}"
            raise ConfigError([*path, key], found, "it must be given")
    for key, child in _given(value, part, schema):
        _check_kinds(value[key], child, schema, [*path, key])


def _kind(value: dict, part: dict) -> str | None:
    """Return what kind of object `value` is, where the schema knows several."""
    key = part.get("discriminator")
    return value.get(key, part["properties"][key].get("default")) if key else None


def _given(value: dict, part: dict, schema: dict) -> Iterator[tuple[str, dict]]:
    """Yield the keys of `value` that the schema describes, with their description."""
    properties, others = part.get("properties", {}), part.get("additionalProperties")
    for key in value:
        child = properties.get(key, others)
        if isinstance(child, dict):
            yield key, resolve(child, schema)


def _is_number(_: object, value: object) -> bool:
    """Say whether a value is a number that can be computed with: no boolean, nan or infinity."""
    largest = sys.float_info.max
    return type(value) in (int, float) and -largest <= value <= largest


def _is_whole(_: object, value: object) -> bool:
    """Say whether a value is a whole number; one beyond all bounds passes every `minimum`."""
    return type(value) is int and _is_number(_, value)


# JSON Schema calls 20.0 an integer; here a size is part of a file name and must be one.
_Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number).redefine(
        "integer", _is_whole
    ),
)

_TYPE_NAMES = {
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a finite number",
}


def _explanation(error: ValidationError) -> tuple[list, str, str]:
    """Return where the error is, what was found there and what is allowed."""
    path, found, limit = list(error.absolute_path), f"found {shown(error.instance)}", None
    limit = error.validator_value
    match error.validator:
        case "additionalProperties":
            known = error.schema["properties"]
            key = min(error.instance.keys() - known.keys(), key=str)
            close = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            return [*path, key], "found an unknown key", f"{hint}allowed are {', '.join(known)}"
        case "required":
            key = next(key for key in limit if key not in error.instance)
            return [*path, key], "found nothing", "it must be given"
        case "type":
            types = [limit] if isinstance(limit, str) else limit
            names = " or ".join(_TYPE_NAMES[name] for name in types)
            return path, found, f"allowed is {names}{_hint(error)}"
        case "enum":
            return path, found, f"allowed are {', '.join(map(str, limit))}"
        case "minimum":
            return path, found, f"allowed is {limit} or more"
        case "maximum":
            return path, found, f"allowed is {limit} or less"
        case "exclusiveMinimum":
            return path, found, f"allowed is more than {limit}"
        case "exclusiveMaximum":
            return path, found, f"allowed is less than {limit}"
        case "minItems" | "minProperties" | "minLength":
            count = len(error.instance)
            found = f"found {count} of them" if count else "found an empty one"
            return path, found, f"allowed is {limit} or more"
        case "uniqueItems":
            return path, found, "allowed is every value once"
        case "pattern" | "maxLength":
            name = "a name of lower case letters, digits and underscores, 60 at most"
            return path, f"found the name {shown(error.instance)}", f"allowed is {name}"
    return path, found, error.message


def shown(value: object, most: int = _SHOWN) -> str:
    """Return a value as Python writes it, in one line of so many letters at most."""
    return _cut(" ".join(repr(value).split()), most)


def _name(key: object) -> str:
    """Return a key as it is; in quotes one that nobody could see, or that a terminal obeys."""
    text = " ".join(str(key).split())
    return _cut(text) if text and text.isprintable() else shown(key)


def _cut(text: str, most: int = _SHOWN) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _hint(error: ValidationError) -> str:
    """Help with two traps: YAML takes 1e-3 for text, Snakemake's command line `true`."""
    if error.validator_value == "boolean" and error.instance in ("true", "false"):
        return f" (on the command line: {error.instance.title()})"
    if error.validator_value != "number" or not isinstance(error.instance, str):
        return ""
    try:
        return f" (YAML reads it as text: write {float(error.instance)})"
    except ValueError:
        return ""


def parameters(schema: dict) -> Iterator[tuple[str, dict]]:
    """Yield the path and the description of every parameter, in the schema's order."""
    yield from _parameters("", schema, schema)


def _parameters(path: str, part: dict, schema: dict) -> Iterator[tuple[str, dict]]:
    for key, child in part.get("properties", {}).items():
        child = resolve(child, schema)
        here = f"{path}.{key}".removeprefix(".")
        yield here, child
        yield from _parameters(here, child, schema)
    each = part.get("additionalProperties")
    if isinstance(each, dict):
        yield from _parameters(f"{path}.NAME", resolve(each, schema), schema)
