"""Compare every block of one network with every block of another on the same probe inputs.

The Gram rows and distances of a block are computed once for each chunk of probe inputs and serve
every pair and every measure. A measure is a sum, over the chunks, of what it reads from the rows
of the two blocks, and a value made from that sum at the end.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from torch import Tensor

from defrost.similarity.centre import centre
from defrost.similarity.cka import alignment, gram_product
from defrost.similarity.information_imbalance import (
    Nearest,
    distance_rows,
    imbalance,
    nearest_neighbours,
    rank_sum,
)


@dataclass(frozen=True)
class BlockRows:
    """What the measures read from a block for one chunk of probe inputs.

    Attributes:
        gram: rows x N, scalar products of the chunk's points with all points, float64.
        distances: rows x N, Euclidean distances between the same, infinite to oneself, float32.
        nearest: the nearest neighbours of the chunk's points.
    """

    gram: Tensor
    distances: Tensor
    nearest: Nearest


@dataclass(frozen=True)
class BlockTotals:
    """What the measures read from a block once all chunks are summed.

    Attributes:
        squared_norms: N, |x_i|^2 of the centred points.
        gram_square: sum_ij K_ij^2 of their Gram matrix.
    """

    squared_norms: Tensor
    gram_square: Tensor


@dataclass(frozen=True)
class Measure:
    """A measure of a source and a target block.

    Attributes:
        chunk_sum: from the source's and the target's rows, what is summed over the chunks.
        value: from that sum and the totals of source and target, the measure.
    """

    chunk_sum: Callable[[BlockRows, BlockRows], Tensor]
    value: Callable[[Tensor, BlockTotals, BlockTotals], float]


def aligned(gram_sum: Tensor, source: BlockTotals, target: BlockTotals) -> float:
    """Return debiased linear CKA from the sum of the products of Gram entries."""
    products = (gram_sum, source.gram_square, target.gram_square)
    return alignment(products, source.squared_norms, target.squared_norms)


def imbalanced(rank_total: Tensor, source: BlockTotals, target: BlockTotals) -> float:
    """Return information imbalance, in either direction, from the sum of the ranks."""
    return imbalance(rank_total.item(), len(source.squared_norms))


MEASURES = {
    "debiased_linear_cka": Measure(
        lambda source, target: gram_product(source.gram, target.gram), aligned
    ),
    "information_imbalance_source_to_target": Measure(
        lambda source, target: rank_sum(target.distances, source.nearest), imbalanced
    ),
    "information_imbalance_target_to_source": Measure(
        lambda source, target: rank_sum(source.distances, target.nearest), imbalanced
    ),
}


def centred_block(side: str, name: str, activations: Tensor) -> Tensor:
    """Return the centred activations of a block; an error names the side and the block."""
    try:
        return centre(activations)
    except ValueError as error:
        raise ValueError(f"{side} block {name!r}: {error}") from error


def check_points(sources: dict[str, Tensor], targets: dict[str, Tensor]) -> None:
    """Raise ValueError unless all blocks have the same number of points, two or more."""
    counts = {("source", name): len(x) for name, x in sources.items()}
    counts |= {("target", name): len(x) for name, x in targets.items()}
    (first_side, first_name), first_points = next(iter(counts.items()))
    for (side, name), points in counts.items():
        if points != first_points:
            raise ValueError(
                f"{side} block {name!r} has {points} points, "
                f"{first_side} block {first_name!r} has {first_points}"
            )
    if first_points < 2:
        raise ValueError(
            f"{first_side} block {first_name!r} has {first_points} points, 2 or more are needed"
        )


def block_rows(x: Tensor, squared_norms: Tensor, start: int, chunk_rows: int) -> BlockRows:
    """Return what the measures read from the centred points start, start + 1, ... of a block."""
    gram = x[start : start + chunk_rows] @ x.T
    distances = distance_rows(gram, squared_norms, start)
    return BlockRows(gram, distances, nearest_neighbours(distances))


def compare_blocks(
    source: dict[str, Tensor], target: dict[str, Tensor], chunk_rows: int = 256
) -> list[dict]:
    """Return every measure for every source block against every target block.

    Memory holds every block in float64 and, for each source block and one target block at a
    time, 12 bytes times N times `chunk_rows`.

    Args:
        source, target: for each block by name (one or more), the N x D activations of the same
            N probe inputs, row i for input i; D may differ between blocks.
        chunk_rows: number of probe inputs whose distances to all others are held at a time.

    Returns:
        A dict for each source block, target block and measure, in this order, with the keys
        measure, source_block, target_block, value and points (N). The measures, all without
        unit, are `debiased_linear_cka` (NaN where it is undefined),
        `information_imbalance_source_to_target` and `information_imbalance_target_to_source`.

    Raises:
        ValueError: a block is not N x D, differs in N from the others, has fewer than two
            points or holds values that are not finite; the line names the block.

    Source:
        The equations are those of the modules `cka` and `information_imbalance`.
    """
    sources = {name: centred_block("source", name, x) for name, x in source.items()}
    targets = {name: centred_block("target", name, x) for name, x in target.items()}
    check_points(sources, targets)
    points = len(next(iter(sources.values())))
    source_norms = {name: x.square().sum(dim=1) for name, x in sources.items()}
    target_norms = {name: x.square().sum(dim=1) for name, x in targets.items()}

    source_gram_square, target_gram_square = defaultdict(float), defaultdict(float)
    sums = defaultdict(float)
    for start in range(0, points, chunk_rows):
        # The rows of all source blocks wait while target blocks pass one at a time: half the
        # memory that the rows of both networks would take.
        source_rows = {}
        for name, x in sources.items():
            source_rows[name] = block_rows(x, source_norms[name], start, chunk_rows)
            source_gram_square[name] += gram_product(source_rows[name].gram, source_rows[name].gram)
        for target_name, y in targets.items():
            rows = block_rows(y, target_norms[target_name], start, chunk_rows)
            target_gram_square[target_name] += gram_product(rows.gram, rows.gram)
            for source_name, name in product(sources, MEASURES):
                sums[source_name, target_name, name] += MEASURES[name].chunk_sum(
                    source_rows[source_name], rows
                )

    return [
        {
            "measure": name,
            "source_block": source_name,
            "target_block": target_name,
            "value": MEASURES[name].value(
                sums[source_name, target_name, name],
                BlockTotals(source_norms[source_name], source_gram_square[source_name]),
                BlockTotals(target_norms[target_name], target_gram_square[target_name]),
            ),
            "points": points,
        }
        for source_name, target_name, name in product(sources, targets, MEASURES)
    ]
