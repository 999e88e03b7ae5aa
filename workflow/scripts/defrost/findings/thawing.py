"""Finding (h): gradual thawing against freezing and against plain fine-tuning."""

import numpy as np

from defrost.findings.cross_fit import at_best_depth
from defrost.findings.outcome import Outcome, in_words, over_replicates, weakest
from defrost.findings.study import CannotTellError, Study


def thawing_beats_both(study: Study) -> Outcome:
    """Finding (h): test accuracy of `gradual` minus that of `freeze`, and of `finetune`.

    Every protocol at its best depth, chosen on other replicates: `gradual` at
    depths 0..L-1, since at L nothing thaws, the others at 1..L, since at 0 nothing is transferred.
    Both are means over sources and sizes of every replicate, and both have to be above 0.
    """
    blocks = study.blocks
    ranges = {"gradual": (0, blocks - 1), "freeze": (1, blocks), "finetune": (1, blocks)}
    best = {
        protocol: {
            (cell.source, cell.size): at_best_depth(cell.between(*depths))
            for cell in study.cells(protocol)
            if cell.between(*depths).size
        }
        for protocol, depths in ranges.items()
    }
    shared = [key for key in best["gradual"] if key in best["freeze"] and key in best["finetune"]]
    if not shared:
        raise CannotTellError("not run: the three protocols of one source and size")
    claims = {
        rival: over_replicates(
            np.mean([best["gradual"][k] - best[rival][k] for k in shared], axis=0)
        )
        for rival in ("freeze", "finetune")
    }
    words = [f"over `{rival}` {in_words(claim)}" for rival, claim in claims.items()]
    return Outcome(weakest(list(claims.values())), "; ".join(words))
