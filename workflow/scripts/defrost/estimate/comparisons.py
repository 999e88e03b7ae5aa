"""How long comparing representations takes, measured on random ones of their shapes."""

import torch

from defrost.estimate.clock import work_seconds
from defrost.estimate.study import Study
from defrost.similarity.compare import compare_blocks

_POINTS = 300  # timed at most, as are
_FEATURES = 256
_BLOCKS = 6


def pair_seconds(study: Study, widths: list[int]) -> float:
    """Return the seconds of comparing two networks of these `widths`, features of each block.

    They follow from two sizes that are timed, both small, by what the measures grow with.
    """
    chosen = dict(study.study["similarity"])
    chosen["memory"] = chosen.pop("memory_mb") * 2**20
    chosen.pop("maps")
    features = [min(width, _FEATURES) for width in widths[:_BLOCKS]]

    def timed(points: int) -> float:
        sides = [{str(n): torch.randn(points, d) for n, d in enumerate(features)} for _ in range(2)]
        began = work_seconds()
        compare_blocks(*sides, torch.Generator().manual_seed(0), **chosen)
        return work_seconds() - began

    probe = study.study["target"]["split"]["probe"]
    most = min(probe, _POINTS)
    less = max(most // 4, 2)
    timed(less)  # imports
    short, long = timed(less), timed(most)
    slope = max(long - short, 0) / (_products(most, features) - _products(less, features))
    start = max(long - slope * _products(most, features), 0)
    return start * (len(widths) / len(features)) ** 2 + slope * _products(probe, widths)


def _products(points: int, widths: list[int]) -> int:
    """Return a number that grows as distances, neighbours and decompositions of blocks in pairs."""
    return sum(
        points**2 * width + len(widths) * (20 * points**2 + 6 * min(points, width) ** 3)
        for width in widths
    )
