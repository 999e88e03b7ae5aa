"""Write Snakemake's own report of the finished figures, findings and recommendations."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

# Snakemake makes reports only when asked on the command line, one form a call; the run that waits
# for this script holds the lock of the folder and has finished all that it shows.
command = [sys.executable, "-m", "snakemake", "figures", "findings", "recommendation", "--nolock"]
style = ["--report-stylesheet", "workflow/report/style.css"]
environment = {**os.environ, "PYTHONHASHSEED": "0"}  # the order of its sets, and so the same page

outputs = [Path(path) for path in snakemake.output]
# the folder inside the archive has the name of the archive: it is written under its own
with tempfile.TemporaryDirectory(prefix=".partial-", dir=outputs[0].parent) as folder:
    config = Path(folder, "config.yaml")
    config.write_text(yaml.safe_dump(snakemake.params.settings, sort_keys=False))
    runs = [
        subprocess.Popen(
            [*command, "--configfile", config, *style, "--report", Path(folder, output.name)],
            env=environment,
            stdout=sys.stdout,
            stderr=sys.stderr,
        )
        for output in outputs
    ]
    if any([run.wait() for run in runs]):  # a list: wait for both
        sys.exit("Snakemake could not write the report; why is said above")
    for output in outputs:
        Path(folder, output.name).replace(output)
        print(f"wrote {output}")
