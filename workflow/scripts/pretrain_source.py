"""Train a network on a source task, from scratch."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import time

from defrost.data.dataset import Dataset
from defrost.provenance.files import write_tensors
from defrost.provenance.record import make_record
from defrost.provenance.resume import resuming
from defrost.provenance.seeds import Seeds
from defrost.training.evaluate import evaluate
from defrost.training.torch_setup import name_of, set_up_device, set_up_torch
from defrost.transfer.source import train_source

settings = snakemake.params.settings
limits, code = snakemake.params.limits, snakemake.params.code
set_up_torch(settings["torch_threads"])
device = set_up_device(limits["device"])
seeds = Seeds(settings["root_seed"])

dataset = Dataset.read(snakemake.input.dataset, device)
began = time.perf_counter()
with resuming(
    snakemake.output.network,
    settings,
    code,
    list(snakemake.input),
    limits["checkpoint_seconds"],
    name_of(device),
) as resume:
    network = train_source(settings, dataset, seeds, resume)
    print(f"trained in {time.perf_counter() - began:.2f} s")
    accuracy, loss = evaluate(network, *dataset.normalised("test"))
    record = make_record(snakemake.rule, settings, code, seeds, resume.devices, limits["device"])
    record["result"] = {"test_accuracy": accuracy, "test_loss": loss}
    write_tensors(snakemake.output.network, network.state_dict(), record)
print(f"on its own task: test accuracy {accuracy:.4f}, test loss {loss:.4f}")
