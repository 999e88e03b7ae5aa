"""Agreement of a ranking with realised gains, and the regret of its pick."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from defrost.selection.agreement import kendall_tau, pick_regret, tau_null_range, weighted_tau

examples = settings(max_examples=40, deadline=None, derandomize=True)
TAUS = [kendall_tau, weighted_tau]


def pairs(x, y):
    for i, j in itertools.combinations(range(len(x)), 2):
        yield i, j, np.sign(x[i] - x[j]), np.sign(y[i] - y[j])


def tau_b_by_definition(x, y):
    signs = np.array([(a, b) for _, _, a, b in pairs(x, y)])
    return (signs[:, 0] * signs[:, 1]).sum() / math.sqrt(
        (signs[:, 0] ** 2).sum() * (signs[:, 1] ** 2).sum()
    )


def weighted_tau_by_definition(x, y):
    """Without ties: ranks from 0 by x, then by y, and the mean of both."""
    both = []
    for by in (x, y):
        rank = np.argsort(np.argsort(-np.asarray(by)))
        weight = {(i, j): 1 / (rank[i] + 1) + 1 / (rank[j] + 1) for i, j, _, _ in pairs(x, y)}
        signed = sum(weight[i, j] * a * b for i, j, a, b in pairs(x, y))
        both.append(signed / sum(weight.values()))
    return np.mean(both)


@examples
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=8))
def test_tau_b_is_its_definition_with_ties(sources):
    x, y = np.array(sources, dtype=float).T
    found = kendall_tau(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert math.isnan(found.value)
    else:
        assert found.value == pytest.approx(tau_b_by_definition(x, y), abs=1e-12)


@examples
@given(st.permutations(range(6)), st.permutations(range(6)))
def test_weighted_tau_is_its_definition(x, y):
    expected = weighted_tau_by_definition(np.array(x), np.array(y))
    assert weighted_tau(np.array(x), np.array(y)).value == pytest.approx(expected, abs=1e-12)


def test_weighted_tau_minds_the_best_more():
    gains = np.arange(6.0)
    best_swapped, worst_swapped = gains[[0, 1, 2, 3, 5, 4]], gains[[1, 0, 2, 3, 4, 5]]
    assert kendall_tau(best_swapped, gains) == kendall_tau(worst_swapped, gains)
    assert weighted_tau(best_swapped, gains).value < weighted_tau(worst_swapped, gains).value


@pytest.mark.parametrize("tau", TAUS)
def test_the_order_alone_counts_and_its_direction(tau):
    gains = np.array([0.1, 0.3, 0.2, -0.1])
    assert tau(np.exp(gains), gains).value == pytest.approx(1)
    assert tau(-gains, gains).value == pytest.approx(-1)
    assert tau(-gains, gains, larger_is_better=False).value == pytest.approx(1)


@pytest.mark.parametrize("tau", TAUS)
def test_what_cannot_be_ranked_gives_a_reason(tau):
    gains = np.array([0.1, 0.2, 0.3])
    nan = np.nan
    for values, gains, reason in (
        ([1.0, 2.0], [0.1, 0.2], "2 source(s) with a score"),
        ([1.0, nan, 2.0], [0.1, 0.2, 0.3], "2 source(s) with a score"),
        ([1.0, 1.0, 1.0], [0.1, 0.2, 0.3], "same score"),
        ([1.0, 2.0, 3.0], [0.1, 0.1, 0.1], "same gain"),
        ([], [], "0 source(s)"),
    ):
        found = tau(np.array(values), np.array(gains))
        assert math.isnan(found.value)
        assert reason in found.reason


@pytest.mark.parametrize("tau", TAUS)
def test_a_source_without_a_score_is_left_out_and_an_infinite_score_is_the_best(tau):
    gains = np.array([0.1, 0.2, 0.3, 0.4])
    values = np.array([1.0, 2.0, np.nan, np.inf])
    assert tau(values, gains).value == pytest.approx(1)


def test_regret_of_the_pick():
    gains = np.array([0.1, 0.4, 0.2])
    assert pick_regret(np.array([1, 2, 0]), gains).value == 0
    assert pick_regret(np.array([3, 2, 0]), gains).value == pytest.approx(0.3)
    assert pick_regret(np.array([3, 2, 0]), gains, larger_is_better=False).value == pytest.approx(
        0.2
    )
    # a tie is a draw; a source without a score is never picked, though it may be the best
    assert pick_regret(np.array([2, 2, 0]), gains).value == pytest.approx(0.15)
    assert pick_regret(np.array([2, np.nan, 0]), gains).value == pytest.approx(0.3)
    assert pick_regret(np.array([-np.inf, 1, np.inf]), gains).value == pytest.approx(0.2)


def test_nothing_to_pick_from_gives_a_reason():
    for values in ([np.nan, np.nan], []):
        found = pick_regret(np.array(values), np.zeros(len(values)))
        assert math.isnan(found.value)
        assert found.reason == "no source has a score"


def test_unmatched_or_missing_gains_are_refused():
    with pytest.raises(ValueError, match="scores and"):
        kendall_tau(np.zeros(3), np.zeros(4))
    with pytest.raises(ValueError, match="no realised gain"):
        pick_regret(np.zeros(3), np.array([0, 1, np.nan]))


@pytest.mark.parametrize(
    "gains", [[0, 1, 2], [0, 1, 2, 3, 4], [5, 4, 1, 2, 3, 0], [0, 0, 1, 2, 3], [0, 0, 0, 1, 1, 2]]
)
def test_the_range_by_chance_is_that_of_all_orders(gains):
    orders = itertools.permutations(range(len(gains)))
    taus = np.abs([stats.kendalltau(order, gains).statistic for order in orders])
    low, high = tau_null_range(np.array(gains, dtype=float))
    assert low == -high
    assert np.mean(taus <= high + 1e-9) >= 0.95
    # the next smaller range would hold too few
    assert np.mean(taus < high - 1e-9) < 0.95


def test_four_sources_can_never_be_told_from_chance_and_many_can():
    limits = [tau_null_range(np.arange(sources))[1] for sources in range(1, 6)]
    assert limits == pytest.approx([1, 1, 1, 1, 0.8])
    # of five, three that gain the same leave 20 orders: the best is one of them
    assert tau_null_range(np.array([0, 0, 0, 1, 2]))[1] == pytest.approx(7 / np.sqrt(70))
    # the normal approximation, which is good for many
    deviation = np.sqrt(2 * (2 * 60 + 5) / (9 * 60 * 59))
    assert tau_null_range(np.arange(60))[1] == pytest.approx(1.96 * deviation, rel=0.01)
