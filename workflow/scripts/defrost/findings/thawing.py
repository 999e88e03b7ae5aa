"""Finding (h): gradual thawing against freezing and against plain fine-tuning."""

import numpy as np

from defrost.findings.cross_fit import at_best_depth
from defrost.findings.outcome import Outcome, in_words, over_replicates, weakest
from defrost.findings.study import CannotTellError, Study


def thawing_beats_both(study: Study) -> Outcome:
    """Finding (h): test accuracy of `gradual` minus that of `freeze`, and of `finetune`.

    Every protocol at its best depth, chosen on other replicates: `gradual` at depths 0..L-1, since
    at L nothing thaws, the others at 1..L, since at 0 nothing is transferred. Both are means over
    sources and sizes of every replicate, and both have to be above 0.
    """
    thawed = _best(study, "gradual", 0, study.blocks - 1)
    claims = {
        rival: thawed - _best(study, rival, 1, study.blocks) for rival in ("freeze", "finetune")
    }
    words = [
        f"over `{rival}` {in_words(over_replicates(claim))}" for rival, claim in claims.items()
    ]
    return Outcome(weakest(list(claims.values())), "; ".join(words))


def _best(study: Study, protocol: str, lowest: int, highest: int) -> np.ndarray:
    """Return accuracy at the best of some depths, mean over sources and sizes: R numbers."""
    cells = [cell.between(lowest, highest) for cell in study.cells(protocol)]
    if not all(accuracy.size for accuracy in cells):
        raise CannotTellError(f"not run: `{protocol}` at {lowest} to {highest} blocks")
    return np.mean([at_best_depth(accuracy) for accuracy in cells], axis=0)
