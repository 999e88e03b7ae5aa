"""Train and keep a target network that representations are compared with."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.data.dataset import Dataset
from defrost.provenance.files import write_tensors
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.training.evaluate import evaluate
from defrost.training.torch_setup import set_up_torch
from defrost.transfer.cell import start_replicate
from defrost.transfer.phases import train_phases
from defrost.transfer.protocols import SCRATCH

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])
seeds = Seeds(settings["root_seed"])

target = Dataset.read(snakemake.input.target)
network, examples, order = start_replicate(settings, target, settings["replicate"], seeds)
cost = train_phases(network, SCRATCH, examples, settings["training"], order)
print(f"trained in {cost['train_seconds']:.2f} s")
accuracy, loss = evaluate(network, *target.normalised("test"))

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
write_tensors(snakemake.output.network, network.state_dict(), record)
print(f"test accuracy {accuracy:.4f}, test loss {loss:.4f}")
