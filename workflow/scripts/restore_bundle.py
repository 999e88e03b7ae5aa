"""Unpack a bundle so that work goes on: `python workflow/scripts/restore_bundle.py BUNDLE FOLDER`.

By itself, and with the standard library alone.
"""

import argparse
import sys
from pathlib import Path

from defrost.bundle import layout
from defrost.bundle.read import BundleError, open_bundle
from defrost.bundle.restore import restore

parser = argparse.ArgumentParser(description="Unpack a bundle of a study into a new folder.")
parser.add_argument("bundle", type=Path)
parser.add_argument("folder", type=Path, help="an empty one, or one that is not there yet")
parser.add_argument("--sha256", metavar="DIGEST", help="what the authors published of the bundle")
parser.add_argument(
    "--limit", type=int, default=layout.INFLATED, metavar="MIB", help="%(default)s: all files' size"
)
arguments = parser.parse_args()

try:
    with open_bundle(arguments.bundle, arguments.sha256, arguments.limit) as bundle:
        restore(bundle, arguments.folder)
        whole = any(name.endswith(".safetensors") for name in bundle.names)
except BundleError as error:
    sys.exit(str(error))
print(f"{arguments.folder}: the study as it was finished; `snakemake` there runs the bundle's code")
if not whole:
    print("It is without data sets and networks: `snakemake data sources` makes them again, before")
    print("a study is extended; else Snakemake would train all cells again with them.")
