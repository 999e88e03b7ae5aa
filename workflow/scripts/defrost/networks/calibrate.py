"""Normalisation statistics of a network that was not trained."""

import torch
from torch import Tensor, nn

from defrost.networks.network import Network

_ROWS = 1024  # images at once: bounds the memory


@torch.no_grad()
def calibrate_normalisation(network: Network, images: Tensor) -> None:
    """Set the running statistics of batch normalisation to those of `images`, in place.

    Means and variances are averaged over batches of equal weight; the weights stay as they are.
    The network ends in eval mode, in which all but the normalisation are from the start: what is
    dropped while training would be another in every run.
    """
    network.eval()
    layers = [m for m in network.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a plain average instead of one that forgets
        layer.train()
    for rows in images.tensor_split(-(-len(images) // _ROWS)):
        network(rows)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    network.eval()
