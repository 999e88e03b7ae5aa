"""Train and keep a target network: from scratch, or by fine-tuning a source's."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.data.dataset import Dataset
from defrost.networks.build import read_network
from defrost.provenance.files import write_tensors
from defrost.provenance.record import make_record
from defrost.provenance.resume import resuming
from defrost.provenance.seeds import Seeds
from defrost.training.evaluate import evaluate
from defrost.training.torch_setup import name_of, set_up_device, set_up_torch
from defrost.transfer.cell import train_reference

settings = snakemake.params.settings
limits, code = snakemake.params.limits, snakemake.params.code
set_up_torch(settings["torch_threads"])
device = set_up_device(limits["device"])
seeds = Seeds(settings["root_seed"])

target = Dataset.read(snakemake.input.target, device)
source = None
if path := snakemake.input.get("source"):
    source = read_network(path, settings["network"], target.image_shape).to(device)
with resuming(
    snakemake.output.network,
    settings,
    code,
    list(snakemake.input),
    limits["checkpoint_seconds"],
    name_of(device),
) as resume:
    network, cost = train_reference(settings, target, source, seeds, resume)
    record = make_record(snakemake.rule, settings, code, seeds, resume.devices, limits["device"])
    write_tensors(snakemake.output.network, network.state_dict(), record)
print(f"trained in {cost['train_seconds']:.2f} s")
accuracy, loss = evaluate(network, *target.normalised("test"))
print(f"test accuracy {accuracy:.4f}, test loss {loss:.4f}")
