"""Estimate the intrinsic dimension of the representation in every block of every network."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from dataclasses import asdict

import pandas as pd
import torch

from defrost.provenance.files import read_tensors
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.provenance.tables import write_table
from defrost.similarity.intrinsic_dimension import two_nn_dimension
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])
seeds = Seeds(settings["root_seed"])
seed = seeds(settings["target"], "similarity")
subsets = settings["similarity"]["subsets"]

rows = []
for network, path in zip(settings["networks"], snakemake.input.activations, strict=True):
    for block, activations in read_tensors(path).items():
        generator = torch.Generator().manual_seed(seed)
        found = asdict(two_nn_dimension(activations, generator, subsets))
        limits = {"value_low": found.pop("low"), "value_high": found.pop("high")}
        names = {"study": settings["study"], "network": network, "block": int(block)}
        rows.append({**names, **found, **limits})
        print(f"{network}, block {block}: dimension {found['value']:.2f} {found['reason']}")

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
write_table(snakemake.output.table, pd.DataFrame(rows), snakemake.input.schema, record)
