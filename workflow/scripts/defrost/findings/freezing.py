"""Findings (f) and (g): what freezing costs and saves."""

import numpy as np

from defrost.findings.outcome import Outcome, in_words, over_replicates, weakest
from defrost.findings.shifts import ends_of_order
from defrost.findings.study import CannotTellError, Study
from defrost.statistics.intervals import Interval


def freezing_is_cheap_and_loses(study: Study) -> Outcome:
    """Finding (f): at the largest size, the same blocks copied, does training them give more?

    Two claims. Freezing saves operations: one minus the ratio of the operations of `freeze` and
    of `finetune`. And it loses: test accuracy of `finetune` minus that of `freeze`. Both are means
    over sources and depths 1..L of every replicate, so no depth is chosen. The detail has the
    size from which on, at it and at all larger ones, fine-tuning is certainly better.
    """
    gains: dict[int, list[np.ndarray]] = {}
    savings: dict[int, list[np.ndarray]] = {}
    tuned = {(cell.source, cell.size): cell for cell in study.cells("finetune")}
    for frozen in study.cells("freeze"):
        other = tuned[frozen.source, frozen.size]
        deep = frozen.depths > 0  # at 0 both are scratch
        gain = (other.accuracy - frozen.accuracy)[:, deep]
        saving = (1 - frozen.operations / other.operations)[:, deep]
        gains.setdefault(frozen.size, []).append(gain.mean(axis=1))
        savings.setdefault(frozen.size, []).append(saving.mean(axis=1))
    sizes = sorted(gains)
    losses = {size: np.mean(gains[size], axis=0) for size in sizes}
    lost = {size: over_replicates(loss) for size, loss in losses.items()}
    saved = np.mean(savings[sizes[-1]], axis=0)
    detail = f"saves {saved.mean():.0%} of the operations; fine-tuning is {_from_which(lost)}; "
    detail += ", ".join(f"n={size}: {in_words(loss)}" for size, loss in lost.items())
    return Outcome(weakest([saved, losses[sizes[-1]]]), detail)


def freezing_more_is_better(study: Study) -> Outcome:
    """Finding (g): at the smallest size, does accuracy rise with the blocks that stay frozen?

    The slope over depth (least squares, test accuracy per block) of the most similar source that
    is no control. Of `defrost` where that was run, since there depth is nothing but the blocks
    that stay frozen; else of `freeze` from depth 1, where it is the blocks that are copied too.
    """
    ends_of_order(study)  # without another source no source is known to be close
    order = study.similarity_order
    ordered = [source for source in study.no_controls if source in order]
    if not ordered:
        raise CannotTellError("not run: a close source that is no control")
    close = max(ordered, key=order.get)
    protocol = "defrost" if study.ran(close, "defrost") else "freeze"
    slopes = {}
    for cell in study.cells(protocol, [close]):
        keep = cell.depths > 0 if protocol == "freeze" else cell.depths >= 0
        if keep.sum() > 1:
            depths = cell.depths[keep] - cell.depths[keep].mean()
            slopes[cell.size] = over_replicates(cell.accuracy[:, keep] @ depths / (depths @ depths))
    if not slopes:
        raise CannotTellError(f"not run: two depths of {close}")
    words = ", ".join(f"n={size}: {in_words(slope)}" for size, slope in slopes.items())
    return Outcome(slopes[min(slopes)], f"`{protocol}` of {close}, per block; {words}")


def _from_which(lost: dict[int, Interval]) -> str:
    """Say from which size on, at it and at all larger ones, fine-tuning is certainly better."""
    first = None
    for size in sorted(lost, reverse=True):
        if not lost[size].low > 0:
            break
        first = size
    return "certainly better at no size" if first is None else f"better from n={first} on"
