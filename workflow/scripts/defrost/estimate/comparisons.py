"""How long comparing and scoring representations takes, measured on random ones of their shapes."""

import time
from collections.abc import Callable

import torch

from defrost.estimate.study import Study
from defrost.selection.folds import stratified_folds
from defrost.selection.source_scores import score_blocks
from defrost.similarity.compare import compare_blocks

_POINTS = 512  # measured at most; times of more points and features follow from these
_FEATURES = 256
_BLOCKS = 6

Widths = list[int]


def pair_seconds(study: Study, widths: Widths) -> float:
    """Return the seconds of comparing two networks of these `widths`, features of each block.

    Beyond what is measured they grow as the products that the measures take.
    """
    chosen = dict(study.study["similarity"])
    chosen["memory"] = chosen.pop("memory_mb") * 2**20
    chosen.pop("maps")

    def work(points: int, features: Widths) -> None:
        sides = [_blocks(points, features) for _ in range(2)]
        compare_blocks(*sides, torch.Generator().manual_seed(0), **chosen)

    return _extrapolated(work, study.study["target"]["split"]["probe"], widths, across=True)


def score_seconds(study: Study, examples: int, widths: Widths) -> float:
    """Return the seconds of all scores of a source by so many labelled examples."""
    probe = study.study["target"]["split"]["probe"]
    points, folds = study.study["similarity"]["rank_points"], study.study["selection"]["folds"]

    def work(count: int, features: Widths) -> None:
        labels = torch.arange(count) % study.classes
        probed = [_blocks(min(probe, _POINTS), features) for _ in range(2)]
        score_blocks(
            _blocks(count, features),
            labels,
            stratified_folds(labels, folds, torch.Generator().manual_seed(0)),
            torch.rand(count, study.classes).softmax(dim=1),
            probed,
            points,
        )

    return _extrapolated(work, min(examples, points), widths, across=False)


def _extrapolated(
    work: Callable[[int, Widths], None], points: int, widths: Widths, across: bool
) -> float:
    """Return the seconds of `work`, timed as far as it is small; `across` where blocks pair up."""

    def seconds(count: int, features: Widths) -> float:
        began = time.perf_counter()
        work(count, features)
        return time.perf_counter() - began

    features = [min(width, _FEATURES) for width in widths[:_BLOCKS]]
    most = min(points, _POINTS)
    seconds(most, features[-1:])  # imports
    long = seconds(most, features)
    if (most, features) == (points, widths):
        return long
    less = max(most // 4, 1)
    products, fewer = (_products(count, features, across) for count in (most, less))
    slope = max(long - seconds(less, features), 0) / max(products - fewer, 1)
    blocks = (len(widths) / len(features)) ** (2 if across else 1)
    start = max(long - slope * products, 0)
    return blocks * start + slope * _products(points, widths, across)


def _products(points: int, widths: Widths, across: bool) -> int:
    """Return a number that grows as the work: distances, neighbours, decompositions."""
    pairs = len(widths) if across else 1
    return sum(
        points**2 * width + pairs * (20 * points**2 + 6 * min(points, width) ** 3)
        for width in widths
    )


def _blocks(points: int, widths: Widths) -> dict[str, torch.Tensor]:
    return {str(n): torch.randn(points, width) for n, width in enumerate(widths, start=1)}
