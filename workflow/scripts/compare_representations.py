"""Compare every block of one network with every block of another."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.provenance.files import read_tensors, write_rows
from defrost.provenance.record import make_record
from defrost.similarity.compare import compare_blocks
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])

pair = {
    "study": settings["study"],
    "source_network": "sources/{source}/seed-{seed}".format(**settings),
    "target_network": "references/size-{size}/replicate-{replicate}".format(**settings),
    "source": settings["source"],
    "size": settings["size"],
    "replicate": settings["replicate"],
}
source = read_tensors(snakemake.input.source)
target = read_tensors(snakemake.input.target)
rows = [pair | values for values in compare_blocks(source, target)]

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_rows(snakemake.output.rows, rows, record)
for row in rows:
    if row["source_block"] == row["target_block"]:
        print("block {source_block}: {measure} {value:.4f}".format(**row))
