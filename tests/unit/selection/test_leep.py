"""LEEP and NCE against their authors' and the library's numbers, and what must hold of them."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from selection_problems import permuted, readout

from defrost.selection.leep import leep, nce

examples = settings(max_examples=30, deadline=None, derandomize=True)

# `LEEP(probabilities, labels)` of github.com/thuml/LogME at 1dbc4d1 and
# `negative_conditional_entropy(probabilities.argmax(1), labels)` of
# github.com/thuml/Transfer-Learning-Library at 56ccfd7, on readout(...) in float64.
REFERENCE = {
    (200, 7, 5): (-1.018684128541282, -0.7300156788536115),
    (60, 3, 4): (-0.23213346602126655, -0.16825291675231413),
}


def entropy(labels):
    shares = labels.bincount() / len(labels)
    return -float(torch.xlogy(shares, shares).sum())


@pytest.mark.parametrize("problem", REFERENCE)
def test_agree_with_the_references(problem):
    given_data = readout(*problem)
    found = leep(*given_data).value, nce(*given_data).value
    assert found == pytest.approx(REFERENCE[problem], abs=1e-7)


def test_by_hand():
    probabilities = torch.tensor([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]])
    labels = torch.tensor([0, 0, 1])
    # P(0|z) = 1.4/1.5 and 0.6/1.5
    predicted = [
        0.8 * 14 / 15 + 0.2 * 6 / 15,
        0.6 * 14 / 15 + 0.4 * 6 / 15,
        0.1 / 15 + 0.9 * 9 / 15,
    ]
    assert leep(probabilities, labels).value == pytest.approx(np.log(predicted).mean(), abs=1e-7)
    assert nce(probabilities, labels).value == pytest.approx(0, abs=1e-12)
    assert nce(probabilities, torch.tensor([0, 1, 1])).value == pytest.approx(-2 / 3 * math.log(2))


@examples
@given(st.integers(0, 2**32 - 1), st.integers(4, 60), st.integers(2, 6), st.integers(2, 5))
def test_lie_between_knowing_nothing_and_knowing_all(seed, count, source_classes, classes):
    probabilities, labels = readout(count, source_classes, classes, seed)
    labels[:2] = torch.tensor([0, 1])
    a, b = leep(probabilities, labels).value, nce(probabilities, labels).value
    assert -entropy(labels) - 1e-9 <= b <= 1e-12
    assert -math.inf < a <= 1e-12


@examples
@given(st.integers(0, 2**32 - 1), st.integers(4, 60))
def test_are_the_same_where_the_source_is_certain(seed, count):
    probabilities, labels = readout(count, 4, 3, seed)
    labels[:2] = torch.tensor([0, 1])
    certain = torch.nn.functional.one_hot(probabilities.argmax(dim=1), 4).float()
    # with one z for each example LEEP is the mean of log P(y|z), which is what NCE sums up
    assert leep(certain, labels).value == pytest.approx(nce(certain, labels).value, abs=1e-9)


@pytest.mark.parametrize("score", [leep, nce])
def test_come_to_minus_the_entropy_of_the_labels_without_a_relation(score):
    probabilities, labels = readout(4000, 6, 4)
    found = [score(probabilities, permuted(labels, seed)).value for seed in range(5)]
    # finding something in noise: at most (K-1)(Z-1)/2N nats on average
    assert found == pytest.approx([-entropy(labels)] * 5, abs=0.005)
    assert score(probabilities, labels).value > -entropy(labels) + 0.05
    flat = torch.full((4000, 6), 1 / 6)
    assert score(flat, labels).value == pytest.approx(-entropy(labels), abs=1e-6)


def test_few_examples_flatter_a_source_of_many_classes():
    found = {}
    for source_classes in (3, 30):
        probabilities, labels = readout(100, source_classes, 4)
        unrelated = [nce(probabilities, permuted(labels, seed)).value for seed in range(20)]
        found[source_classes] = np.mean(unrelated) + entropy(labels)
    # on average (K-1)(Z-1)/2N: 0.03 and 0.435 nats
    assert found[3] == pytest.approx(0.03, abs=0.02)
    assert found[30] == pytest.approx(0.435, abs=0.15)


@pytest.mark.parametrize("score", [leep, nce])
def test_order_and_number_of_the_source_classes_do_not_matter(score):
    probabilities, labels = readout(80, 5, 3)
    expected = score(probabilities, labels).value
    order = torch.tensor([3, 1, 4, 0, 2])
    never = torch.zeros(80, 2)
    changed = torch.cat([probabilities[:, order], never], dim=1)
    assert score(changed, labels).value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("score", [leep, nce])
def test_classes_without_examples_do_not_count(score):
    probabilities, labels = readout(80, 5, 3)
    gaps = torch.tensor([1, 5, 6])[labels]
    assert score(probabilities, gaps).value == pytest.approx(score(probabilities, labels).value)


@pytest.mark.parametrize("score", [leep, nce])
def test_a_class_that_the_source_finds_impossible_costs_a_finite_amount(score):
    probabilities = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert math.isfinite(score(probabilities, torch.tensor([0, 1, 1])).value)


@pytest.mark.parametrize("score", [leep, nce])
def test_one_class_gives_a_reason(score):
    found = score(torch.full((5, 2), 0.5), torch.ones(5, dtype=torch.int64))
    assert math.isnan(found.value)
    assert found.reason == "the labels are all of one class"


@pytest.mark.parametrize("score", [leep, nce])
@pytest.mark.parametrize("wrong", [torch.full((6, 3), 0.5), torch.tensor([[1.5, -0.5]] * 6)])
def test_what_is_no_probability_is_refused(score, wrong):
    with pytest.raises(ValueError, match="add up to 1"):
        score(wrong, torch.arange(6) % 2)
