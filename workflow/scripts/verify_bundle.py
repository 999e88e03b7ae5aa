"""Check a bundle: `python workflow/scripts/verify_bundle.py BUNDLE --depth figures`.

By itself, and with the standard library alone for the depth `integrity`.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from defrost.bundle import layout
from defrost.bundle.read import BundleError, open_bundle

parser = argparse.ArgumentParser(description="Check a bundle of a study.")
parser.add_argument("bundle", type=Path)
parser.add_argument(
    "--depth",
    choices=["integrity", "figures", "rerun"],
    default="integrity",
    help="every checksum (default); figures drawn again, by this checkout; the whole workflow run"
    " again, by the bundle's own code",
)
parser.add_argument("--sha256", metavar="DIGEST", help="what the authors published of the bundle")
parser.add_argument("--data-root", type=Path, help="for `rerun`: torchvision's data sets")
parser.add_argument(
    "--limit", type=int, default=layout.INFLATED, metavar="MIB", help="%(default)s: all files' size"
)
arguments = parser.parse_args()

try:
    with (
        open_bundle(arguments.bundle, arguments.sha256, arguments.limit) as bundle,
        tempfile.TemporaryDirectory(prefix="defrost-") as place,
    ):
        print(f"integrity: {len(bundle.names)} files are as the manifest says, no other is there")
        if not arguments.sha256:
            print("  (files edited along with their checksums show by --sha256, or in a rerun)")
        if arguments.depth == "figures":
            from defrost.bundle.redraw import tell_redrawn

            good = tell_redrawn(bundle, Path(__file__).parents[2], Path(place, "figures"))
        elif arguments.depth == "rerun":
            from defrost.bundle.rerun import rerun, tell_rerun

            print("rerun: runs the code in the bundle, with all that you may do", flush=True)
            good = tell_rerun(rerun(bundle, Path(place, "rerun"), arguments.data_root))
        else:
            good = True
except BundleError as error:
    sys.exit(str(error))
sys.exit(not good)
