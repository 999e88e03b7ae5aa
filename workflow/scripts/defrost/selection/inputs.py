"""What the scores are computed from, checked and brought to float64."""

import torch
from torch import Tensor

ONE_CLASS = "the labels are all of one class"


def checked_features(features: Tensor) -> Tensor:
    """Return N x D features in float64, not centred.

    Raises ValueError unless they are a matrix of finite values with a row and a column at least.
    """
    if features.ndim != 2 or 0 in features.shape:
        raise ValueError(f"features are examples x features, found shape {tuple(features.shape)}")
    if not torch.isfinite(features).all():
        raise ValueError("the features hold values that are not finite")
    return features.double()


def checked_probabilities(probabilities: Tensor) -> Tensor:
    """Return N x Z class probabilities in float64, each row with the sum 1.

    Raises ValueError for anything but probabilities; sums may be off by the rounding of float32.
    """
    probabilities = checked_features(probabilities)
    sums = probabilities.sum(dim=1, keepdim=True)
    if (probabilities < 0).any() or (sums - 1).abs().max() > 1e-3:
        raise ValueError("class probabilities are never negative and add up to 1 for each example")
    return probabilities / sums


def class_indicators(labels: Tensor, examples: int) -> Tensor:
    """Return N x K in float64: 1 where an example is of a class, for the K classes that occur.

    Classes are in the order of their labels; those that no example has are left out. Raises
    ValueError unless there is one label for each of the `examples`.
    """
    if labels.shape != (examples,):
        raise ValueError(f"found labels of shape {tuple(labels.shape)} for {examples} examples")
    return (labels[:, None] == torch.unique(labels)).double()


def check_same_inputs(features: Tensor, target_features: Tensor) -> None:
    """Raise ValueError unless two representations have a row for each of the same inputs."""
    if len(features) != len(target_features):
        raise ValueError(
            f"found features of {len(features)} inputs, target features of {len(target_features)}"
        )
