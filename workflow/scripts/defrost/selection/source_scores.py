"""All scores of one source for one target network and the labelled examples it was trained on."""

from collections.abc import Mapping

import torch
from torch import Tensor

from defrost.networks.network import Network
from defrost.selection.folds import Fold
from defrost.selection.registry import READOUT, SCORES
from defrost.selection.scores import score_source

_ROWS = 256  # inputs at once: bounds the memory


def score_blocks(
    labelled: Mapping[str, Tensor],
    labels: Tensor,
    folds: list[Fold],
    probabilities: Tensor | None,
    probe: tuple[Mapping[str, Tensor], Mapping[str, Tensor]],
    rank_points: int,
) -> list[dict]:
    """Return every score of a source: of each block, or of its readout.

    Args:
        labelled: by block, N x D, what the source's network makes of the labelled examples.
        labels: N.
        folds: of the labelled examples.
        probabilities: N x Z, what its readout does; None without one.
        probe: by block, what the source's and the target's network make of the same inputs.
        rank_points: the most inputs whose pairs are ranked.

    Returns:
        A dict for each score and block, with the keys score, block (a number, or `readout`),
        value, and reason where that is not a finite number.
    """
    given = {"labels": labels, "folds": folds, "rank_points": rank_points}
    if probabilities is not None:
        given["probabilities"] = probabilities
    rows = []
    for name, score in SCORES.items():
        for block in [READOUT] if "probabilities" in score.needs else labelled:
            if "target_features" in score.needs:
                features = {"features": probe[0][block], "target_features": probe[1][block]}
            else:
                features = {"features": labelled[block]} if block != READOUT else {}
            value = score_source(name, {**given, **features})
            rows.append({"score": name, "block": block, **value._asdict()})
    return rows


@torch.no_grad()
def class_probabilities(network: Network, images: Tensor) -> Tensor | None:
    """Return N x Z probabilities of a network's own classes; None without a readout.

    A network that was brought in without one has a readout of zeros.
    """
    if not any(parameter.any() for parameter in network.readout.parameters()):
        return None
    logits = torch.cat([network(part) for part in images.split(_ROWS)])
    return logits.softmax(dim=1)
