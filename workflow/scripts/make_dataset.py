"""Split the target's real data, once, into train, probe and test."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import torch

from defrost.data.catalogue import image_shape
from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.data.images import to_shape
from defrost.data.read import read_raw
from defrost.data.tasks import choose_classes, target_rows
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])
target = settings["target"]
seeds = Seeds(settings["root_seed"])

shape = image_shape(target)
raw = choose_classes(read_raw(target, shape, **snakemake.params.place), target)
order = torch.Generator().manual_seed(seeds(target["dataset"], "split"))
rows = target_rows(raw, target["split"], target.get("path", target["dataset"]), order)
shape = shape or tuple(raw.images.shape[1:])
splits = {
    name: Examples(to_shape(raw.images[part], shape), raw.labels[part])
    for name, part in rows.items()
}
mean, deviation = channel_statistics(splits["train"].images)

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
Dataset(splits, mean, deviation).write(snakemake.output.dataset, record)
for name, split in splits.items():
    print(f"{name}: {tuple(split.images.shape)}, per class {split.labels.bincount().tolist()}")
