"""The scores as data: what each needs, what it means and what it ignores.

No torch in here, so that a config can be checked against the names. `scores` has the functions.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """What can be said of a score without computing it.

    Attributes:
        needs: the data it is computed from, by name: `features` (N x D, of one block of the
            source's network), `target_features` (N x D', of a network trained on the target, for
            the same inputs), `probabilities` (N x Z, the source's readout), `labels` (N, of the
            target).
        parameters: what else its function takes: `rank_points` (the most inputs whose pairs are
            ranked), `folds` (of the labelled examples).
        larger_is_better: whether a larger value promises a better source.
        uninformative: what it comes to, on average and with plenty of examples, where features
            (or probabilities) say nothing of the labels or of the target's network, in words.
        chance: the same as a number, from how many examples each class has.
        invariant_to: changes of the features that leave it as it is: `rotation` (any orthogonal
            map), `scale` (one factor for all), `offset` (a vector added to all inputs) and
            `feature_scales` (a positive factor for each feature).
        paper: where it is from.
    """

    needs: tuple[str, ...]
    parameters: tuple[str, ...]
    larger_is_better: bool
    uninformative: str
    chance: Callable[[Sequence[int]], float]
    invariant_to: frozenset[str]
    paper: str


def _shares(counts: Sequence[int]) -> list[float]:
    return [count / sum(counts) for count in counts]


def _null_evidence(counts: Sequence[int]) -> float:
    """The evidence without features: what features of mean 0 come to that say nothing."""
    shares = _shares(counts)
    return sum(-math.log(2 * math.pi * math.e * p) / 2 for p in shares) / len(shares)


def _negative_entropy(counts: Sequence[int]) -> float:
    return sum(p * math.log(p) for p in _shares(counts))


def _zero(counts: Sequence[int]) -> float:
    return 0.0


def _largest_share(counts: Sequence[int]) -> float:
    return max(_shares(counts))


READOUT = "readout"  # where a score is of no block of features
ON_LABELS = ("features", "labels")
ON_READOUT = ("probabilities", "labels")
ON_TARGET_NETWORK = ("features", "target_features")

SCORES = {
    "logme": Score(
        needs=ON_LABELS,
        parameters=(),
        larger_is_better=True,
        uninformative="mean over classes of −½ log(2πe p), p the share of the class",
        chance=_null_evidence,
        invariant_to=frozenset({"rotation", "scale"}),
        paper="You, Liu, Wang, Long 2021",
    ),
    "leep": Score(
        needs=ON_READOUT,
        parameters=(),
        larger_is_better=True,
        uninformative="minus the entropy of the labels",
        chance=_negative_entropy,
        invariant_to=frozenset(),
        paper="Nguyen, Hassner, Seeger, Archambeau 2020",
    ),
    "nce": Score(
        needs=ON_READOUT,
        parameters=(),
        larger_is_better=True,
        uninformative="minus the entropy of the labels",
        chance=_negative_entropy,
        invariant_to=frozenset(),
        paper="Tran, Nguyen, Hassner 2019",
    ),
    "h_score": Score(
        needs=ON_LABELS,
        parameters=(),
        larger_is_better=True,
        uninformative="0",
        chance=_zero,
        invariant_to=frozenset({"rotation", "scale", "offset"}),
        paper="Ibrahim, Ponomareva, Mazumder 2022",
    ),
    "parc": Score(
        needs=ON_LABELS,
        parameters=("rank_points",),
        larger_is_better=True,
        uninformative="0",
        chance=_zero,
        invariant_to=frozenset({"scale", "offset", "feature_scales"}),
        paper="Bolya, Mittapalli, Hoffman 2021",
    ),
    "linear_probe": Score(
        needs=ON_LABELS,
        parameters=("folds",),
        larger_is_better=True,
        uninformative="share of the largest class",
        chance=_largest_share,
        invariant_to=frozenset({"rotation", "scale", "offset"}),
        paper="Alain, Bengio 2016",
    ),
    "rsa_selection": Score(
        needs=ON_TARGET_NETWORK,
        parameters=("rank_points",),
        larger_is_better=True,
        uninformative="0",
        chance=_zero,
        invariant_to=frozenset({"scale", "offset"}),
        paper="Dwivedi, Roig 2019",
    ),
    "dds_cosine": Score(
        needs=ON_TARGET_NETWORK,
        parameters=("rank_points",),
        larger_is_better=True,
        uninformative="0",
        chance=_zero,
        invariant_to=frozenset({"scale", "offset", "feature_scales"}),
        paper="Dwivedi, Huang, Cichy, Roig 2020",
    ),
    "dds_laplacian": Score(
        needs=ON_TARGET_NETWORK,
        parameters=("rank_points",),
        larger_is_better=True,
        uninformative="0",
        chance=_zero,
        invariant_to=frozenset({"scale", "offset", "feature_scales"}),
        paper="Dwivedi, Huang, Cichy, Roig 2020",
    ),
}
