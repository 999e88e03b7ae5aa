"""Write a study's results, and all that made them, into a bundle."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import json
import os
from importlib.metadata import version
from pathlib import Path

from defrost.bundle import layout
from defrost.bundle.contents import gather, words
from defrost.bundle.crate import describe
from defrost.bundle.lineage import find_steps
from defrost.bundle.private import of_this_machine
from defrost.bundle.source import read_source
from defrost.bundle.write import measure, write_bundle
from defrost.provenance.files import write_record
from defrost.provenance.record import make_record
from defrost.provenance.snakemake_records import FOLDER, read_records

settings, folder = snakemake.params.settings, Path.cwd()
source = read_source(folder)
records = read_records(folder / FOLDER)
steps = find_steps(list(snakemake.input), records, folder)
private = of_this_machine(folder, os.environ, words(folder, source))
contents = gather(
    folder, settings, steps, records, source, private, "models" in settings["bundle"]["include"]
)

description = describe(
    snakemake.wildcards.study,
    {**measure(contents.files), layout.MANIFEST: {}},
    contents.left_out,
    contents.steps,
    {"commit": source.commit, "differs": bool(source.difference)},
    settings["bundle"]["licence"],
    version("snakemake"),
)
contents.files[layout.METADATA] = (json.dumps(description, indent=1) + "\n").encode()
digest = write_bundle(snakemake.output.bundle, contents.files)

record = make_record(snakemake.rule, settings, snakemake.params.code)
record["commit"] = source.commit
write_record(snakemake.output.record, record, snakemake.output.bundle)
size = Path(snakemake.output.bundle).stat().st_size
print(f"{len(contents.files)} files of {len(steps)} steps in {size / 1e6:.1f} MB; SHA-256 {digest}")
