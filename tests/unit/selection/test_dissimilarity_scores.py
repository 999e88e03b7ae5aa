"""PARC, RSA-based selection and duality diagram similarity against their authors' numbers."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata
from selection_problems import labelled, permuted, two_networks

from defrost.selection.dds import dds_cosine, dds_laplacian, u_centred
from defrost.selection.dissimilarity import correlation_distances
from defrost.selection.parc import parc
from defrost.selection.rsa import rsa_selection

examples = settings(max_examples=20, deadline=None, derandomize=True)
NETWORK_SCORES = [rsa_selection, dds_cosine, dds_laplacian]

# `PARC().get_parc_correlation(features, one_hot)` of github.com/dbolya/parc at b05d062 in float64,
# which is in per cent.
PARC_REFERENCE = {(100, 30, 4, 0.5): 30.456807629346322}
# On two_networks(...) in float64: the Spearman correlation of the upper triangles of the `RDM` of
# github.com/kshitijd20/RSA-CVPR19-release at 1100dce (create_taskonomy_RDMs_enc_final.py), then
# `get_similarity_from_rdms(x, y, "cosine", "znorm")` and `get_similarity(x, y, "lap", "znorm")` of
# github.com/cvai-roig-lab/duality-diagram-similarity at acb8c76.
NETWORK_REFERENCE = {
    (80, 30, 45): (0.3767872068261706, 0.42120406673069666, 0.3954014078761053),
    (50, 200, 10): (0.18496139075532333, 0.145447934254518, 0.12177610212591196),
}


@pytest.mark.parametrize("problem", PARC_REFERENCE)
def test_parc_agrees_with_the_authors(problem):
    assert 100 * parc(*labelled(*problem)).value == pytest.approx(PARC_REFERENCE[problem], abs=1e-7)


def test_parc_keeps_equal_dissimilarities_of_labels_equal():
    # For 5 classes the authors' code gives 22.278459495478025: rounding of the correlations of
    # one-hot labels puts pairs of classes into an order that they do not have.
    features, labels = labelled(60, 128, 5, 0.3)
    one_hot = np.eye(5)[labels.numpy()]
    standard = (features.numpy() - features.numpy().mean(0)) / features.numpy().std(0)
    above = np.triu_indices(60, k=1)
    ranks = [
        rankdata((1 - np.corrcoef(x.astype(float)))[above].round(12)) for x in (standard, one_hot)
    ]
    expected = np.corrcoef(*ranks)[0, 1]
    assert parc(features, labels).value == pytest.approx(expected, abs=1e-6)
    assert 100 * expected == pytest.approx(22.4291, abs=1e-3)


@pytest.mark.parametrize("problem", NETWORK_REFERENCE)
def test_comparisons_of_networks_agree_with_the_authors(problem):
    found = [score(*two_networks(*problem)).value for score in NETWORK_SCORES]
    assert found == pytest.approx(NETWORK_REFERENCE[problem], abs=1e-9)


def test_parc_permuted_labels_score_near_zero():
    features, labels = labelled(300, 20, 4, 1.0)
    found = [parc(features, permuted(labels, seed)).value for seed in range(5)]
    assert found == pytest.approx([0] * 5, abs=0.02)
    assert parc(features, labels).value > 0.3


@pytest.mark.parametrize("score", NETWORK_SCORES)
def test_unrelated_networks_score_near_zero(score):
    source, _ = two_networks(200, 30, 20, seed=1)
    _, target = two_networks(200, 30, 20, seed=2)
    assert score(source, target).value == pytest.approx(0, abs=0.03)
    assert score(*two_networks(200, 30, 20, seed=1)).value > 0.25


@pytest.mark.parametrize("score", NETWORK_SCORES)
@examples
@given(st.integers(0, 2**32 - 1), st.integers(5, 30), st.integers(3, 40), st.integers(3, 40))
def test_comparing_networks_is_symmetric_and_one_for_the_same(score, seed, count, width, other):
    x, y = two_networks(count, width, other, seed)
    assert score(x, y).value == pytest.approx(score(y, x).value, abs=1e-9, nan_ok=True)
    assert score(x, x).value == pytest.approx(1, abs=1e-9)
    assert abs(score(x, y).value) <= 1 + 1e-9


@pytest.mark.parametrize("score", NETWORK_SCORES)
def test_comparing_networks_takes_no_more_than_the_first_points(score):
    x, y = two_networks(60, 20, 30)
    assert score(x, y, rank_points=40) == score(x[:40], y[:40])
    assert score(x, y, rank_points=60) == score(x, y)
    assert score(x, y, rank_points=40) != score(x, y)


def test_parc_takes_no_more_than_the_first_points():
    features, labels = labelled(60, 20, 3, 0.5)
    assert parc(features, labels, rank_points=40) == parc(features[:40], labels[:40])
    assert parc(features, labels, rank_points=40) != parc(features, labels)


@pytest.mark.parametrize("score", NETWORK_SCORES)
@pytest.mark.parametrize("dead", [torch.zeros(30, 8), torch.full((30, 8), 0.1)])
def test_a_dead_block_gives_a_reason(score, dead):
    x, _ = two_networks(30, 12, 5)
    for pair in ((x, dead), (dead, x)):
        found = score(*pair)
        assert math.isnan(found.value)
        assert "input" in found.reason


def test_parc_of_a_dead_block_or_hopeless_labels_gives_a_reason():
    features, labels = labelled(30, 12, 3, 0.5)
    for x, y, reason in (
        (torch.full((30, 4), 0.1), labels, "same value in every feature"),
        (features[:, :1], labels, "same value in every feature"),
        (features, torch.zeros(30, dtype=torch.int64), "all of one class"),
        (features, torch.arange(30), "equally unlike"),
        (features[:2], labels[:2], "2 or more can be ranked"),
    ):
        found = parc(x, y)
        assert math.isnan(found.value)
        assert reason in found.reason


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_inputs_give_a_reason(count):
    x, y = two_networks(count, 12, 5)
    for score in (dds_cosine, dds_laplacian):
        assert math.isnan(score(x, y).value)
    assert math.isnan(rsa_selection(x, y).value) == (count < 3)


def test_classes_without_examples_do_not_count():
    features, labels = labelled(60, 20, 3, 0.5)
    assert parc(features, torch.tensor([0, 4, 9])[labels]) == parc(features, labels)


@pytest.mark.parametrize("score", NETWORK_SCORES)
def test_repeated_and_constant_features_are_handled(score):
    x, y = two_networks(40, 12, 9)
    twice = torch.cat([x, x], dim=1)
    assert score(twice, y).value == pytest.approx(score(x, y).value, abs=1e-9)
    constant = torch.cat([x, torch.full((40, 2), 0.7)], dim=1)
    assert math.isfinite(score(constant, y).value)


def test_unequal_numbers_of_inputs_are_refused():
    for score in NETWORK_SCORES:
        with pytest.raises(ValueError, match="5 inputs, target features of 4"):
            score(torch.randn(5, 3), torch.randn(4, 3))


def test_correlation_distances_are_numpys():
    x, _ = two_networks(12, 9, 4)
    expected = (1 - np.corrcoef(x.double().numpy()))[np.triu_indices(12, k=1)]
    np.testing.assert_allclose(correlation_distances(x.double()), expected, atol=1e-12)


def test_u_centred_matrices_have_zero_rows_and_ignore_what_is_added_to_rows():
    x, _ = two_networks(9, 5, 4)
    gram = (x @ x.T).double()
    offsets = torch.arange(9.0, dtype=torch.float64)
    centred = u_centred(gram)
    torch.testing.assert_close(centred.sum(dim=0), torch.zeros(9, dtype=torch.float64))
    torch.testing.assert_close(u_centred(gram + offsets[:, None] + offsets), centred)
