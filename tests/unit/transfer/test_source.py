"""Source networks: trained on their own task, and the two controls that are not."""

import math
from pathlib import Path

import pytest
import torch
from small_cells import TRAINING

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.networks.build import build_network
from defrost.provenance.resume import Resume
from defrost.provenance.seeds import Seeds
from defrost.training.evaluate import evaluate
from defrost.transfer.source import train_source

NETWORK = {"name": "mlp", "widths": [16, 16]}
SETTINGS = {
    "target": "toy",
    "source": "near",
    "seed": 0,
    "network": NETWORK,
    "training": {**TRAINING, "steps": 60, "batch_size": 32},
}


@pytest.fixture(scope="module")
def dataset():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(300) % 3
    images = torch.randn(300, 1, 1, 8, generator=generator) + 2 * labels[:, None, None, None]
    examples = Examples(images, labels)
    return Dataset({"train": examples, "test": examples}, *channel_statistics(images))


def trained(kind, dataset, **changes):
    resume = Resume(Path("unused"), "", math.inf)
    return train_source({**SETTINGS, "kind": kind, **changes}, dataset, Seeds(0), resume)


def test_a_source_learns_its_task(dataset):
    assert evaluate(trained("clone", dataset), *dataset.normalised("test"))[0] > 0.9


def test_an_untrained_source_has_the_weights_that_training_starts_from(dataset):
    seeds = Seeds(0)
    fresh = build_network(
        NETWORK, (1, 1, 8), 3, lambda block: seeds("toy", "source", "near", 0, "block", block)
    )
    untrained = trained("untrained", dataset)
    assert all(map(torch.equal, fresh.parameters(), untrained.parameters()))


def test_an_untrained_source_normalises_what_it_sees(dataset):
    untrained = trained("untrained", dataset)
    features = dataset.normalised("train").images
    for block in untrained.blocks:
        flatten, linear, norm, rectify = block
        normalised = norm(linear(flatten(features)))
        assert torch.allclose(normalised.mean(0), torch.zeros(16), atol=0.02)
        assert torch.allclose(normalised.std(0), torch.ones(16), atol=0.02)
        features = rectify(normalised)


def test_shuffled_labels_teach_nothing_that_holds(dataset):
    accuracy, _ = evaluate(trained("shuffled_labels", dataset), *dataset.normalised("test"))
    assert accuracy < 0.6
    # the images are the same, and as many of each label
    assert evaluate(trained("same_task", dataset), *dataset.normalised("test"))[0] > 0.9


def test_source_seeds_give_other_networks(dataset):
    one, other = (trained("untrained", dataset, seed=seed).blocks[0][1].weight for seed in (0, 1))
    assert not torch.equal(one, other)
