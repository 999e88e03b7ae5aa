"""Estimate the intrinsic dimension of the representation in every block of a network."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.provenance.files import read_tensors, write_rows
from defrost.provenance.record import make_record
from defrost.similarity.intrinsic_dimension import two_nn_dimension
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])

rows = []
for block, activations in read_tensors(snakemake.input.activations).items():
    rows.append(
        {
            "study": settings["study"],
            "network": settings["network"],
            "block": block,
            "value": two_nn_dimension(activations),
            "points": len(activations),
        }
    )
    print(f"block {block}: dimension {rows[-1]['value']:.2f}")

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_rows(snakemake.output.rows, rows, record)
