"""The first step of every measure: representations with their mean at zero."""

import torch
from torch import Tensor


def centre(x: Tensor) -> Tensor:
    """Return a representation in float64 with the mean of every feature at zero.

    Everything computed from scalar products of the result keeps its digits whatever the offset
    of the activations; in float32 an offset of 1,000 is enough to lose the nearest neighbours.

    Args:
        x: N x D, a row for each input.

    Returns:
        N x D, float64.

    Raises:
        ValueError: x is not a matrix, or holds values that are not finite.
    """
    if x.ndim != 2:
        raise ValueError(
            f"a representation is points x features, this one has {x.ndim} dimension(s)"
        )
    if not torch.isfinite(x).all():
        raise ValueError("the representation holds values that are not finite")
    # Taking off a row before the mean makes a constant feature exactly zero: in a float64 input
    # the rounding of its mean would otherwise pass for a signal.
    shifted = x.double() - x[:1].double()
    return shifted - shifted.mean(dim=0)
