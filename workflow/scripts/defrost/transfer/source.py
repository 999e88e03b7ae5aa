"""Source networks: trained from scratch on a data-rich task."""

import torch

from defrost.data.dataset import Dataset
from defrost.networks.build import build_network
from defrost.networks.calibrate import calibrate_normalisation
from defrost.networks.network import Network
from defrost.provenance.logs import Progress
from defrost.provenance.seeds import Seeds
from defrost.training.loop import train


def train_source(settings: dict, dataset: Dataset, seeds: Seeds) -> Network:
    """Return a network trained on the data set's training split.

    `settings` holds `network`, `training` and, for the seeds, `target`, `source` and `seed`; its
    `kind` makes two of the controls: a network `untrained`, of random weights, and one trained
    with `shuffled_labels`, on the same images and as many of each label.
    """
    name = (settings["target"], "source", settings["source"], settings["seed"])
    network = build_network(
        settings["network"],
        dataset.image_shape,
        dataset.classes,
        seed_of_block=lambda number: seeds(*name, "block", number),
    )
    images, labels = dataset.normalised("train")
    if settings["kind"] == "untrained":
        # else its features would shrink from block to block, which is not what is asked of it
        calibrate_normalisation(network, images)
        return network
    if settings["kind"] == "shuffled_labels":
        shuffle = torch.Generator().manual_seed(seeds(*name, "labels"))
        labels = labels[torch.randperm(len(labels), generator=shuffle)]
    order = torch.Generator().manual_seed(seeds(*name, "batches"))
    progress = Progress(settings["training"]["steps"], "step")
    train(network, images, labels, settings["training"], order, progress)
    return network
