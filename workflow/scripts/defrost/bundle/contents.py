"""What goes into a bundle: every file by its path, with nothing private in it."""

import copy
import hashlib
import json
import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from io import BytesIO
from mmap import ACCESS_READ, mmap
from pathlib import Path
from zipfile import ZipFile

import yaml

from defrost.bundle import layout
from defrost.bundle.actions import left_out_name
from defrost.bundle.environment import environment, machine
from defrost.bundle.lineage import Step, kept_records
from defrost.bundle.private import Private, absolute_paths
from defrost.bundle.source import Source
from defrost.errors import UserError
from defrost.provenance.digests import with_digest

_TEXT = {".csv", ".diff", ".html", ".json", ".tsv", ".yaml"}
_MODEL = ".safetensors"


@dataclass
class Contents:
    """Files by their path in the bundle, the steps in its terms, and what they used besides.

    Attributes:
        files: content of each file.
        steps: every path is one of `files`, or stands for one of `left_out`.
        left_out: SHA-256, where it is known, of what is not in the bundle.
    """

    files: dict[str, bytes | mmap]
    steps: list[Step]
    left_out: dict[str, str | None]


def gather(
    folder: Path,
    config: dict,
    steps: list[Step],
    records: dict[str, dict],
    source: Source,
    private: Private,
    models: bool,
) -> Contents:
    """Return what a bundle holds, but for the description of it.

    Args:
        folder: the checkout that the study ran in.
        config: the resolved config of the study alone.
        steps: what ran.
        records: Snakemake's record of each file.
        source: of the workflow.
        private: what may not go into a bundle; logs are redacted.
        models: whether networks, data sets and activations go in.

    Raises:
        UserError: a file is missing, or a file other than a log holds something private.
    """
    moved = _moved(config)
    study = config["run"][0]
    renamed = {
        f"results/bundles/{study}/report.html": layout.PAGE,
        f"results/bundles/{study}/report.zip": layout.ARCHIVE,
    }
    kept = {
        path: record for path, record in kept_records(steps, records).items() if path not in renamed
    }
    outputs = [path for step in steps for path in step.outputs]
    made = {
        layout.CONFIG: _yaml(_followed(config)),
        layout.RECORDS: _json(kept),
        layout.ENVIRONMENT: _json({**environment(folder / path for path in outputs), **machine()}),
        layout.SOURCE: _json({"commit": source.commit, "differs": bool(source.difference)}),
    }
    if source.difference:
        made[layout.DIFFERENCE] = _bytes(source.difference)
    files = {name: (folder / name).read_bytes() for name in source.files}
    for step in steps:
        for path in step.outputs:
            if models or not path.endswith(_MODEL):
                made[renamed.get(path, path)] = _read(folder, path)
        made[step.benchmark] = _read(folder, step.benchmark)
        files[step.log] = _bytes(private.redacted(_text(_read(folder, step.log), moved)))
    for name, content in made.items():
        is_text = Path(name).suffix in _TEXT
        files[name] = _bytes(_text(content, moved)) if is_text else content
    if moved:
        files |= _sealed(files)
    for name, content in files.items():
        _check(name, content, private, of_source=name in source.files)
    return Contents(files, *_in_terms_of(files, steps, renamed | moved, folder))


def words(folder: Path, source: Source) -> frozenset[str]:
    """Return the words of the workflow's code: as names of machines or people they say nothing."""
    code = (name for name in source.files if name.endswith((".py", ".smk")))
    texts = ((folder / name).read_text(errors="replace") for name in code)
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


def _moved(config: dict) -> dict[str, str]:
    """Return what stands for each absolute path of the user's data: a path beside the config."""
    paths = [
        part["path"]
        for study in config["studies"].values()
        for part in (study["target"], *study["sources"].values())
        if os.path.isabs(str(part.get("path", "")))
    ]
    alike = Counter(Path(path).name for path in set(paths))
    return {
        path: Path(path).name if alike[Path(path).name] == 1 else path.strip("/").replace("/", "-")
        for path in paths
    }


def _text(content: bytes, moved: dict[str, str]) -> str:
    text = content.decode(errors="surrogateescape")
    for path in sorted(moved, key=len, reverse=True):
        text = text.replace(path, moved[path])
    return text


def _sealed(files: dict[str, bytes | mmap]) -> dict[str, bytes]:
    """Return the sidecars of results anew, with the digests of what the bundle holds."""
    sealed = {}
    for name, content in files.items():
        if not (name.startswith("results/") and name.endswith(".json")):
            continue
        record = json.loads(content)
        if {"files", "digest"} <= record.keys():
            digests = {}
            for each, digest in record["files"].items():
                held = files.get(str(Path(name).with_name(each)))
                digests[each] = digest if held is None else hashlib.sha256(held).hexdigest()
            sealed[name] = (
                json.dumps(with_digest({**record, "files": digests}), indent=2) + "\n"
            ).encode()
    return sealed


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _read(folder: Path, path: str) -> bytes | mmap:
    """Return the content of a file; of a model, which may be large, without taking memory."""
    try:
        if path.endswith(_MODEL):
            with (folder / path).open("rb") as file:
                return mmap(file.fileno(), 0, access=ACCESS_READ)
        return (folder / path).read_bytes()
    except FileNotFoundError:
        raise UserError(path, "found nothing", "a bundle holds all that a step wrote") from None


def _check(name: str, content: bytes | mmap, private: Private, of_source: bool) -> None:
    """Refuse what is private; the page of the report holds whole libraries, the source anything."""
    if name == layout.ARCHIVE:
        with ZipFile(BytesIO(content)) as archive:
            texts = (archive.read(each).decode(errors="replace") for each in archive.namelist())
            found = [kind for text in texts for kind in private.found(text)]
    elif Path(name).suffix not in _TEXT and not of_source and not name.endswith(".log"):
        found = private.found_in_bytes(content)
    else:
        text = content.decode(errors="replace")
        found = private.found(text)
        if not of_source and name != layout.PAGE:
            found += private.found_names(text)
            if name != layout.DIFFERENCE:
                found += [f"the absolute path {path}" for path in absolute_paths(text)[:1]]
    if found:
        raise UserError(name, f"holds {found[0]}", "a bundle may not: change it, or make it anew")


def _in_terms_of(
    files: dict[str, bytes | mmap], steps: list[Step], renamed: dict[str, str], folder: Path
) -> tuple[list[Step], dict[str, str | None]]:
    """Return the steps with the bundle's names of files, and the digests of what it has not."""
    left_out: dict[str, str | None] = {}

    def name(path: str) -> str:
        path = renamed.get(path, path)
        return path if path in files else left_out_name(path)

    for step in steps:
        for path in (*step.outputs, *step.inputs):
            if name(path) not in files:
                shown = renamed.get(path, path)
                left_out[shown] = step.checksums.get(path) or left_out.get(shown)
    told = [
        replace(
            step,
            inputs=[name(path) for path in step.inputs],
            outputs=[name(path) for path in step.outputs],
        )
        for step in steps
    ]
    return told, dict(sorted(left_out.items()))


def _followed(config: dict) -> dict:
    """Return the config without sizes of sources that are the study's: they follow these."""
    config = copy.deepcopy(config)
    for study in config["studies"].values():
        for source in study["sources"].values():
            if source["sizes"] == study["sizes"]:
                del source["sizes"]
    return config


class _Plain(yaml.SafeDumper):
    """Writes equal values twice and not as references that a person has to look up."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _yaml(config: dict) -> bytes:
    head = "# The config of a finished study, with every default filled in.\n"
    return (head + yaml.dump(config, Dumper=_Plain, sort_keys=False)).encode()


def _json(content: dict) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()
