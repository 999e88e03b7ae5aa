"""The correlation of similarity with the dial, on planted orders."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from defrost.statistics.dial_correlation import COLUMNS, dial_correlation_table, spearman

DIALS = {"none": 0.0, "some": 0.25, "half": 0.5, "most": 0.75, "all": 1.0}


def table(values, half_width=0.01, measure="debiased_linear_cka", dials=DIALS):
    """Correlations for networks x sources values of one block."""
    names = dials if len(dials) == len(values[0]) else DIALS
    rows = [
        {
            "study": "s",
            "comparison": "source_to_target",
            "source": source,
            "size": 50,
            "replicate": replicate,
            "measure": measure,
            "source_block": 1,
            "target_block": 1,
            "value": value,
            "value_low": value - half_width,
            "value_high": value + half_width,
        }
        for replicate, of_network in enumerate(values)
        for source, value in zip(names, of_network, strict=True)
    ]
    frame = pd.DataFrame(rows)
    other = frame.assign(comparison="before_to_after", value=frame["value"][::-1].to_numpy())
    crossed = frame.assign(target_block=2, value=-frame["value"])
    frame = pd.concat([frame, other, crossed])
    return dial_correlation_table(frame, dials, np.random.default_rng(0))


def test_similarity_that_rises_without_exception_correlates_fully():
    (row,) = table([[0.1, 0.2, 0.4, 0.6, 0.8], [0.0, 0.3, 0.4, 0.5, 0.9]]).to_dict("records")
    assert (row["spearman"], row["spearman_low"], row["spearman_high"]) == pytest.approx((1, 1, 1))
    assert row["p_value"] == pytest.approx(1 / 120)
    assert (row["sources"], row["target_networks"]) == (5, 2)


def test_the_sign_of_a_distance_is_turned():
    rising = [[0.1, 0.2, 0.4, 0.6, 0.8]]
    assert table(rising, measure="procrustes_distance")["spearman"][0] == pytest.approx(-1)


def test_two_networks_that_disagree_cancel():
    (row,) = table([[0.1, 0.2, 0.4, 0.6, 0.8], [0.8, 0.6, 0.4, 0.2, 0.1]]).to_dict("records")
    assert row["spearman"] == pytest.approx(0)
    assert (row["spearman_low"], row["spearman_high"]) == pytest.approx((-1, 1))
    assert row["p_value"] > 0.5


def test_the_interval_widens_with_the_error_bars():
    values = [[0.1, 0.2, 0.4, 0.6, 0.8]]
    narrow, wide = (table(values, half_width).iloc[0] for half_width in (0.05, 0.5))
    assert wide["spearman_low"] < narrow["spearman_low"]
    assert wide["spearman"] == narrow["spearman"] == pytest.approx(1)


def test_it_is_scipys_correlation_ties_included():
    rng = np.random.default_rng(1)
    values, other = rng.integers(0, 4, size=(20, 6)), rng.integers(0, 4, size=6)
    for row, ours in zip(values, spearman(values, other), strict=True):
        if len(set(row)) > 1:
            assert ours == pytest.approx(spearmanr(row, other).statistic)


def test_many_sources_are_permuted_at_random():
    dials = {f"s{i:02}": i / 10 for i in range(11)}
    rising = np.arange(11)[None] / 20
    (row,) = table(rising, dials=dials).to_dict("records")
    assert row["spearman"] == pytest.approx(1)
    assert 0 < row["p_value"] < 1e-3
    noise = np.random.default_rng(2).permutation(11)[None] / 20
    assert table(noise, dials=dials)["p_value"][0] > 0.05


def test_nothing_is_said_of_too_few_sources_or_of_a_missing_value():
    two = dict(list(DIALS.items())[:2])
    for nothing in (table([[0.1, 0.2, 0.4, 0.6, 0.8]], dials=two), table([[0.1, np.nan, 1, 2, 3]])):
        assert nothing.empty
        assert tuple(nothing.columns) == COLUMNS
