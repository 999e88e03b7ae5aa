"""Rank correlation over sources, and what chance makes of it."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from planted_studies import CLOSENESS, planted, similarities
from scipy import stats

from defrost.findings.identification import _agreement, _by_chance, _order, similarity_identifies


def test_tau_is_scipys():
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(2, 1, 6))
    assert _agreement(x, y).mean == pytest.approx(stats.kendalltau(x[0], y[0]).statistic)


@pytest.mark.parametrize("sources", [4, 5, 6, 7])
def test_the_interval_excludes_zero_where_an_exact_test_at_two_and_a_half_percent_does(sources):
    order = np.arange(sources)
    taus = np.array([stats.kendalltau(order, p).statistic for p in permutations(order)])
    for other in permutations(order) if sources < 6 else [order, order[::-1]]:
        interval = _agreement(order[None], np.array(other)[None])
        beyond = (taus >= interval.mean - 1e-9).mean()
        assert (interval.low > 1e-9) == (beyond <= 0.025)


@pytest.mark.parametrize("replicates", [5, 20])
@pytest.mark.parametrize("spread", [0, 1])  # of true gains, in units of a replicate's noise
def test_similarity_that_says_nothing_hardly_ever_identifies_the_best_source(replicates, spread):
    generator = np.random.default_rng(0)
    supported = 0
    for _ in range(500):
        gains = spread * generator.normal(size=5) + generator.normal(size=(replicates, 5))
        similarity = generator.normal(size=5) + 0.1 * generator.normal(size=(2, 5))
        supported += _agreement(similarity, gains).low > 0
    assert supported <= 0.07 * 500


def test_many_sources_take_the_exact_variance_over_orders():
    generator = np.random.default_rng(0)
    a, b = (_order(generator.normal(size=(3, 9))) for _ in range(2))
    orders = [generator.permutation(9) for _ in range(4000)]
    taus = [(a[np.ix_(p, p)] * b).sum() / 72 for p in orders]
    assert _by_chance(a, b)[1] == pytest.approx(1.96 * np.std(taus), rel=0.05)


def test_an_order_that_noise_turns_around_counts_less():
    similarity = np.arange(5.0)[None]
    clear = np.tile(np.arange(5.0), (4, 1))
    unclear = np.where([[True], [True], [False], [False]], clear, clear[:, [0, 1, 2, 4, 3]])
    assert _agreement(similarity, clear).mean == pytest.approx(1)
    assert _agreement(similarity, unclear).mean == pytest.approx(0.9)


def test_other_measures_are_named_and_distances_are_turned_around():
    distances = similarities({s: -q for s, q in CLOSENESS.items()}, measure="procrustes_distance")
    wrong = similarities({s: -q for s, q in CLOSENESS.items()}, measure="rsa")
    study = planted()
    study = replace(study, similarity=pd.concat([study.similarity, distances, wrong]))
    detail = similarity_identifies(study).detail
    assert "of 5 sources it picks s4, which is the best" in detail
    assert detail.endswith("tau of other measures: procrustes_distance +1.00, rsa -1.00")


def test_a_wrong_pick_says_what_it_loses():
    study = planted(noise=0)
    study = replace(study, similarity=similarities({**CLOSENESS, "s0": 2.0}))
    # gains of the two at 20, 100 and 1,000 examples: 0.16, 0.09 and 0.04, and 0.04, 0.01 and 0
    assert "picks s0, which loses 0.080 to the best" in similarity_identifies(study).detail


def test_a_measure_without_a_value_for_some_source_is_left_out():
    study = planted()
    rows = study.similarity
    missing = rows["value"].mask(rows["source"] == "s3")
    with pytest.raises(Exception, match="not run: debiased_linear_cka of every source"):
        similarity_identifies(replace(study, similarity=rows.assign(value=missing)))


def test_a_source_with_one_dead_block_has_no_mean_over_blocks():
    study = planted()
    rows = study.similarity
    last = rows["source_block"] == rows["source_block"].max()
    dead = rows["value"].mask((rows["source"] == "s3") & last)
    with pytest.raises(Exception, match="not run: debiased_linear_cka of every source"):
        similarity_identifies(replace(study, similarity=rows.assign(value=dead)))
