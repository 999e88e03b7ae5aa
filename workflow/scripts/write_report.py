"""Write Snakemake's own report of the finished figures, findings and recommendations."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import subprocess
import sys
import tempfile

import yaml

from defrost.provenance.files import written_whole

# Snakemake makes reports only when asked on the command line; the run that waits for this script
# holds the lock of the folder and has finished all that it shows.
with written_whole(snakemake.output.page) as page, tempfile.NamedTemporaryFile("w") as config:
    yaml.safe_dump(snakemake.params.settings, config, sort_keys=False)
    config.flush()
    command = ["snakemake", "figures", "findings", "recommendation", "--configfile", config.name]
    subprocess.run(
        [sys.executable, "-m", *command, "--report", str(page), "--nolock"],
        check=True,
        stdout=sys.stdout,
        stderr=sys.stderr,
    )
print(f"wrote {snakemake.output.page}")
