"""All scores of a source: which data each is given, and what a source without a readout says."""

import math

import torch
from selection_problems import labelled, readout
from small_cells import CONVNET

from defrost.networks.build import build_network
from defrost.selection.folds import stratified_folds
from defrost.selection.registry import READOUT, SCORES
from defrost.selection.scores import score_source
from defrost.selection.source_scores import class_probabilities, score_blocks


def given(probabilities=None):
    """Two blocks of labelled examples and of probe inputs, each told from the others."""
    blocks = {str(n): labelled(40, 12, 4, 0.5 * n, seed=n)[0] for n in (1, 2)}
    labels = torch.arange(40) % 4
    probe, target = ({str(n): labelled(30, 9, 3, 1, seed=s + n)[0] for n in (1, 2)} for s in (5, 9))
    folds = stratified_folds(labels, 5, torch.Generator().manual_seed(0))
    return blocks, labels, folds, probabilities, (probe, target), 2000


def test_every_score_of_every_block_or_of_the_readout():
    data = given(readout(40, 6, 4)[0])
    rows = score_blocks(*data)
    blocks, labels, folds, probabilities, (probe, target), points = data
    found = {(row["score"], row["block"]): row["value"] for row in rows}
    assert len(found) == len(rows) == 2 * (len(SCORES) - 2) + 2
    common = {"labels": labels, "folds": folds, "rank_points": points}
    for (name, block), value in found.items():
        if name in ("leep", "nce"):
            assert block == READOUT
            alone = {"probabilities": probabilities}
        elif "target_features" in SCORES[name].needs:
            alone = {"features": probe[block], "target_features": target[block]}
        else:
            alone = {"features": blocks[block]}
        assert value == score_source(name, {**common, **alone}).value


def test_a_source_without_a_readout_says_nothing_of_labels():
    rows = [row for row in score_blocks(*given()) if row["block"] == READOUT]
    assert [row["score"] for row in rows] == ["leep", "nce"]
    for row in rows:
        assert math.isnan(row["value"]) and row["reason"] == "no probabilities of this source"


def test_probabilities_are_those_of_the_readout_and_none_where_it_is_zero():
    network = build_network(CONVNET, (1, 8, 8), 3, lambda block: block).eval()
    images = torch.randn(300, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    found = class_probabilities(network, images)
    with torch.no_grad():
        assert torch.allclose(found, network(images).softmax(dim=1), atol=1e-6)
        for parameter in network.readout.parameters():
            parameter.zero_()
    assert class_probabilities(network, images) is None
