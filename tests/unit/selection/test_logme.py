"""LogME against its authors' numbers, against the evidence itself, and its limits."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from selection_problems import labelled, permuted

from defrost.selection.logme import logme, maximum_evidence
from defrost.selection.registry import SCORES

examples = settings(max_examples=25, deadline=None, derandomize=True)

# `LogME().fit(features, labels)` of github.com/thuml/LogME at 3a08950, on labelled(...) as given.
REFERENCE = {
    (300, 20, 4, 0.5): -0.4260395950884117,
    (300, 64, 10, 0.3): -0.14854525874443494,
    (500, 16, 4, 0.0): -0.6173456584927446,
}


def chance(labels):
    return SCORES["logme"].chance(labels.bincount().tolist())


def log_evidence(features, targets, alpha, beta):
    """The evidence as it is defined: the density of N(0, FF'/alpha + I/beta) at the labels."""
    covariance = features @ features.T / alpha + np.eye(len(features)) / beta
    _, log_determinant = np.linalg.slogdet(covariance)
    misfit = targets @ np.linalg.solve(covariance, targets)
    return -0.5 * (log_determinant + misfit + len(targets) * math.log(2 * math.pi))


def maximised(features, targets):
    """The highest evidence that scipy finds, per example, from several starts."""

    def loss(logs):
        return -log_evidence(features, targets, *np.exp(logs)) / len(targets)

    # at the bounds one part of the covariance is negligible beside the other
    bounds = [(-15, 25), (-15, 25)]
    starts = [(0, 0), (5, 2), (-3, 8), (12, 2)]
    return -min(minimize(loss, s, bounds=bounds, tol=1e-12, method="L-BFGS-B").fun for s in starts)


def by_brute_force(features, labels):
    features, labels = features.double().numpy(), labels.numpy()
    return np.mean([maximised(features, (labels == c) * 1.0) for c in np.unique(labels)])


@pytest.mark.parametrize("problem", REFERENCE)
def test_agrees_with_the_authors(problem):
    assert logme(*labelled(*problem)).value == pytest.approx(REFERENCE[problem], abs=1e-6)


@pytest.mark.parametrize(
    "problem",
    [
        (100, 20, 4, 0.5),
        (40, 40, 4, 0.5),
        (60, 128, 5, 0.3),
        (30, 200, 3, 0.0),
        (20, 100, 10, 1.0),
    ],
)
def test_is_the_maximum_of_the_exact_evidence(problem):
    features, labels = labelled(*problem)
    found = logme(features, labels).value
    assert found == pytest.approx(by_brute_force(features, labels), abs=1e-6)


def test_counts_all_features_where_they_outnumber_the_examples():
    # The authors' code says 93.08891143103993 here: it leaves out the 3,896 zero eigenvalues.
    features, labels = labelled(200, 4096, 10, 0.0)
    found = logme(features, labels).value
    assert found == pytest.approx(-0.2270, abs=1e-4)
    targets = (labels == 3).double().numpy()
    exact = maximised(features.double().numpy(), targets)
    assert logme_of_class(features, labels, 3) == pytest.approx(exact, abs=1e-6)


def logme_of_class(features, labels, label):
    """The part of the score that one class has, from a plain singular value decomposition."""
    u, s, _ = np.linalg.svd(features.double().numpy(), full_matrices=False)
    y = (labels == label).double().numpy()
    return maximum_evidence(s**2, (u.T @ y) ** 2, y @ y, len(y))


@examples
@given(st.integers(0, 2**32 - 1), st.integers(3, 12), st.integers(1, 25), st.floats(0, 2))
def test_no_other_ratio_has_more_evidence(seed, points, dimensions, signal):
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(points, dimensions)) + signal * generator.normal()
    labels = np.arange(points) % 2
    found = logme(torch.from_numpy(features), torch.from_numpy(labels)).value
    if math.isinf(found):
        return
    highest = []
    for c in (0, 1):
        y = (labels == c) * 1.0
        grid = [
            log_evidence(features, y, math.exp(a), math.exp(b)) / points
            for a in np.linspace(-8, 12, 41)
            for b in np.linspace(-3, 12, 31)
        ]
        highest.append(max(grid))
    assert found >= np.mean(highest) - 1e-9


def test_features_without_variance_or_relation_have_the_evidence_of_noise():
    labels = torch.arange(60) % 3
    assert logme(torch.zeros(60, 5), labels).value == pytest.approx(chance(labels), abs=1e-12)
    # orthogonal to every label: the best prior is one of no weights at all
    features = torch.tensor([1.0, -1.0]).repeat_interleave(3).repeat(10)[:, None]
    assert logme(features, labels).value == pytest.approx(chance(labels), abs=1e-12)


def test_permuted_labels_have_the_evidence_of_noise():
    features, labels = labelled(2000, 10, 4, 1.0, relu=False)
    features = features - features.mean(dim=0)
    found = [logme(features, permuted(labels, seed)).value for seed in range(5)]
    assert found == pytest.approx([chance(labels)] * 5, abs=0.005)
    assert logme(features, labels).value > chance(labels) + 0.1


def test_an_offset_of_the_features_serves_as_an_intercept():
    features, labels = labelled(2000, 10, 4, 0.0, relu=False)
    noise_about_a_mean = -math.log(2 * math.pi * math.e * 0.25 * 0.75) / 2
    assert logme(features + 5, labels).value == pytest.approx(noise_about_a_mean, abs=0.01)
    assert logme(features, labels).value == pytest.approx(chance(labels), abs=0.01)
    assert noise_about_a_mean > chance(labels) + 0.1


@pytest.mark.parametrize("problem", [(80, 20, 4, 0.5), (30, 90, 3, 0.5)])
def test_repeated_and_empty_features_change_nothing(problem):
    features, labels = labelled(*problem)
    expected = logme(features, labels).value
    for changed in (
        torch.cat([features, features], dim=1),
        torch.cat([features, torch.zeros(len(features), 7)], dim=1),
    ):
        assert logme(changed, labels).value == pytest.approx(expected, abs=1e-9)


def test_rounding_of_float32_is_no_feature():
    features, labels = labelled(60, 5, 3, 0.5)
    noise = torch.randn(60, 40, generator=torch.Generator().manual_seed(0))
    rounding = torch.cat([features, 1e-8 * noise], dim=1)
    assert logme(rounding, labels).value == pytest.approx(logme(features, labels).value, abs=1e-6)


def test_repeated_examples_with_other_labels_cannot_be_fitted():
    features, labels = labelled(20, 50, 2, 1.0)
    both = torch.cat([features, features]), torch.cat([labels, 1 - labels])
    fitted = logme(torch.cat([features, features]), torch.cat([labels, labels])).value
    contradicted = logme(*both)
    assert contradicted.value == pytest.approx(by_brute_force(*both), abs=1e-6)
    assert contradicted.value < -0.4 < 1 < fitted


def test_labels_that_few_features_determine_have_infinite_evidence():
    labels = torch.arange(30) % 3
    one_hot = torch.nn.functional.one_hot(labels).float()
    found = logme(torch.cat([one_hot, torch.rand(30, 2)], dim=1), labels)
    assert found.value == math.inf
    assert "exact linear function" in found.reason
    noise = 1e-9 * torch.randn(30, 40, generator=torch.Generator().manual_seed(0))
    for as_many_columns in (one_hot.repeat(1, 20), torch.cat([one_hot, noise], dim=1)):
        assert logme(as_many_columns, labels).value == math.inf
    # with a feature for each example no evidence is left over to make it infinite
    assert math.isfinite(logme(torch.randn(30, 50), labels).value)


def test_classes_without_examples_do_not_count():
    features, labels = labelled(90, 20, 3, 0.5)
    gaps = torch.tensor([0, 4, 9])[labels]
    assert logme(features, gaps) == logme(features, labels)


def test_one_class_gives_a_reason():
    found = logme(torch.randn(10, 3), torch.full((10,), 2))
    assert math.isnan(found.value)
    assert found.reason == "the labels are all of one class"


def test_one_example_of_each_class_is_defined():
    features, _ = labelled(4, 30, 4, 1.0)
    assert math.isfinite(logme(features, torch.arange(4)).value)


@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        (torch.zeros(4), torch.zeros(4), "examples x features"),
        (torch.zeros(4, 0), torch.zeros(4), "examples x features"),
        (torch.full((4, 2), math.nan), torch.zeros(4), "not finite"),
        (torch.zeros(4, 2), torch.zeros(3), r"labels of shape \(3,\) for 4 examples"),
    ],
)
def test_bad_input_is_refused(features, labels, message):
    with pytest.raises(ValueError, match=message):
        logme(features, labels)
