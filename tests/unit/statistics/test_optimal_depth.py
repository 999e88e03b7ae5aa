"""Optimal depths and gains on accuracies with a known answer."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from defrost.statistics.intervals import mean_interval
from defrost.statistics.optimal_depth import cross_fitted_gain, optimal_depth
from defrost.statistics.summaries import by_depth, optimal_depth_table, with_shared_cells


def test_the_interval_is_scipys_and_covers_what_it_says():
    values = np.array([0.1, 0.4, 0.35, 0.8, 0.2])
    reference = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean_interval(values) == pytest.approx((values.mean(), *reference))
    draws = np.random.default_rng(0).normal(0.3, 1, size=(4000, 5))
    covered = [low <= 0.3 <= high for _, low, high in map(mean_interval, draws)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.011)  # three standard errors


def test_one_value_has_no_interval():
    mean, low, high = mean_interval(np.array([0.5]))
    assert mean == 0.5
    assert np.isnan(low)
    assert np.isnan(high)


def test_a_planted_optimum_is_found_and_told_from_the_others():
    noise = np.random.default_rng(0).normal(0, 0.005, size=(10, 4))
    accuracy = np.array([0.5, 0.7, 0.9, 0.8]) + noise
    assert optimal_depth(accuracy, [0, 1, 2, 5]) == (2, 2, 2)


def test_equal_depths_are_all_in_the_range_and_the_smallest_is_named():
    accuracy = np.full((5, 3), 0.8)
    assert optimal_depth(accuracy, [0, 1, 2]) == (0, 0, 2)


def test_a_depth_that_is_better_by_chance_is_not_told_from_the_best():
    noise = np.random.default_rng(1).normal(0, 0.02, size=(10, 3))
    accuracy = np.array([0.5, 0.8, 0.8]) + noise
    _, low, high = optimal_depth(accuracy, [0, 3, 4])
    assert (low, high) == (3, 4)


def test_what_replicates_share_does_not_blur_the_depths():
    shared = np.random.default_rng(0).normal(0, 0.2, size=(6, 1))
    accuracy = shared + np.array([0.5, 0.52]) + np.zeros((6, 2))
    assert optimal_depth(accuracy, [0, 1]) == (1, 1, 1)


def test_the_cross_fitted_gain_of_equal_depths_is_not_flattered():
    draws = np.random.default_rng(0).normal(0.8, 0.01, size=(2000, 5, 6))
    fitted = [cross_fitted_gain(accuracy, accuracy[:, 0]).mean for accuracy in draws]
    naive = [accuracy.mean(axis=0).max() - accuracy[:, 0].mean() for accuracy in draws]
    assert np.mean(naive) > 0.004
    assert abs(np.mean(fitted)) < 0.0006


def test_the_gain_of_a_clear_optimum_is_its_difference():
    accuracy = np.tile([0.5, 0.9, 0.7], (4, 1))
    assert cross_fitted_gain(accuracy, accuracy[:, 0]) == pytest.approx((0.4, 0.4, 0.4))


def table(accuracies, replicates=2):
    rows = [
        {
            "study": "s",
            "source": "scratch" if depth == 0 else "near",
            "protocol": "scratch" if depth == 0 else "freeze",
            "depth": depth,
            "size": 20,
            "replicate": replicate,
            "test_accuracy": value + 0.01 * replicate,
        }
        for depth, value in accuracies.items()
        for replicate in range(replicates)
    ]
    return pd.DataFrame(rows)


def test_the_table_compares_with_scratch_and_with_the_standard_protocol():
    row = optimal_depth_table(table({0: 0.5, 1: 0.8, 2: 0.6}), blocks=2).iloc[0]
    assert row["optimal_depth"] == 1
    assert row["gain"] == pytest.approx(0.3)
    assert row["gain_over_standard"] == pytest.approx(0.2)
    assert row["test_accuracy"] == pytest.approx(0.805)


def test_what_was_not_run_is_empty():
    row = optimal_depth_table(table({0: 0.5, 1: 0.8}), blocks=2).iloc[0]
    assert row["gain"] == pytest.approx(0.3)
    assert np.isnan(row["gain_over_standard"])
    single = optimal_depth_table(table({0: 0.5, 2: 0.8}, replicates=1), blocks=2).iloc[0]
    assert single["optimal_depth"] == 2
    assert np.isnan(single["gain"])


def test_a_source_has_the_sizes_that_it_was_transferred_at():
    rows = [
        {"source": source, "protocol": protocol, "depth": depth, "size": size, "replicate": r}
        for source, protocol, depth, sizes in (
            ("scratch", "scratch", 0, (10, 20)),
            ("far", "freeze", 1, (20,)),
            ("near", "freeze", 1, (10, 20)),
        )
        for size in sizes
        for r in range(3)
    ]
    accuracy = pd.DataFrame(rows).assign(study="s")
    accuracy["test_accuracy"] = np.linspace(0.1, 0.9, len(rows))
    table = optimal_depth_table(accuracy, blocks=1)
    found = list(table[["source", "size"]].itertuples(index=False, name=None))
    assert found == [("far", 20), ("near", 10), ("near", 20)]


def trained_rows(*cells: tuple[str, str, int, float]) -> pd.DataFrame:
    """Return three replicates of each cell at one size around an accuracy."""
    return pd.DataFrame(
        [
            {
                "study": "s",
                "source": source,
                "protocol": protocol,
                "depth": depth,
                "size": 10,
                "replicate": replicate,
                "test_accuracy": accuracy + 0.001 * replicate,
            }
            for source, protocol, depth, accuracy in cells
            for replicate in range(3)
        ]
    )


def test_shared_cells_get_rows_of_their_own_and_scratch_keeps_its_own():
    trained = trained_rows(
        ("scratch", "scratch", 0, 0.5), ("near", "finetune", 2, 0.8), ("near", "freeze", 2, 0.6)
    )
    table = with_shared_cells(
        trained,
        {
            ("finetune", 0): ("scratch", 0),
            ("finetune", 2): ("finetune", 2),
            ("defrost", 0): ("finetune", 2),
            ("defrost", 2): ("freeze", 2),
        },
    )
    means = table.groupby(["protocol", "depth"])["test_accuracy"].mean().round(3).to_dict()
    assert means == {
        ("scratch", 0): 0.501,
        ("finetune", 2): 0.801,
        ("defrost", 0): 0.801,
        ("defrost", 2): 0.601,
    }


def test_depth_zero_is_scratch_only_where_it_transfers_nothing():
    table = trained_rows(
        ("scratch", "scratch", 0, 0.5),
        ("near", "freeze", 1, 0.6),
        ("near", "defrost", 0, 0.8),
        ("near", "defrost", 1, 0.6),
    )
    frozen, defrosted = (by_depth(table, "near", p) for p in ("freeze", "defrost"))
    assert frozen.groupby("depth")["test_accuracy"].first().to_dict() == {0: 0.5, 1: 0.6}
    assert defrosted.groupby("depth")["test_accuracy"].first().to_dict() == {0: 0.8, 1: 0.6}
    summary = optimal_depth_table(table, blocks=1).set_index("protocol")
    # the gain is over scratch for every protocol, the standard protocol freeze at full depth
    assert summary.loc["defrost", "gain"] == pytest.approx(0.3)
    assert summary.loc["defrost", "gain_over_standard"] == pytest.approx(0.2)


def test_the_standard_protocol_is_found_under_another_name():
    table = trained_rows(
        ("scratch", "scratch", 0, 0.5), ("near", "gradual", 0, 0.8), ("near", "gradual", 1, 0.7)
    )
    (row,) = optimal_depth_table(table, blocks=1).to_dict("records")
    assert row["gain_over_standard"] == pytest.approx(0.1)
