"""Split the target's data, once, into train, probe and test."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import torch

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.data.digits import read_digits
from defrost.data.splits import split_examples
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds

settings = snakemake.params.settings
target = settings["target"]
seeds = Seeds(settings["root_seed"])

images, labels = read_digits()
order = torch.Generator().manual_seed(seeds(target["dataset"], "split"))
parts = split_examples(labels, target["split"], order)
splits = {name: Examples(images[rows], labels[rows]) for name, rows in parts.items()}
mean, deviation = channel_statistics(splits["train"].images)

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
Dataset(splits, mean, deviation).write(snakemake.output.dataset, record)
for name, split in splits.items():
    print(f"{name}: {tuple(split.images.shape)}, per class {split.labels.bincount().tolist()}")
