"""Fit a clone's generative model to the target's training split."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.data.clones import fit_clone
from defrost.data.dataset import Dataset
from defrost.provenance.files import write_tensors
from defrost.provenance.record import make_record
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])

target = Dataset.read(snakemake.input.target)
model = fit_clone(settings["model"], target.splits["train"])

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_tensors(snakemake.output.model, model, record)
for name, tensor in model.items():
    print(f"{name}: {tuple(tensor.shape)}")
