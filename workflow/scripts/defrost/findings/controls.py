"""Finding (i): controls gain what they should, or nothing."""

from defrost.findings.cross_fit import at_best_depth
from defrost.findings.outcome import Outcome, in_words, over_replicates, weakest
from defrost.findings.study import CannotTellError, Study

MARGIN = 0.02  # of accuracy: less than what any source proper gains where transfer pays at all


def controls_behave(study: Study) -> Outcome:
    """Finding (i), over the controls that were run with `freeze`.

    A control's gain is its test accuracy at the best depth of 1..L, chosen on other replicates,
    minus that of scratch. A negative one must gain less than `MARGIN` at its largest size, so its
    claim is the margin minus the gain; a positive one must gain at its smallest. All have to be
    above 0.
    """
    claims, words = [], []
    run = [s for s in study.sources if s in study.controls and study.ran(s, "freeze")]
    for control in run:
        negative = study.controls[control] == "negative"
        cell = study.cells("freeze", [control])[-1 if negative else 0]
        if not cell.between(1, study.blocks).size:
            continue
        gains = at_best_depth(cell.between(1, study.blocks)) - cell.at(0)
        claims.append(MARGIN - gains if negative else gains)
        gained = in_words(over_replicates(gains))
        words.append(f"{study.controls[control]} {control} gains {gained} at n={cell.size}")
    if not claims:
        raise CannotTellError("not run: a control, with `freeze`")
    missing = {"negative", "positive"} - {study.controls[control] for control in run}
    words += [f"no {kind} control was run" for kind in sorted(missing)]
    return Outcome(weakest(claims), "; ".join(words))
