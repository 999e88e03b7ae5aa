"""Bring a network that was pretrained elsewhere into the study, as a source."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import hashlib

from defrost.data.dataset import Dataset
from defrost.networks.weights import import_network
from defrost.provenance.files import write_tensors
from defrost.provenance.record import make_record
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])

target = Dataset.read(snakemake.input.target)
path = settings["weights"].get("path")
if path is None:
    from defrost.networks.published import published_weights  # brings torchvision

    version = settings["weights"]["version"]
    path = published_weights(settings["network"]["name"], version, **snakemake.params.place)
network, complete = import_network(path, settings["network"], target.image_shape, target.classes)

record = make_record(snakemake.rule, settings, snakemake.params.code)
with open(path, "rb") as file:
    digest = hashlib.file_digest(file, "sha256").hexdigest()
readout = "of the file" if complete else "zero, the file has none"
record["result"] = {"readout": readout, "weights_sha256": digest}
write_tensors(snakemake.output.network, network.state_dict(), record)
for number, name in enumerate(network.names, start=1):
    parameters = sum(p.numel() for p in network.blocks[number - 1].parameters())
    print(f"block {number}, {name}: {parameters} parameters")
print(f"readout {readout}")
