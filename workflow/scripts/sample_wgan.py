"""Draw the training and test images of a source from its trained generator.

As sample_clone.py; apart from it, so that an edit of the GAN leaves the other clones as they are.
"""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import torch

from defrost.data.dataset import Dataset
from defrost.data.wgan import sample_wgan
from defrost.provenance.files import read_tensors
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])
seeds = Seeds(settings["root_seed"])

target = Dataset.read(snakemake.input.target)
model = read_tensors(snakemake.input.model)
splits = {}
for split, count in settings["examples"].items():
    noise = torch.Generator().manual_seed(seeds(settings["target"], settings["source"], split))
    splits[split] = sample_wgan(model, count, target.image_shape, noise)

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
Dataset(splits, target.mean, target.deviation).write(snakemake.output.dataset, record)
for name, split in splits.items():
    print(f"{name}: {tuple(split.images.shape)}")
