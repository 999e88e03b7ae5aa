"""Where things are in a bundle: a folder in which the workflow can run, and what is said of it."""

METADATA = "ro-crate-metadata.json"
MANIFEST = "manifest.json"
CONFIG = "config.yaml"
RECORDS = "bundle/snakemake-records.json"
ENVIRONMENT = "bundle/environment.json"
SOURCE = "bundle/source.json"
DIFFERENCE = "bundle/uncommitted.diff"
PAGE, ARCHIVE = "results/report.html", "results/report.zip"

ENTRIES = 200_000  # files that a bundle may hold
INFLATED = 4096  # MiB that they may take, unless the command says otherwise
MANIFEST_SIZE = 2**25  # bytes that the manifest may take: it is read before anything is known
