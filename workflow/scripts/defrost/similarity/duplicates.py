"""Rows of a representation that repeat another: the same input twice, or a saturated block."""

import torch
from torch import Tensor

CHUNK_ROWS = 1024


def repeats(x: Tensor) -> Tensor:
    """Return which rows equal an earlier one, number by number.

    Rows are compared by a 64-bit hash, and those of one hash with the first of them in full, so
    that the time grows as N D and not as sorting rows would.

    Args:
        x: N x D.

    Returns:
        N booleans; false for the first row of each kind.
    """
    if not x.shape[1]:
        return torch.arange(len(x), device=x.device) > 0
    hashes = torch.cat([_hashes(rows) for rows in x.split(CHUNK_ROWS)])
    in_order, order = hashes.sort(stable=True)
    begins = torch.ones_like(in_order, dtype=torch.bool)
    begins[1:] = in_order[1:] != in_order[:-1]
    first = order[begins.nonzero().flatten()[begins.cumsum(0) - 1]]
    result = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    later = ~begins
    for rows, firsts in zip(
        order[later].split(CHUNK_ROWS), first[later].split(CHUNK_ROWS), strict=True
    ):
        result[rows] = (x[rows] == x[firsts]).all(dim=1)
    return result


def _hashes(rows: Tensor) -> Tensor:
    integers = {8: torch.int64, 4: torch.int32, 2: torch.int16}[rows.element_size()]
    bits = (rows + 0.0).view(integers).long()  # -0.0 equals 0.0
    # odd multipliers of a linear congruence (Knuth's MMIX), wrapping around at 2^64
    factors = torch.arange(1, rows.shape[1] + 1, device=rows.device)
    factors = (factors * 6364136223846793005 + 1442695040888963407) | 1
    mixed = (bits ^ (bits >> 15)) * factors
    return (mixed ^ (mixed >> 29)).sum(dim=1)
