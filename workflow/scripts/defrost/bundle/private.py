"""What tells of the machine, its user or their secrets, in texts that others will read."""

import getpass
import os
import platform
import re
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path

# names of variables whose values are secrets
_SECRET_NAMES = re.compile(
    r"token|secret|passw|passphrase|credential|api_?key|access_?key|_(key|pat|pw|auth)$",
    re.IGNORECASE,
)
# secrets by their look, wherever they stand
_SECRETS = re.compile(
    r"gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|hf_\w{20,}|sk-[\w-]{20,}"
    r"|AKIA[0-9A-Z]{16}|xox[abeprs]-[\w-]{10,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*-----)?",
    re.ASCII,
)
_URL_SECRETS = re.compile(r"(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@)")
# and by what a log calls them
_NAMED_SECRETS = re.compile(
    r"(?i)((?:token|secret|passw(?:or)?d|passphrase|credential|api[_-]?key)\w*[\"']?\s*[:=]\s*[\"']?"
    r"|\bbearer\s+)([^\s\"',;]{4,})"
)
_START = r"(?:(?<![\w.~:/<>)\]}*-])|(?<=\\[nt]))"  # in JSON, a line break is two letters
# two folders or more: a single slash may mean anything
_PATHS = re.compile(rf"{_START}/(?:[\w.+@-]+/)+([\w.+@-]*)")
_NOBODY = {"root", "user", "nobody", "localhost", "localdomain"}  # names of nobody in particular
_SHORTEST_SECRET = 8  # letters; what is shorter is a word
_SHORTEST_NAME = 6  # bytes, in files that are no text: what is shorter is there by chance


@dataclass(frozen=True)
class Private:
    """Texts that must not leave a machine.

    Attributes:
        places: the user's folders, and what stands for each.
        folders: other folders of this machine alone, and what stands for each.
        names: of the machine and its user.
        secrets: values of variables of the environment.
    """

    places: dict[str, str]
    folders: dict[str, str]
    names: frozenset[str]
    secrets: tuple[str, ...]

    def found(self, text: str) -> list[str]:
        """Return the kinds of private texts, other than names, in a text."""
        kinds = {
            "a secret": any(secret in text for secret in self.secrets)
            or _SECRETS.search(text)
            or _URL_SECRETS.search(text),
            "a folder of this machine": any(re.search(_folder(each), text) for each in self.places),
        }
        return [kind for kind, is_found in kinds.items() if is_found]

    def found_names(self, text: str) -> list[str]:
        """Return in words whether a text names the machine or its user."""
        is_found = any(re.search(_word(name), text) for name in self.names)
        return ["the name of this machine or of its user"] if is_found else []

    def found_in_bytes(self, content: bytes | mmap) -> list[str]:
        """Return the kinds of private texts in the content of a file that is no text."""
        names = (name for name in self.names if len(name) >= _SHORTEST_NAME)
        sought = map(str.encode, (*self.places, *self.secrets, *names))
        is_found = any(content.find(each) >= 0 for each in sought)
        return ["a secret, a folder or a name of this machine"] if is_found else []

    def redacted(self, text: str) -> str:
        """Return a text without anything private, and with no absolute path at all."""
        for secret in self.secrets:
            text = text.replace(secret, "REDACTED")
        for pattern in (_SECRETS, _URL_SECRETS):
            text = pattern.sub("REDACTED", text)
        text = _NAMED_SECRETS.sub(r"\1REDACTED", text)
        known = {**self.folders, **self.places}
        for folder in sorted(known, key=len, reverse=True):
            text = re.sub(_folder(folder), known[folder], text)
        text = _PATHS.sub(r".../\1", text)
        for name in sorted(self.names, key=len, reverse=True):
            text = re.sub(_word(name), "NAME", text)
        return text


def absolute_paths(text: str) -> list[str]:
    """Return the absolute paths in a text."""
    return [match[0] for match in _PATHS.finditer(text)]


def of_this_machine(
    folder: Path, environment: Mapping[str, str], common: frozenset[str] = frozenset()
) -> Private:
    """Return what is private here: to the user, who works in `folder`, and to the machine.

    Names that are `common` words tell nothing and would be found everywhere.
    """
    home = environment.get("HOME") or str(Path.home())
    places = {path: "~" for path in (home, str(Path.home()), os.path.realpath(home))}
    places |= {str(folder): ".", str(folder.resolve()): "."}
    folders = {sys.base_prefix: "PYTHON", sys.prefix: "PYTHON", tempfile.gettempdir(): "TEMPORARY"}
    hosts = {socket.gethostname(), platform.node(), environment.get("HOSTNAME", "")}
    users = {_user(), environment.get("USER", ""), environment.get("LOGNAME", "")}
    names = {*hosts, *(host.partition(".")[0] for host in hosts), *users, Path(home).name}
    secrets = {
        value
        for name, value in environment.items()
        if _SECRET_NAMES.search(name) and len(value) >= _SHORTEST_SECRET and value[0] != "/"
    }
    return Private(
        places={path: shown for path, shown in places.items() if path.count("/") and path != "/"},
        folders=folders,
        names=frozenset(name for name in names - common - _NOBODY if len(name) > 1),
        secrets=tuple(sorted(secrets, key=len, reverse=True)),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""  # a number without a name


def _folder(path: str) -> str:
    return rf"(?:(?<![\w.])|(?<=\\[nt])){re.escape(path)}(?![\w-])"


def _word(name: str) -> str:
    return rf"(?<!\w){re.escape(name)}(?!\w)"
