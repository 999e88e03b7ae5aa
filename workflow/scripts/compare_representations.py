"""Compare every block of a network with every block of others."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import torch

from defrost.provenance.files import read_tensors, write_rows
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.similarity.compare import compare_blocks
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])
seeds = Seeds(settings["root_seed"])
# the same order of the probe images for all pairs: their subsets and permutations are in pairs
seed = seeds(settings["target"], "similarity")
aside = ("maps", "memory_mb")
chosen = {key: value for key, value in settings["similarity"].items() if key not in aside}
chosen["memory"] = settings["similarity"]["memory_mb"] * 2**20

rows = []
files = zip(settings["pairs"], snakemake.input.a, snakemake.input.b, strict=True)
for pair, a, b in files:
    generator = torch.Generator().manual_seed(seed)
    values = compare_blocks(read_tensors(a), read_tensors(b), generator, **chosen)
    rows += [{"study": settings["study"], **pair, **row} for row in values]
    print("{source_network} with {target_network}".format(**pair))
    for row in values:
        if row["source_block"] == row["target_block"]:
            print("  block {source_block}: {measure} {value:.4f} {reason}".format(**row))

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
write_rows(snakemake.output.rows, rows, record)
