"""Make a source's task of real data: chosen or merged classes, corrupted or not."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import torch

from defrost.data.corruptions import corrupt
from defrost.data.dataset import Dataset, Examples
from defrost.data.images import to_shape
from defrost.data.read import read_raw
from defrost.data.tasks import check_spread, choose_classes, not_measured, source_rows
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])
task, source = settings["task"], settings["source"]
seeds = Seeds(settings["root_seed"])
target = Dataset.read(snakemake.input.target)


def generator_of(*names):
    """Return the generator of what these names say of this source."""
    return torch.Generator().manual_seed(seeds(settings["target"], source, *names))


where = task.get("path", task["dataset"])
raw = choose_classes(read_raw(task, target.image_shape, **snakemake.params.place), task)
images = to_shape(raw.images, target.image_shape)
check_spread(images, target, where)
allowed = not_measured(images, target)
rows = source_rows(raw, allowed, settings["examples"], where, generator_of("rows"))
chosen = images[torch.cat([*rows.values()])]
if "corruption" in task:
    chosen = corrupt(chosen, **task["corruption"], generator=generator_of("corruption"))
parts = zip(rows.items(), chosen.split([len(part) for part in rows.values()]), strict=True)
splits = {name: Examples(images, raw.labels[part]) for (name, part), images in parts}

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
Dataset(splits, target.mean, target.deviation).write(snakemake.output.dataset, record)
print(f"{int((~allowed).sum())} images left out, which the target measures on")
for name, split in splits.items():
    print(f"{name}: {tuple(split.images.shape)}, per class {split.labels.bincount().tolist()}")
