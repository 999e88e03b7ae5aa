"""A made-up checkout with a finished study: two jobs, as Snakemake would have recorded them."""

import json
from pathlib import Path

RECORD = {"rule": "", "settings": {}, "versions": {"numpy": "2.0"}, "device": "cpu (made up)"}
MODEL = {"__metadata__": {"record": json.dumps(RECORD)}}
CONFIG = {
    "root_seed": 0,
    "bundle": {"include": [], "licence": "MIT"},
    "run": ["a"],
    "studies": {
        "a": {
            "target": {"dataset": "digits"},
            "sources": {"b": {"kind": "digits", "sizes": [20]}},
            "sizes": [20],
        }
    },
}
MODEL_FILE, TABLE, RECORD_FILE = (
    f"results/a/{name}"
    for name in ("data/b.safetensors", "tables/accuracy.csv", "tables/accuracy.csv.json")
)


def made_study(folder: Path) -> dict[str, dict]:
    """Make the checkout in a folder; return Snakemake's records of it."""
    header = json.dumps(MODEL).encode()
    files = {
        "Snakefile": b"rule all\n",
        "workflow/scripts/make.py": b"common = 1\n",
        "workflow/scripts/tabulate.py": b"rows = 1\n",
        MODEL_FILE: len(header).to_bytes(8, "little") + header,
        TABLE: b"depth,test_accuracy\n0,0.5\n",
        RECORD_FILE: json.dumps(RECORD).encode(),
        "results/a/logs/make/b.log": b"rule make\ndone\n",
        "results/a/benchmarks/make/b.tsv": b"s\n1.5\n",
        "results/a/logs/tabulate.log": b"rule tabulate\ndone\n",
        "results/a/benchmarks/tabulate.tsv": b"s\n0.5\n",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    make = record("make", "make/b", inputs=[], ended=100.0)
    tabulate = record("tabulate", "tabulate", inputs=[MODEL_FILE], ended=200.0)
    return {MODEL_FILE: make, TABLE: tabulate, RECORD_FILE: tabulate}


def record(script: str, log: str, inputs: list[str], ended: float) -> dict:
    """Return a record as Snakemake writes one of every output."""
    return {
        "rule": script,
        "input": inputs,
        "log": [f"results/a/logs/{log}.log"],
        "shellcmd": None,
        "params": ["'0123456789abcdef'", "{'study': 'a'}"],
        "code": f'        "../scripts/{script}.py"\n',
        "record_format_version": 6,
        "conda_env": "of the machine",
        "container_img_url": None,
        "software_stack_hash": "d41d8",
        "job_hash": 12345,
        "starttime": ended - 1,
        "endtime": ended,
        "incomplete": False,
        "external_jobid": "4711",
        "input_checksums": {path: "sha256:abc" for path in inputs},
    }
