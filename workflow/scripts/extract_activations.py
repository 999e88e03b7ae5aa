"""Run a network on the probe images and keep what every block puts out."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.data.dataset import Dataset
from defrost.networks.build import read_network
from defrost.provenance.files import write_tensors
from defrost.provenance.record import make_record
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])

target = Dataset.read(snakemake.input.target)
network = read_network(snakemake.input.network, settings["network"], target.image_shape)
activations = network.activations(target.normalised("probe").images, settings["maps"])

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_tensors(snakemake.output.activations, activations, record)
for block, values in activations.items():
    print(f"block {block}: {tuple(values.shape)}")
