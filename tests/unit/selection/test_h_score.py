"""The regularised H-score against a public implementation, its definition, and the plain one."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from selection_problems import labelled, permuted
from sklearn.covariance import LedoitWolf

from defrost.selection.h_score import h_score, ledoit_wolf_shrinkage

examples = settings(max_examples=25, deadline=None, derandomize=True)

# `regularized_h_score(features, labels)` of github.com/thuml/Transfer-Learning-Library at b0d863f
# on labelled(...) as given.
REFERENCE = {
    (300, 20, 4, 0.5): 0.9854430315930217,
    (60, 128, 5, 0.3): 0.96787048905618,
    (100, 400, 10, 0.0): 0.6511865256120981,
    # noise, at two examples of each class: shrinkage does not save the score here
    (20, 512, 10, 0.0): 7.071969163150145,
}


def class_means(features, labels):
    means = np.zeros_like(features)
    for c in np.unique(labels):
        means[labels == c] = features[labels == c].mean(axis=0)
    return means


def by_definition(features, labels):
    """tr(cov_a(f)^+ (1 - a) cov(E[f|y])) with the D x D matrices written out."""
    features, labels = features.double().numpy(), labels.numpy()
    shrunk = LedoitWolf().fit(features)
    between = np.cov(class_means(features, labels), rowvar=False).reshape(shrunk.covariance_.shape)
    return np.trace(np.linalg.pinv(shrunk.covariance_) @ between) * (1 - shrunk.shrinkage_)


def plain(features, labels):
    """The H-score of Bao et al. 2019, tr(cov(f)^+ cov(E[f|y]))."""
    features, labels = features.double().numpy(), labels.numpy()
    between = np.cov(class_means(features, labels), rowvar=False)
    return np.trace(np.linalg.pinv(np.cov(features, rowvar=False), rcond=1e-10) @ between)


@pytest.mark.parametrize("problem", REFERENCE)
def test_agrees_with_the_reference(problem):
    assert h_score(*labelled(*problem)).value == pytest.approx(REFERENCE[problem], abs=1e-9)


@examples
@given(st.integers(0, 2**32 - 1), st.integers(4, 40), st.integers(1, 60), st.integers(2, 4))
def test_is_what_its_definition_says(seed, count, dimensions, classes):
    features, labels = labelled(count, dimensions, classes, 0.7, seed, relu=False)
    found = h_score(features, labels).value
    assert found == pytest.approx(by_definition(features, labels), abs=1e-8)


@examples
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(1, 60))
def test_the_shrinkage_is_that_of_scikit_learn(seed, count, dimensions):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(count, dimensions)) * generator.uniform(0, 3, dimensions)
    x = x - x.mean(axis=0)
    values = np.linalg.svd(x, compute_uv=False)
    found = ledoit_wolf_shrinkage(
        torch.from_numpy((x**2).sum(axis=1)), torch.from_numpy(values**2), dimensions
    )
    assert found == pytest.approx(LedoitWolf().fit(x).shrinkage_, abs=1e-9)


def test_the_plain_score_says_nothing_below_as_many_examples_as_features():
    related, labels = labelled(150, 600, 10, 1.0, relu=False)
    unrelated = labelled(150, 600, 10, 0.0, relu=False)[0]
    assert plain(related, labels) == pytest.approx(9, abs=1e-6)
    assert plain(unrelated, labels) == pytest.approx(9, abs=1e-6)
    assert h_score(related, labels).value > 7
    assert h_score(unrelated, labels).value < 1.5


def test_permuted_labels_score_near_zero():
    features, labels = labelled(3000, 10, 4, 1.0)
    found = [h_score(features, permuted(labels, seed)).value for seed in range(5)]
    # on average D (K-1) / N = 0.01
    assert found == pytest.approx([0.01] * 5, abs=0.01)
    assert h_score(features, labels).value > 1


def test_separated_classes_score_their_number_less_one():
    features, labels = labelled(400, 12, 5, 1e4, relu=False)
    assert h_score(features, labels).value == pytest.approx(4, abs=0.05)


def test_constant_features_score_zero_and_add_nothing():
    labels = torch.arange(30) % 3
    assert h_score(torch.full((30, 4), 0.1), labels).value == 0
    features, labels = labelled(60, 5, 3, 0.5)
    constant = torch.cat([features, torch.full((60, 3), 0.7)], dim=1)
    # they do dilute the mean variance that the covariance is shrunk to
    expected = by_definition(constant, labels)
    assert h_score(constant, labels).value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("problem", [(90, 12, 3, 0.5), (30, 80, 3, 0.5)])
def test_repeated_features_are_handled(problem):
    features, labels = labelled(*problem)
    twice = torch.cat([features, features], dim=1)
    assert h_score(twice, labels).value == pytest.approx(by_definition(twice, labels), abs=1e-8)


def test_a_single_feature_is_not_shrunk():
    features, labels = labelled(50, 1, 2, 1.0)
    share = by_definition(features, labels)
    assert 0 < share <= 50 / 49
    assert h_score(features, labels).value == pytest.approx(share, abs=1e-12)


def test_classes_without_examples_do_not_count():
    features, labels = labelled(90, 20, 3, 0.5)
    gaps = torch.tensor([0, 4, 9])[labels]
    assert h_score(features, gaps) == h_score(features, labels)


def test_one_class_gives_a_reason():
    found = h_score(torch.randn(10, 3), torch.zeros(10, dtype=torch.int64))
    assert math.isnan(found.value)
    assert found.reason == "the labels are all of one class"


def test_float32_activations_keep_their_value_under_a_large_offset():
    features, labels = labelled(60, 30, 3, 0.5)
    features = (features * 2**10).round() / 2**10  # exact in float32 after 1,000 is added
    expected = h_score(features, labels).value
    assert h_score(features + 1000, labels).value == pytest.approx(expected, abs=1e-10)
