"""Networks made from their settings, and read back from what they stored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import nn

from defrost.networks.convnet import convnet_modules
from defrost.networks.mlp import mlp_modules
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
    modules = []
    with torch.random.fork_rng(devices=[]):
        for number, make in enumerate(_makers(settings, image_shape, classes), start=1):
            torch.manual_seed(seed_of_block(number))
            modules.append(make())
    # a convolution on few channels is a quarter faster where the channels of a pixel lie together
    return Network(modules[:-1], modules[-1]).to(memory_format=torch.channels_last)


def read_network(path: str | Path, settings: dict, image_shape: tuple[int, ...]) -> Network:
    """Return the network whose state was written to `path` as safetensors.

    It has as many classes as its readout, which a source's task may have more or fewer of than
    the target's.
    """
    state = read_tensors(path)
    classes = next(len(state[name]) for name in state if name.startswith("readout."))
    network = build_network(settings, image_shape, classes, seed_of_block=lambda number: number)
    network.load_state_dict(state)
    return network.eval()


def _makers(
    settings: dict, image_shape: tuple[int, ...], classes: int
) -> Iterator[Callable[[], nn.Module]]:
    """Return the makers of the blocks and the readout of the network called `name`."""
    if settings["name"] == "mlp":
        return mlp_modules(image_shape, classes, settings["widths"])
    return convnet_modules(image_shape, classes, settings["widths"], settings["pool_after"])
