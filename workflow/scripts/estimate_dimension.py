"""Estimate the intrinsic dimension of the representation in every block of a network."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import pandas as pd

from defrost.provenance.files import read_tensors
from defrost.provenance.record import make_record
from defrost.provenance.tables import write_table
from defrost.similarity.intrinsic_dimension import two_nn_dimension
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])

rows = []
for network, path in zip(settings["networks"], snakemake.input.activations, strict=True):
    for block, activations in read_tensors(path).items():
        rows.append(
            {
                "study": settings["study"],
                "network": network,
                "block": int(block),
                "value": two_nn_dimension(activations),
                "points": len(activations),
            }
        )
        print(f"{network}, block {block}: dimension {rows[-1]['value']:.2f}")

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_table(snakemake.output.table, pd.DataFrame(rows), snakemake.input.schema, record)
