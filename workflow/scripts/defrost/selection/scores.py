"""The scores by name."""

from collections.abc import Callable, Mapping

from defrost.selection.dds import dds_cosine, dds_laplacian
from defrost.selection.h_score import h_score
from defrost.selection.leep import leep, nce
from defrost.selection.linear_probe import linear_probe
from defrost.selection.logme import logme
from defrost.selection.parc import parc
from defrost.selection.registry import SCORES
from defrost.selection.rsa import rsa_selection
from defrost.selection.value import Value, undefined

FUNCTIONS: dict[str, Callable[..., Value]] = {
    "logme": logme,
    "leep": leep,
    "nce": nce,
    "h_score": h_score,
    "parc": parc,
    "linear_probe": linear_probe,
    "rsa_selection": rsa_selection,
    "dds_cosine": dds_cosine,
    "dds_laplacian": dds_laplacian,
}


def score_source(name: str, given: Mapping[str, object]) -> Value:
    """Return the score of a source called `name` from what is known of it.

    `given` has, by the names of `registry.Score`, the data and parameters that scores take, and
    may have more than this one does. Data that are missing (a source without a readout has no
    `probabilities`) give NaN with the reason.
    """
    score = SCORES[name]
    missing = [need for need in score.needs if need not in given]
    if missing:
        return undefined(f"no {' and no '.join(missing)} of this source")
    return FUNCTIONS[name](**{key: given[key] for key in (*score.needs, *score.parameters)})
