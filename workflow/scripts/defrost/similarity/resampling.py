"""Error bars from subsets of the probe points, nulls from permutations of their rows.

Everything works on the points in one random order, drawn once: consecutive points are then a
random set of them.

Subsets. Each of ten leaves out another tenth of the points (a delete-a-group jackknife): no point
is ever repeated, which would put two at distance zero, and a subset has nearly the size of the
whole, which matters for measures that depend on it. With m of N points left out of each, the
variance of the value is (N - m) / m times the mean square of the subsets' values around their
mean (Shao, Wu, Annals of Statistics 17, 1989), and the interval is Student's t with nine degrees
of freedom. It is too wide rather than too narrow (Efron, Stein, Annals of Statistics 9, 1981).

Permutations. A permutation moves points within blocks of 32 rows, or of up to 63 at the end, so
that a pass over chunks of whole blocks meets both ends of it. Independent representations are as
likely as any of their permutations, also under these alone. A pair of points of two blocks stays
where it is in one permutation of 1,024.
"""

import math
from dataclasses import dataclass

import torch
from scipy.stats import t
from torch import Tensor

LEVEL = 0.95
EXCHANGE_ROWS = 32


@dataclass(frozen=True)
class Subsets:
    """Subsets of N points that leave out one group of consecutive points each.

    Attributes:
        points: N.
        count: how many subsets; 0 for no error bars.
    """

    points: int
    count: int

    @property
    def size(self) -> int:
        """The number of points that each subset leaves out."""
        return self.points // self.count if self.count else 0

    @property
    def groups(self) -> list[slice]:
        """The points that each subset leaves out, and last those that all keep."""
        starts = [group * self.size for group in range(self.count + 1)]
        ends = [*starts[1:], self.points]
        return [slice(*ends_of) for ends_of in zip(starts, ends, strict=True)]

    def group_of(self, index: Tensor) -> Tensor:
        """Return the group of each point; `count` for those that every subset keeps."""
        if not self.count:
            return torch.zeros_like(index)
        return (index // self.size).clamp(max=self.count)


def make_subsets(points: int, count: int, least_points: int) -> Subsets:
    """Return `count` subsets of N points, or none where one would have fewer than the least."""
    size = points // count if count else 0
    enough = size > 0 and points - size >= least_points
    return Subsets(points, count if enough else 0)


def subset_interval(value: float, of_subsets: list[float], subsets: Subsets) -> tuple[float, float]:
    """Return the 95 % interval around a value from its values over the subsets; NaN for none."""
    if not subsets.count or not all(map(math.isfinite, of_subsets)):
        return math.nan, math.nan
    mean = sum(of_subsets) / subsets.count
    spread = sum((x - mean) ** 2 for x in of_subsets) / subsets.count
    error = math.sqrt((subsets.points - subsets.size) / subsets.size * spread)
    half = float(t.ppf(0.5 + LEVEL / 2, subsets.count - 1)) * error
    return value - half, value + half


def draw_permutations(points: int, count: int, generator: torch.Generator) -> Tensor:
    """Return `count` x N permutations within blocks of `EXCHANGE_ROWS` rows.

    Every permutation comes from numbers of its own, so that the first ones do not depend on the
    count.
    """
    blocks = max(points // EXCHANGE_ROWS, 1)
    last = (blocks - 1) * EXCHANGE_ROWS
    permutations = torch.empty((count, points), dtype=torch.int64)
    for row in permutations:
        numbers = torch.rand(points, generator=generator, dtype=torch.float64)
        if last:
            order = numbers[:last].view(-1, EXCHANGE_ROWS).argsort(dim=1)
            starts = torch.arange(0, last, EXCHANGE_ROWS)[:, None]
            row[:last] = (order + starts).flatten()
        row[last:] = numbers[last:].argsort() + last
    return permutations


def permutation_interval(values: list[float]) -> tuple[float, float, float]:
    """Return mean, low and high: where 95 % of further permutations fall, given these values.

    Student's t for one more draw, half = t s sqrt(1 + 1 / n): few permutations give a wider
    interval rather than a wrong one. NaN for fewer than two values.
    """
    count = len(values)
    if count < 2 or not all(map(math.isfinite, values)):
        return math.nan, math.nan, math.nan
    mean = sum(values) / count
    spread = sum((x - mean) ** 2 for x in values) / (count - 1)
    half = float(t.ppf(0.5 + LEVEL / 2, count - 1)) * math.sqrt(spread * (1 + 1 / count))
    return mean, mean - half, mean + half
