"""Label overlap: the share of a point's nearest neighbours that carry its label.

Doimo, Glielmo, Ansuini, Laio (NeurIPS 2020, arXiv 2007.03506). By chance it is the share of pairs
of points that carry one label: larger for fewer classes, and larger where one class is common. A
mean over points lets a common class decide it; the null beside it says by how much.
"""

import math

import torch
from torch import Tensor

from defrost.similarity.centre import check_representation, prepare
from defrost.similarity.neighbours import neighbour_table
from defrost.similarity.resampling import (
    Subsets,
    draw_permutations,
    make_subsets,
    permutation_interval,
    subset_interval,
)

CHUNK_ROWS = 256


def label_share(index: Tensor, labels: Tensor, own: Tensor) -> Tensor:
    """Return the share of neighbours that carry the label of their point.

    Args:
        index: rows x k, neighbours of the points `own`.
        labels: N, the labels of all points.
        own: rows, the points themselves.
    """
    return (labels[index] == labels[own][:, None]).double().mean()


def label_overlap(x: Tensor, labels: Tensor, neighbours: int = 10) -> float:
    """Return the mean share of a point's k nearest neighbours that carry its label.

    Invariant to rotation, isotropic scale and offset of x, and to a renaming of the labels.

    Args:
        x: N x D, a row for each input.
        labels: N integers.
        neighbours: k, at most N - 1.

    Returns:
        A share from 0 to 1.

    Raises:
        ValueError: not one label a point, k points or fewer, or values that are not finite.

    Source:
        Doimo et al. 2020.
    """
    _check(x, labels, neighbours)
    table = neighbour_table(prepare(x), neighbours, Subsets(len(x), 0), CHUNK_ROWS)
    return float(label_share(table.whole, labels, torch.arange(len(x), device=x.device)))


def label_overlaps(
    blocks: dict[str, Tensor],
    labels: Tensor,
    generator: torch.Generator,
    neighbours: int = 10,
    subsets: int = 10,
    permutations: int = 20,
) -> list[dict]:
    """Return the label overlap of every block of a network, with error bar and null.

    Args:
        blocks: for each block by name, its N x D activations.
        labels: N integers, on the device of the activations.
        generator: on the CPU; orders the points and permutes the labels.
        neighbours: k.
        subsets, permutations: as in `compare_blocks`.

    Returns:
        A dict for each block with the keys measure, block, value, value_low, value_high,
        null_mean, null_low, null_high, points and reason (of a value that is NaN).

    Raises:
        ValueError: as `label_overlap`.
    """
    rows = []
    order = torch.randperm(len(labels), generator=generator).to(labels.device)
    shuffled = draw_permutations(len(labels), permutations, generator).to(labels.device)
    parts = make_subsets(len(labels), subsets, neighbours + 2)
    labels = labels[order]
    everyone = torch.arange(len(labels), device=labels.device)
    kept = [everyone[parts.group_of(everyone) != group] for group in range(parts.count)]
    for name, x in blocks.items():
        _check(x, labels, neighbours)
        table = neighbour_table(prepare(x, order), neighbours, parts, CHUNK_ROWS)
        value, reason = float(label_share(table.whole, labels, everyone)), ""
        limits = [
            float(label_share(index, labels, own))
            for index, own in zip(table.of_subsets, kept, strict=True)
        ]
        null = [float(label_share(table.whole, labels[row], everyone)) for row in shuffled]
        interval, chance = subset_interval(value, limits, parts), permutation_interval(null)
        if table.tied > len(labels) / 100:
            reason = f"{table.tied} of {len(labels)} points have neighbours that tie"
            value, interval, chance = math.nan, (math.nan,) * 2, (math.nan,) * 3
        rows.append(
            {
                "measure": "label_overlap",
                "block": name,
                "value": value,
                "value_low": interval[0],
                "value_high": interval[1],
                "null_mean": chance[0],
                "null_low": chance[1],
                "null_high": chance[2],
                "points": len(labels),
                "reason": reason,
            }
        )
    return rows


def _check(x: Tensor, labels: Tensor, neighbours: int) -> None:
    check_representation(x)
    if labels.shape != (len(x),):
        raise ValueError(f"{len(x)} points have {tuple(labels.shape)} labels, one each is needed")
    if len(x) <= neighbours:
        raise ValueError(f"label overlap needs {neighbours + 1} points or more, got {len(x)}")
