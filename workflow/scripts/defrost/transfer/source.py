"""Source networks: trained from scratch on a data-rich task."""

import math

import torch

from defrost.data.dataset import Dataset
from defrost.networks.build import build_network
from defrost.networks.calibrate import calibrate_normalisation
from defrost.networks.network import Network
from defrost.networks.replicates import Replicates
from defrost.provenance.resume import Resume
from defrost.provenance.seeds import Seeds
from defrost.training.augment import augmentation_of
from defrost.training.held_out import held_out_count
from defrost.training.loop import batches
from defrost.transfer.frozen import FrozenBlocks
from defrost.transfer.phases import Lesson, train_phases
from defrost.transfer.protocols import SCRATCH


def train_source(settings: dict, dataset: Dataset, seeds: Seeds, resume: Resume) -> Network:
    """Return a network trained on the data set's training split.

    `settings` holds `network`, `training` and, for the seeds, `target`, `source` and `seed`; its
    `kind` makes two of the controls: a network `untrained`, of random weights, and one trained
    with `shuffled_labels`, on the same images and as many of each label.
    """
    name = (settings["target"], "source", settings["source"], settings["seed"])

    def generator(use: str) -> torch.Generator:
        return torch.Generator().manual_seed(seeds(*name, use))

    network = build_network(
        settings["network"],
        dataset.image_shape,
        dataset.classes,
        seed_of_block=lambda number: seeds(*name, "block", number),
    ).to(dataset.device)
    images, labels = dataset.normalised("train")
    if settings["kind"] == "untrained":
        # else its features would shrink from block to block, which is not what is asked of it
        calibrate_normalisation(network, images)
        return network
    if settings["kind"] == "shuffled_labels":
        labels = labels[
            torch.randperm(len(labels), generator=generator("labels")).to(labels.device)
        ]
    training = settings["training"]
    rows = torch.arange(len(labels))
    if held_out := held_out_count(training, len(labels)):
        rows = torch.randperm(len(labels), generator=generator("held out"))
    order = rows[batches(len(labels) - held_out, training, generator("batches"))]
    changes = augmentation_of(training, order.shape, [generator("augmentation")])
    seen = (order[:, None], rows[None, len(labels) - held_out :])
    lesson = Lesson(labels, *(part.to(labels.device) for part in seen), changes)
    torch.manual_seed(seeds(*name, "noise"))
    frozen = FrozenBlocks(None, images, math.inf, resume.folder)
    train_phases(Replicates([network]), SCRATCH, frozen, lesson, training, resume)
    return network
