"""Make a source's task of real data: chosen or merged classes, corrupted or not."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import torch

from defrost.data.corruptions import corrupt
from defrost.data.dataset import Dataset, Examples
from defrost.data.images import to_shape
from defrost.data.read import read_raw
from defrost.data.tasks import choose_classes, source_rows, target_rows, without_target
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])
task, its_target = settings["task"], settings["target"]
seeds = Seeds(settings["root_seed"])
target = Dataset.read(snakemake.input.target)


def generator_of(*names):
    """Return the generator of what these names say."""
    return torch.Generator().manual_seed(seeds(its_target["dataset"], *names))


where = task.get("path", task["dataset"])
whole = read_raw({**task, "image": its_target.get("image")}, **snakemake.params.place)
raw = choose_classes(whole, task)
allowed = torch.ones(len(raw.labels), dtype=torch.bool)
if (task["dataset"], task.get("path")) == (its_target["dataset"], its_target.get("path")):
    own = choose_classes(whole, its_target)
    measured = target_rows(own, its_target["split"], where, generator_of("split"))
    allowed = without_target(raw, own, measured)
rows = source_rows(raw, allowed, settings["examples"], where, generator_of(settings["source"]))
images = to_shape(raw.images[torch.cat([*rows.values()])], target.image_shape)
if "corruption" in task:
    noise = generator_of(settings["source"], "corruption")
    images = corrupt(images, **task["corruption"], generator=noise)
parts = zip(rows.items(), images.split([len(part) for part in rows.values()]), strict=True)
splits = {name: Examples(chosen, raw.labels[part]) for (name, part), chosen in parts}

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
Dataset(splits, target.mean, target.deviation).write(snakemake.output.dataset, record)
for name, split in splits.items():
    print(f"{name}: {tuple(split.images.shape)}, per class {split.labels.bincount().tolist()}")
