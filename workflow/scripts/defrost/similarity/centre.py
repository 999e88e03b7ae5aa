"""The first step of most measures: representations with their mean at zero."""

import math

import torch
from torch import Tensor

# Up to here products are in float64. Above, float32 serves, with float64 for the rows in which it
# does not (see `distances`): there the few ranks that rounding turns no longer show in a mean.
EXACT_POINTS = 2000
CHUNK_ROWS = 1024


def check_representation(x: Tensor) -> None:
    """Raise ValueError unless x is a matrix of finite numbers."""
    if x.ndim != 2:
        raise ValueError(
            f"a representation is points x features, this one has {x.ndim} dimension(s)"
        )
    # a sum of finite numbers may overflow, so that the single numbers decide
    if not torch.isfinite(x.sum()) and not torch.isfinite(x).all():
        raise ValueError("the representation holds values that are not finite")


def check_pair(x: Tensor, y: Tensor) -> None:
    """Raise ValueError unless both are representations of the same number of points."""
    if len(x) != len(y):
        raise ValueError(f"the representations have {len(x)} and {len(y)} points")
    check_representation(x)
    check_representation(y)


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
    check_representation(x)
    return _centred(x, None, torch.float64)


def prepare(x: Tensor, order: Tensor | None = None) -> Tensor:
    """Return a representation centred, its rows in `order`, its size near 1, ready for products.

    Args:
        x: N x D, finite.
        order: indices of the rows to take, on the device of x; all as they are without it.

    Returns:
        Rows x D, float64 up to 2,000 rows and float32 above. Divided by the power of two that is
        nearest to the root mean square norm of its rows, which changes no digit and keeps
        squares inside float32; every measure ignores it.
    """
    points = len(x) if order is None else len(order)
    dtype = torch.float64 if points <= EXACT_POINTS else torch.float32
    return _centred(x, order, dtype, rescale=True)


def _centred(x: Tensor, order: Tensor | None, dtype: torch.dtype, rescale: bool = False) -> Tensor:
    # Taking off a row before the mean makes a constant feature exactly zero: in a float64 input
    # the rounding of its mean would otherwise pass for a signal.
    first = x[:1].double()
    rows = range(len(x)) if order is None else order
    chunks = [slice(start, start + CHUNK_ROWS) for start in range(0, len(rows), CHUNK_ROWS)]

    def shifted(chunk: slice) -> Tensor:
        return (x[chunk] if order is None else x[order[chunk]]).double() - first

    total, square = torch.zeros_like(first), torch.zeros_like(first)
    for chunk in chunks:
        values = shifted(chunk)
        total += values.sum(dim=0)
        square += values.square().sum(dim=0)
    mean = total / max(len(rows), 1)
    scale = _power_of_two((square / max(len(rows), 1) - mean.square()).sum()) if rescale else 1.0
    result = torch.empty((len(rows), x.shape[1]), dtype=dtype, device=x.device)
    for chunk in chunks:
        result[chunk] = (shifted(chunk) - mean) / scale
    return result


def _power_of_two(squared_norm: Tensor) -> float:
    """Return the power of two nearest to a norm, 1 for no norm at all."""
    norm = math.sqrt(max(float(squared_norm), 0.0))
    return 2.0 ** round(math.log2(norm)) if norm > 0 else 1.0
