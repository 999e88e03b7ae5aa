"""Train a clone's generative adversarial network on the target's training split."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.data.dataset import Dataset
from defrost.data.wgan import train_wgan
from defrost.provenance.files import write_rows, write_tensors
from defrost.provenance.record import make_record
from defrost.provenance.resume import resuming
from defrost.provenance.seeds import Seeds
from defrost.training.torch_setup import name_of, set_up_device, set_up_torch

settings = snakemake.params.settings
limits, code = snakemake.params.limits, snakemake.params.code
set_up_torch(settings["torch_threads"])
device = set_up_device(limits["device"])
seeds = Seeds(settings["root_seed"])

target = Dataset.read(snakemake.input.target)
names = {"study": settings["study"], "source": settings["source"]}
with resuming(
    snakemake.output.model,
    settings,
    code,
    list(snakemake.input),
    limits["checkpoint_seconds"],
    name_of(device),
) as resume:
    model, losses = train_wgan(
        target.splits["train"].to(device),
        settings["generator_steps"],
        lambda part: seeds(settings["target"], settings["source"], "wgan", part),
        resume,
    )
    record = make_record(snakemake.rule, settings, code, seeds, resume.devices, limits["device"])
    write_rows(snakemake.output.losses, [{**names, **row} for row in losses], record)
    write_tensors(snakemake.output.model, model, record)
