"""The steps that led to a study's results, from Snakemake's records."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from defrost.errors import UserError

# what of a record says how a file was made; the rest differs by machine or by the time of asking
_KEPT = (
    "rule",
    "input",
    "log",
    "shellcmd",
    "params",
    "code",
    "record_format_version",
    "container_img_url",
    "software_stack_hash",
    "starttime",
    "endtime",
    "incomplete",
    "input_checksums",
)


@dataclass
class Step:
    """A job that ran: by which script, what it read and wrote, and when (seconds since 1970)."""

    rule: str
    script: str
    code: str
    inputs: list[str]
    log: str
    started: float
    ended: float
    checksums: dict[str, str]
    outputs: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The job by its rule and wildcards, as the path of its log has them."""
        return self.log.partition("/logs/")[2].removesuffix(".log")

    @property
    def benchmark(self) -> str:
        """Path of the table of seconds and memory: rules name it as they name the log."""
        return self.log.replace("/logs/", "/benchmarks/").removesuffix(".log") + ".tsv"


def find_steps(targets: list[str], records: dict[str, dict], folder: Path) -> list[Step]:
    """Return the steps that led to `targets`, sorted by when they ended and by name.

    Args:
        targets: paths below `folder`.
        records: Snakemake's record of each file.
        folder: the folder that Snakemake ran in.

    Raises:
        UserError: a result has no record.
    """
    jobs = defaultdict(list)  # files of one job
    for path, record in records.items():
        if (folder / path).exists():
            jobs[_key(record)].append(path)
    steps: dict[tuple, Step] = {}
    waiting = list(targets)
    while waiting:
        path = waiting.pop()
        if path not in records:
            if path.startswith("results/"):
                found = "Snakemake has no record of how it was made"
                raise UserError(path, found, f"make it anew with --forcerun {path}")
            continue  # code, or data of the user's
        record = records[path]
        key = _key(record)
        if key not in steps:
            steps[key] = _step(path, record)
            waiting += record["input"]
        # a file of the past is no longer there; what a step wrote beside it is
        steps[key].outputs = sorted({*jobs[key], *steps[key].outputs, path})
    return sorted(steps.values(), key=lambda step: (step.ended, step.name))


def kept_records(steps: list[Step], records: dict[str, dict]) -> dict[str, dict]:
    """Return the records of all that the steps wrote, without what is of no use elsewhere."""
    paths = sorted(path for step in steps for path in step.outputs)
    return {path: {key: records[path].get(key) for key in _KEPT} for path in paths}


def _key(record: dict) -> tuple:
    return record["rule"], *map(tuple, (record["log"], record["params"], record["input"]))


def _step(path: str, record: dict) -> Step:
    script = re.search(r"scripts/(\w+\.py)", record["code"] or "")
    digest = [text for text in map(str, record["params"]) if re.fullmatch(r"'[0-9a-f]{16}'", text)]
    if not script or not digest or len(record["log"]) != 1:
        raise UserError(path, "was made by a rule that is none of Defrost's", "make it anew")
    return Step(
        rule=record["rule"],
        script=f"workflow/scripts/{script[1]}",
        code=digest[0].strip("'"),
        inputs=sorted(record["input"]),
        log=record["log"][0],
        started=record["starttime"],
        ended=record["endtime"],
        checksums={
            name: digest.removeprefix("sha256:")
            for name, digest in (record["input_checksums"] or {}).items()
        },
    )
