"""The linear probe is scikit-learn's logistic regression, cross-validated."""

import math

import numpy as np
import pytest
import torch
from selection_problems import labelled, permuted
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from defrost.selection.folds import stratified_folds
from defrost.selection.linear_probe import linear_probe


def folds_of(labels, count=5, seed=0):
    return stratified_folds(labels, count, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("problem", [(120, 15, 4, 0.4), (60, 300, 3, 0.15), (41, 41, 2, 0.3)])
def test_is_cross_validation_by_scikit_learn(problem):
    features, labels = labelled(*problem)
    folds = folds_of(labels)
    x = features.double().numpy()
    x = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0).mean())
    splits = [(fold.train.numpy(), fold.validation.numpy()) for fold in folds]
    readout = LogisticRegression(max_iter=5000)
    predicted = cross_val_predict(readout, x, labels.numpy(), cv=splits)
    expected = (predicted == labels.numpy()).mean()
    assert 0.3 < expected < 1
    assert linear_probe(features, labels, folds).value == pytest.approx(expected, abs=1e-12)


def test_finds_what_is_there_and_chance_where_nothing_is():
    features, labels = labelled(400, 20, 4, 1.0)
    folds = folds_of(labels)
    assert linear_probe(features, labels, folds).value > 0.9
    found = [linear_probe(features, permuted(labels, seed), folds).value for seed in range(5)]
    # the standard deviation of 2,000 guesses is 0.01
    assert np.mean(found) == pytest.approx(0.25, abs=0.03)


def test_validates_on_rows_that_it_was_not_trained_on():
    # more features than examples fit any labels: only unseen rows show that nothing was learnt
    features, labels = labelled(200, 400, 2, 0.0, relu=False)
    assert linear_probe(features, labels, folds_of(labels)).value == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize("dead", [torch.zeros(30, 4), torch.full((30, 4), 0.1)])
def test_constant_features_predict_the_largest_class(dead):
    labels = torch.cat([torch.zeros(20), torch.ones(10)]).long()
    assert linear_probe(dead, labels, folds_of(labels)).value == pytest.approx(2 / 3)


def test_few_examples_of_a_class_do_not_stop_it():
    features, _ = labelled(7, 12, 2, 1.0)
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 5])
    found = linear_probe(features, labels, folds_of(labels))
    assert 0 <= found.value <= 1


def test_repeated_features_and_missing_classes_are_handled():
    features, labels = labelled(90, 12, 3, 0.4)
    folds = folds_of(labels)
    expected = linear_probe(features, labels, folds).value
    assert linear_probe(features, torch.tensor([0, 4, 9])[labels], folds).value == expected
    assert 0 <= linear_probe(torch.cat([features, features], dim=1), labels, folds).value <= 1


def test_where_nothing_can_be_validated_there_is_a_reason():
    features, _ = labelled(6, 12, 2, 1.0)
    labels = torch.arange(6)
    found = linear_probe(features, labels, folds_of(labels))
    assert math.isnan(found.value)
    assert "no class has two examples" in found.reason
    alike = torch.zeros(6, dtype=torch.int64)
    assert (
        linear_probe(features, alike, folds_of(alike)).reason == "the labels are all of one class"
    )
