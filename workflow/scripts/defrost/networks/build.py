"""Networks made from their settings, and read back from what they stored."""

from collections.abc import Callable
from pathlib import Path

import torch

from defrost.networks.convnet import convnet_modules
from defrost.networks.network import Network
from defrost.provenance.files import read_tensors


def build_network(
    settings: dict,
    image_shape: tuple[int, ...],
    classes: int,
    seed_of_block: Callable[[int], int],
) -> Network:
    """Return a freshly initialised network.

    Each block draws its parameters from a seed of its own (the readout is block L + 1), so that
    what a block starts from never depends on how many blocks before it are replaced.
    """
    makers = convnet_modules(image_shape, classes, settings["channels"], settings["pool_after"])
    modules = []
    with torch.random.fork_rng(devices=[]):
        for number, make in enumerate(makers, start=1):
            torch.manual_seed(seed_of_block(number))
            modules.append(make())
    # a convolution on few channels is a quarter faster where the channels of a pixel lie together
    return Network(modules[:-1], modules[-1]).to(memory_format=torch.channels_last)


def read_network(
    path: str | Path, settings: dict, image_shape: tuple[int, ...], classes: int
) -> Network:
    """Return the network whose state was written to `path` as safetensors."""
    network = build_network(settings, image_shape, classes, seed_of_block=lambda number: number)
    network.load_state_dict(read_tensors(path))
    return network.eval()
