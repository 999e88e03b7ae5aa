"""Networks made from their settings, and read back from what they stored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import nn

from defrost.errors import UserError
from defrost.networks.catalogue import MODELS, image_advice
from defrost.networks.convnet import convnet_modules
from defrost.networks.mlp import mlp_modules
from defrost.networks.network import Network
from defrost.provenance.digests import ResultError
from defrost.provenance.files import read_tensors


def build_network(
    settings: dict,
    image_shape: tuple[int, ...],
    classes: int,
    seed_of_block: Callable[[int], int],
) -> Network:
    """Return a freshly initialised network.

    Each block draws its parameters from a seed of its own (the readout is block L + 1), so that
    what a block starts from never depends on how many blocks before it are replaced. A model of
    torchvision's is initialised as a whole, by torchvision and from the seed of its first block:
    no transfer changes that seed, and copying blocks leaves the fresh weights of the others as
    they are, so that depths are compared in pairs all the same.

    Raises UserError where the model takes no images of `image_shape`.
    """
    name = settings["name"]
    if advice := image_advice(name, tuple(image_shape)):
        found = f"found images of {' x '.join(map(str, image_shape))}"
        raise UserError(f"network {name}", found, advice)
    with torch.random.fork_rng(devices=[]):
        if name in MODELS:
            # takes two seconds to import
            from defrost.networks.torchvision_models import torchvision_network

            torch.manual_seed(seed_of_block(1))
            network = torchvision_network(settings, image_shape, classes)
        else:
            network = _own_network(settings, image_shape, classes, seed_of_block)
    # a convolution on few channels is a quarter faster where the channels of a pixel lie together
    return network.to(memory_format=torch.channels_last)


def read_network(path: str | Path, settings: dict, image_shape: tuple[int, ...]) -> Network:
    """Return the network whose state was written to `path` as safetensors.

    It has as many classes as its readout, which a source's task may have more or fewer of than
    the target's. Raises ResultError for any other file.
    """
    state = read_tensors(path)
    classes = next((len(state[name]) for name in state if name.startswith("readout.")), 1)
    network = build_network(settings, image_shape, classes, seed_of_block=lambda number: number)
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        found = f"found other tensors than those of the network {settings['name']}"
        raise ResultError(path, found) from error
    return network.eval()


def _own_network(
    settings: dict,
    image_shape: tuple[int, ...],
    classes: int,
    seed_of_block: Callable[[int], int],
) -> Network:
    modules = []
    for number, make in enumerate(_makers(settings, image_shape, classes), start=1):
        torch.manual_seed(seed_of_block(number))
        modules.append(make())
    *blocks, readout = modules
    return Network({f"block{n}": block for n, block in enumerate(blocks, start=1)}, readout)


def _makers(
    settings: dict, image_shape: tuple[int, ...], classes: int
) -> Iterator[Callable[[], nn.Module]]:
    """Return the makers of the blocks and the readout of the network called `name`."""
    if settings["name"] == "mlp":
        return mlp_modules(image_shape, classes, settings["widths"])
    return convnet_modules(image_shape, classes, settings["widths"], settings["pool_after"])
