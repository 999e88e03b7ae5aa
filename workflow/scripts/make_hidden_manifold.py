"""Make a hidden manifold target, or a source from it by the dials."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import torch

from defrost.data.dataset import Dataset, channel_statistics
from defrost.data.hidden_manifold import draw_examples, draw_manifold, turn_dials
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])
seeds = Seeds(settings["root_seed"])


def generator_of(*names):
    """Return the generator of what these names say, in the target's family of tasks."""
    return torch.Generator().manual_seed(seeds("hidden_manifold", *names))


shape = settings["latent_dimension"], settings["input_dimension"], settings["class_count"]
manifold = draw_manifold(*shape, lambda name: generator_of("target", name))
if settings["dials"]:
    # what is redrawn is the same for all sources, which lie on one line from it to the target
    redrawn = draw_manifold(*shape, lambda name: generator_of("redrawn", name))
    order = torch.randperm(settings["latent_dimension"], generator=generator_of("kept"))
    manifold = turn_dials(manifold, redrawn, settings["dials"], order)
splits = {
    split: draw_examples(manifold, count, generator_of(settings["dataset"], split))
    for split, count in settings["examples"].items()
}
if path := snakemake.input.get("target"):
    target = Dataset.read(path)
    mean, deviation = target.mean, target.deviation
else:
    mean, deviation = channel_statistics(splits["train"].images)

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
Dataset(splits, mean, deviation).write(snakemake.output.dataset, record)
for name, split in splits.items():
    print(f"{name}: {tuple(split.images.shape)}, per class {split.labels.bincount().tolist()}")
