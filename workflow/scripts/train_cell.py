"""Train one cell of the transfer grid, or of the from-scratch baseline: a block of replicates."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.data.dataset import Dataset
from defrost.networks.build import read_network
from defrost.provenance.files import write_rows
from defrost.provenance.record import make_record
from defrost.provenance.resume import resuming
from defrost.provenance.seeds import Seeds
from defrost.training.torch_setup import name_of, set_up_device, set_up_torch
from defrost.transfer.cell import train_cell

settings = snakemake.params.settings
limits, code = snakemake.params.limits, snakemake.params.code
set_up_torch(settings["torch_threads"])
device = set_up_device(limits["device"])
seeds = Seeds(settings["root_seed"])

target = Dataset.read(snakemake.input.target, device)
shape = target.image_shape
networks = [
    read_network(path, settings["network"], shape).to(device)
    for path in snakemake.input.get("networks", [])
]
with resuming(
    snakemake.output.rows,
    settings,
    code,
    list(snakemake.input),
    limits["checkpoint_seconds"],
    name_of(device),
) as resume:
    rows = []
    for number, source in enumerate(networks or [None]):
        cell = {**settings, "source_seed": number}
        rows += train_cell(cell, target, source, seeds, resume, limits["memory"])
    record = make_record(snakemake.rule, settings, code, seeds, resume.devices, limits["device"])
    write_rows(snakemake.output.rows, rows, record)
mean = sum(row["test_accuracy"] for row in rows) / len(rows)
print(f"mean test accuracy {mean:.4f} over {len(rows)} replicates")
