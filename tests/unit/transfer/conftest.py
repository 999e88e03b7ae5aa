"""A small target, a source network for it, and how both are trained."""

import math

import pytest
import torch
from small_cells import CONVNET

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.networks.build import build_network
from defrost.provenance.resume import Resume


@pytest.fixture(scope="session")
def target() -> Dataset:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(60) % 3
    images = torch.randn(60, 1, 8, 8, generator=generator) + labels[:, None, None, None]
    examples = Examples(images, labels)
    return Dataset({"train": examples, "test": examples}, *channel_statistics(images))


@pytest.fixture
def source(target):
    network = build_network(CONVNET, target.image_shape, target.classes, lambda block: 100 + block)
    for module in network.modules():  # statistics that differ from those of a fresh network
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean -= 0.5
    return network.eval()


@pytest.fixture
def resume(tmp_path) -> Resume:
    """A state that is never saved."""
    return Resume(tmp_path / "resume", "", math.inf)
