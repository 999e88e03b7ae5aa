"""What the text of a config file says that is lost, or worse, once Snakemake has read it.

Of a key that comes twice YAML takes the last without a word; anchors can be nested until what they
stand for fills the memory; a date that does not exist ends in a traceback; and Snakemake runs the
Python in a file that asks for it.
"""

from pathlib import Path

import yaml

from defrost.config.schema import ConfigError, shown
from defrost.errors import UserError

_DEEPEST = 50  # the schema goes down to 7; libyaml ends the process at some ten thousand
_MOST_VALUES = 100_000  # aliases written out; the largest of the shipped configs has a few hundred
_TEMPLATE = "__use_yte__"  # the key that has Snakemake run a file's expressions
_MERGE = "tag:yaml.org,2002:merge"
_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")  # of mappings and lists


def check_text(path: str | Path) -> None:
    """Raise UserError for a config file that is no YAML, or does not mean what it seems to.

    JSON is YAML. Nothing in the file is run, and no alias is written out before it is known how
    much it stands for.
    """
    try:
        text = Path(path).read_bytes().decode()
        _Reading(path, yaml.CSafeLoader(text)).check()
        yaml.load(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        raise UserError(f"config: {path}", f"found {error}", "allowed is UTF-8") from error
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", error)
        where = f"config: {path}" + (f", line {mark.line + 1}" if mark else "")
        raise UserError(
            where, f"found no YAML ({problem})", "allowed are keys and values"
        ) from error


class _Reading:
    """One pass over the events of a YAML file, of which libyaml holds one at a time."""

    def __init__(self, path: str | Path, loader: yaml.CSafeLoader) -> None:
        self.path, self.loader = path, loader
        self.values: dict[str, int] = {}  # that an anchor stands for, aliases written out

    def check(self) -> None:
        nothing = True
        while not isinstance(event := self.loader.get_event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.NodeEvent):
                nothing = False
                if not isinstance(event, yaml.MappingStartEvent):
                    found = f"found something else than keys and values in {self.path}"
                    raise ConfigError([], found, "allowed is a mapping")
                self._value(event, [])
        if nothing:
            raise ConfigError([], f"found nothing in {self.path}", "allowed is a mapping")

    def _value(self, event: yaml.NodeEvent, path: list) -> int:
        """Check what begins with an event; return of how many values it is, aliases written out."""
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.values:
                found = f"found the alias *{event.anchor}, of nothing that is complete before it"
                raise ConfigError(path, found, "allowed are aliases of what comes before")
            return self.values[event.anchor]
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, path)
            values = 1
        else:
            if event.tag not in _TAGS:
                raise ConfigError(path, f"found the tag {event.tag}", "allowed is none")
            if len(path) == _DEEPEST:
                raise ConfigError(path, f"found more than {_DEEPEST} levels", "allowed are fewer")
            keyed = isinstance(event, yaml.MappingStartEvent)
            values = 1 + (self._mapping if keyed else self._list)(path)
        if event.anchor:
            self.values[event.anchor] = values
        return values

    def _mapping(self, path: list) -> int:
        values, lines = 0, {}
        while not isinstance(event := self.loader.get_event(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise ConfigError(path, "found a key that is no single value", "allowed are names")
            key, line = self._scalar(event, path), event.start_mark.line + 1
            if key in lines:
                found = f"found twice in {self.path}, lines {lines[key]} and {line}"
                raise ConfigError([*path, key], found, "allowed is it once")
            if key == _TEMPLATE and not path:
                found = "found a template, whose Python would be run"
                raise ConfigError([key], found, "allowed are plain values")
            lines[key] = line
            values = self._within(values + self._value(self.loader.get_event(), [*path, key]), path)
        return values

    def _list(self, path: list) -> int:
        values, length = 0, 0
        while not isinstance(event := self.loader.get_event(), yaml.SequenceEndEvent):
            values = self._within(values + self._value(event, [*path, length]), path)
            length += 1
        return values

    def _within(self, values: int, path: list) -> int:
        if values > _MOST_VALUES:
            found = f"found {values:,} values or more, aliases written out"
            raise ConfigError(path, found, f"allowed are {_MOST_VALUES:,}")
        return values

    def _scalar(self, event: yaml.ScalarEvent, path: list) -> object:
        """Return a single value as YAML reads it."""
        tag = event.tag if event.tag not in (None, "!") else None
        node = yaml.ScalarNode(tag, event.value)
        node.tag = tag or self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if node.tag == _MERGE:
            return event.value
        try:
            value = self.loader.construct_object(node)
            str(value)  # which Python refuses for a number of thousands of digits
        except Exception as error:  # of dates and numbers that do not exist each has its own
            problem = getattr(error, "problem", error)
            found = f"found {shown(event.value)}, which YAML cannot read ({problem})"
            raise ConfigError(path, found, "allowed are plain values") from error
        return value
