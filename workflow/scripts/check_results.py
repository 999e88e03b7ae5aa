"""Read every result and hold it against its digest."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import sys
from pathlib import Path

from defrost.provenance.inspection import inspect

found = inspect(Path(snakemake.params.settings["results"]))
faults = {path: fault for path, fault in found.items() if fault}
for path, fault in faults.items():
    print(f"{path}: {fault}")
if faults:
    count = f"{len(faults):,} of {len(found):,} files are not as a job wrote them"
    sys.exit(f"{count}: snakemake --forcerun makes those anew that it is given the names of")
print(f"{len(found):,} files are as they were written")
