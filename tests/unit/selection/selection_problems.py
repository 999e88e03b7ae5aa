"""Features, probabilities and labels with a known relation, from a seed."""

import numpy as np
import torch
from torch import Tensor


def labelled(
    examples: int, dimensions: int, classes: int, signal: float, seed: int = 0, relu: bool = True
) -> tuple[Tensor, Tensor]:
    """Features of balanced classes whose means differ by `signal`, in units of the noise.

    Rectified, as the activations of a network are, unless told otherwise.
    """
    generator = np.random.default_rng(seed)
    labels = np.arange(examples) % classes
    means = signal * generator.normal(size=(classes, dimensions))
    features = means[labels] + generator.normal(size=(examples, dimensions))
    features = np.maximum(features, 0) if relu else features
    return torch.from_numpy(features.astype(np.float32)), torch.from_numpy(labels)


def readout(examples: int, source_classes: int, classes: int, seed: int = 0):
    """Class probabilities of a source, and labels that follow from them but for some noise."""
    generator = np.random.default_rng(seed)
    shares = np.full(source_classes, 0.3)
    probabilities = generator.dirichlet(shares, size=examples).astype(np.float32)
    mixed = probabilities @ generator.normal(size=(source_classes, classes))
    labels = np.argmax(mixed + 0.1 * generator.normal(size=mixed.shape), axis=1)
    return torch.from_numpy(probabilities), torch.from_numpy(labels)


def two_networks(examples: int, source_width: int, target_width: int, seed: int = 0):
    """Features of two networks for the same inputs that share some of what they see."""
    generator = np.random.default_rng(seed)
    source = np.maximum(generator.normal(size=(examples, source_width)), 0)
    mixed = source @ generator.normal(size=(source_width, target_width))
    target = np.maximum(mixed / 3 + generator.normal(size=mixed.shape), 0)
    return tuple(torch.from_numpy(x.astype(np.float32)) for x in (source, target))


def permuted(labels: Tensor, seed: int) -> Tensor:
    """The labels in an order that has nothing to do with the features."""
    return labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))]
