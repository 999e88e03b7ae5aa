"""Findings (a) and (d): transferring some blocks against transferring all of them."""

from collections.abc import Iterator

import numpy as np

from defrost.findings.cross_fit import at_best_depth
from defrost.findings.outcome import Outcome, in_words, need_replicates, over_replicates
from defrost.findings.study import CannotTellError, Cells, Study

# Independent units. Four are by chance all on one side in 1 of 8 draws, and then there is no width.
_FEWEST = 5


def largest_gain_is_partial(study: Study) -> Outcome:
    """Finding (a), over the cells of `freeze`: how often some depth 1..L-1 beats depth L.

    Of every replicate, the share of sources and sizes at which the best of the partial depths
    (chosen on other replicates) has a higher test accuracy than full depth; a
    tie counts half. "Often" is more often than not: the threshold is 1/2.
    """
    differences = [values for _, values in _over_standard(study)]
    need_replicates(differences[0], _FEWEST, "a share")
    shares = np.mean([(np.sign(values.round(12)) + 1) / 2 for values in differences], axis=0)
    detail = f"partial depths compared at {len(differences)} pairs of source and size"
    return Outcome(over_replicates(shares), detail, threshold=0.5)


def standard_loses_to_partial(study: Study) -> Outcome:
    """Finding (d), over the cells of `freeze`: how much more depths 1..L-1 give than depth L.

    Of every replicate, the test accuracy at the best of the partial depths (chosen on other
    replicates) minus that of the standard protocol, a mean over sources and sizes.
    """
    cells = list(_over_standard(study))
    losses = {cell[:2]: over_replicates(values) for cell, values in cells}
    (source, size), most = max(losses.items(), key=lambda item: item[1].mean)
    detail = f"most for {source} at n={size}, {in_words(most)}; no certain loss for "
    spared: dict[str, list[str]] = {}
    for (source, size), loss in losses.items():
        if not loss.low > 0:
            spared.setdefault(source, []).append(f"n={size}")
    detail += "; ".join(f"{source} at {', '.join(sizes)}" for source, sizes in spared.items())
    detail += "" if spared else "none"
    return Outcome(over_replicates(np.mean([values for _, values in cells], axis=0)), detail)


def _over_standard(study: Study) -> Iterator[tuple[Cells, np.ndarray]]:
    """Yield every cell with accuracy at its best partial depth minus that at full depth (R)."""
    blocks = study.blocks
    for cell in study.cells("freeze"):
        partial = cell.between(1, blocks - 1)
        if not partial.size or blocks not in cell.depths:
            raise CannotTellError(f"not run: `freeze` at {blocks} blocks and at fewer, but not 0")
        yield cell, at_best_depth(partial) - cell.at(blocks)
