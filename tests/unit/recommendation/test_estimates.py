"""Estimates from folds with a known answer."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from defrost.recommendation.estimates import (
    behind_best,
    best,
    expected,
    fold_interval,
    left_out_choices,
)
from defrost.recommendation.evidence import SCRATCH, Choice, Evidence, spread_of_mean


def evidence(accuracy, validated=None, replicates=1, shared=1.0, size=50):
    accuracy = np.asarray(accuracy, dtype=float)
    folds, choices = accuracy.shape
    validated = np.full(folds, size * replicates / folds) if validated is None else validated
    replicate = np.repeat(np.arange(replicates), folds // replicates)
    return Evidence(
        choices=[SCRATCH, *(Choice("a", "freeze", k) for k in range(choices - 1, 0, -1))],
        accuracy=accuracy,
        validated=np.asarray(validated, dtype=float),
        replicate=replicate,
        costs=pd.DataFrame(),
        shared=shared,
        spread=spread_of_mean(np.asarray(validated), replicate, size, shared),
        incomplete=[],
    )


def coins(generator, planted, replicates=1, folds=5, size=50, shared=1.0):
    """Return folds on which each choice is right by coins of its own."""
    right = generator.binomial(size // folds, planted, size=(replicates * folds, len(planted)))
    return evidence(right / (size // folds), replicates=replicates, shared=shared, size=size)


def test_the_best_counts_examples_and_takes_the_first_of_equal_ones():
    assert best(evidence([[1, 0], [0, 1]], validated=[10, 30])) == 1
    # the means of these differ in the last bit
    assert best(evidence([[0.1, 0.3], [0.2, 0.0], [0.3, 0.3]])) == 0


def test_a_fold_takes_no_part_in_its_own_choice():
    """Two choices that are right on one fold each: on that fold the other is chosen."""
    found = evidence([[0.6, 0.6, 0.6], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert left_out_choices(found).tolist() == [1, 2, 1]
    accuracy, gain = expected(found)
    assert accuracy.mean == pytest.approx(0.2)
    assert gain.mean == pytest.approx(0.0)


@pytest.mark.parametrize(("shared", "chosen"), [(0.01, [1, 0, 0]), (0.5, [0, 1, 0])])
def test_replicates_choose_for_one_another_if_they_have_other_examples(shared, chosen):
    """The first is best at column 0, the second at 1, the third at 0; each chooses for the last."""
    found = evidence(np.repeat([[1, 0], [0, 1], [1, 0]], 2, axis=0), replicates=3, shared=shared)
    assert left_out_choices(found)[::2].tolist() == chosen


@pytest.mark.parametrize(("pool", "replicates"), [(50, 4), (100, 4), (500, 4), (1000, 10)])
def test_examples_that_replicates_share_hardly_flatter(pool, replicates):
    """Choices that are equally good; each is right on the same examples in every replicate."""
    generator, fitted, plain, covered = np.random.default_rng(0), [], [], []
    for _ in range(400):
        right = generator.random((pool, 6)) < 0.7
        rows = np.concatenate([generator.permutation(pool)[:50] for _ in range(replicates)])
        accuracy = right[rows].reshape(replicates * 5, 10, 6).mean(axis=1)
        found = evidence(accuracy, replicates=replicates, shared=50 / pool)
        accuracy_of_choice = expected(found)[0]
        fitted.append(accuracy_of_choice.mean - 0.7)
        covered.append(accuracy_of_choice.low <= 0.7 <= accuracy_of_choice.high)
        plain.append(accuracy.mean(axis=0).max() - 0.7)
    assert np.mean(plain) > 0.025
    assert abs(np.mean(fitted)) < 0.3 * np.mean(plain)
    assert np.mean(covered) > 0.93


def test_the_interval_is_the_corrected_t():
    found = evidence(np.zeros((5, 2)))
    values = np.array([0.1, 0.3, 0.2, 0.4, 0.3])
    error = values.std(ddof=1) * np.sqrt(1 / 5 + 10 / 40)
    reference = stats.t(4, loc=values.mean(), scale=error).interval(0.95)
    assert fold_interval(values, found)[1:] == pytest.approx(reference)


def test_two_folds_and_folds_that_agree_have_no_interval():
    assert np.isnan(fold_interval(np.array([0.1, 0.3]), evidence(np.zeros((2, 2)))).low)
    same = fold_interval(np.full(5, 0.1), evidence(np.zeros((5, 2))))
    assert same.mean == pytest.approx(0.1)
    assert np.isnan(same.low)


def test_an_accuracy_stays_between_0_and_1():
    high = expected(evidence([[0.2, 1.0], [0.1, 0.9], [0.3, 1.0]]))[0].high
    assert high == 1


def test_a_planted_best_is_found_and_told_from_the_others():
    found = coins(np.random.default_rng(0), [0.2, 0.9, 0.3], replicates=5, shared=0.1)
    assert best(found) == 1
    assert [interval.low > 0 for interval in behind_best(found)] == [True, False, True]
    accuracy, gain = expected(found)
    assert accuracy.low < 0.9 < accuracy.high
    assert 0 < gain.low < 0.7 < gain.high


def test_more_choices_are_harder_to_tell_apart():
    first = coins(np.random.default_rng(1), [0.5, 0.8])
    many = first._replace(
        choices=[SCRATCH] * 20, accuracy=np.repeat(first.accuracy, [19, 1], axis=1)
    )
    widths = [
        interval.high - interval.low for interval in (behind_best(first)[0], behind_best(many)[0])
    ]
    assert widths[1] > 1.5 * widths[0]


@pytest.mark.parametrize(
    ("planted", "replicates", "shared"),
    [
        ([0.7] * 6, 1, 1.0),
        ([0.7] * 6, 10, 0.0),
        ([0.5, 0.6, 0.8, 0.7], 1, 1.0),
        ([0.5, 0.6, 0.8, 0.7], 10, 0.0),
    ],
)
def test_intervals_cover_and_the_maximum_does_not_flatter(planted, replicates, shared):
    """Coverage of what the choice is worth, whatever it is; the naive maximum is above it."""
    generator, planted = np.random.default_rng(0), np.array(planted)
    covered, errors, flattery, pays, kept = [], [], [], [], []
    for _ in range(500):
        found = coins(generator, planted, replicates=replicates, shared=shared)
        worth = planted[left_out_choices(found)]
        accuracy, gain = expected(found)
        errors.append(accuracy.mean - worth.mean())
        flattery.append(found.accuracy.mean(axis=0).max() - planted[best(found)])
        pays.append(gain.low > 0)
        kept.append(not behind_best(found)[int(planted.argmax())].low > 0)
        if not np.isnan(gain.low):
            inside = gain.low <= worth.mean() - planted[0] <= gain.high
            covered.append(inside)
    assert np.mean(covered) > 0.93
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(500)
    assert np.mean(kept) > 0.93
    if np.ptp(planted) == 0:
        assert np.mean(flattery) > 0.02
        assert np.mean(pays) <= 0.07
