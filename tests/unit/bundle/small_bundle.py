"""The files of a small bundle."""

import json

from defrost.bundle import layout

TABLE = "results/a/tables/accuracy.csv"
FILES = {
    "Snakefile": b"rule all: pass\n",
    "config.yaml": b"run: [a]\n",
    TABLE: b"depth,test_accuracy\n0,0.5\n1,0.75\n",
    "results/a/figures/gain.png": b"\x89PNG not really" * 50,
    layout.METADATA: b'{"@graph": []}\n',
    layout.RECORDS: json.dumps({TABLE: {"rule": "b"}}).encode(),
}
