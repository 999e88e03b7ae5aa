"""The findings as data: what is claimed, what number says so, and the test that computes it."""

from collections.abc import Callable
from typing import NamedTuple

from defrost.findings.controls import controls_behave
from defrost.findings.freezing import freezing_is_cheap_and_loses, freezing_more_is_better
from defrost.findings.identification import similarity_identifies
from defrost.findings.outcome import Outcome
from defrost.findings.partial_depth import largest_gain_is_partial, standard_loses_to_partial
from defrost.findings.shifts import optimum_falls_with_data, optimum_rises_with_similarity
from defrost.findings.study import Study
from defrost.findings.thawing import thawing_beats_both


class Finding(NamedTuple):
    """A statement, the number that its test puts an interval on, and the test."""

    statement: str
    statistic: str
    test: Callable[[Study], Outcome]


FINDINGS = {
    "a": Finding(
        "The largest gain is often not at full depth.",
        "share of replicates, sources and sizes in which partial transfer beats full depth; "
        "claimed: above 0.5",
        largest_gain_is_partial,
    ),
    "b": Finding(
        "The optimal depth falls as target data grow.",
        "test accuracy: what deep transfer gains at the smallest size, or shallow transfer at the "
        "largest, whichever is less; claimed: above 0",
        optimum_falls_with_data,
    ),
    "c": Finding(
        "The optimal depth rises with the similarity of source and target.",
        "test accuracy: what deep transfer gains with the closest source, or shallow transfer with "
        "the farthest, whichever is less; claimed: above 0",
        optimum_rises_with_similarity,
    ),
    "d": Finding(
        "The standard protocol loses to partial transfer.",
        "test accuracy of partial transfer minus that of the standard protocol; claimed: above 0",
        standard_loses_to_partial,
    ),
    "e": Finding(
        "Similarity of internal representations identifies the best source.",
        "Kendall's tau of similarity and gain over the sources; claimed: above 0",
        similarity_identifies,
    ),
    "f": Finding(
        "Freezing costs less compute but loses to fine-tuning once data are plenty.",
        "at the largest size, the share of operations that freezing saves, or the test accuracy "
        "that fine-tuning gains on it, whichever is less; claimed: above 0",
        freezing_is_cheap_and_loses,
    ),
    "g": Finding(
        "With few data and a close source, freezing more is better.",
        "test accuracy gained per frozen block at the smallest size; claimed: above 0",
        freezing_more_is_better,
    ),
    "h": Finding(
        "Gradual thawing beats freezing and plain fine-tuning.",
        "test accuracy of gradual thawing minus that of freezing, or of fine-tuning, whichever is "
        "less; claimed: above 0",
        thawing_beats_both,
    ),
    "i": Finding(
        "Controls behave.",
        "test accuracy: 0.02 minus a negative control's gain at its largest size, or a positive "
        "control's gain at its smallest, whichever is least; claimed: above 0",
        controls_behave,
    ),
}
