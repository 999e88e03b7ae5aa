"""Optimal depths and gains on accuracies with a known answer."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from defrost.statistics.cells import by_depth, with_shared_cells
from defrost.statistics.intervals import family_level, mean_interval
from defrost.statistics.optimal_depth import (
    chosen_on_others,
    confidence_set,
    cross_fitted_gain,
    optimal_column,
)
from defrost.statistics.optimal_depth_table import optimal_depth_table


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


def test_a_family_of_one_is_an_interval_and_a_larger_one_shares_the_error():
    assert family_level(0.95, 1) == family_level(0.95, 0) == 0.95
    assert family_level(0.95, 10) == pytest.approx(0.995)


def test_a_planted_optimum_is_found_and_told_from_the_others():
    noise = np.random.default_rng(0).normal(0, 0.005, size=(10, 4))
    accuracy = np.array([0.5, 0.7, 0.9, 0.8]) + noise
    assert optimal_column(accuracy) == 2
    assert confidence_set(accuracy) == [2]


def test_equal_depths_are_all_in_the_set_and_the_first_is_named():
    accuracy = np.full((5, 3), 0.8)
    assert optimal_column(accuracy) == 0
    assert confidence_set(accuracy) == [0, 1, 2]


def test_the_order_of_a_sum_decides_no_tie():
    # the same accuracies in another order, whose means differ in the last bit
    accuracy = np.array([[0.1, 0.3], [0.2, 0.2], [0.3, 0.1]])
    for columns in ([0, 1], [1, 0]):
        assert optimal_column(accuracy[:, columns]) == 0
        assert optimal_column(1 - accuracy[:, columns]) == 0


def test_a_depth_that_is_better_by_chance_is_not_told_from_the_best():
    noise = np.random.default_rng(1).normal(0, 0.02, size=(10, 3))
    accuracy = np.array([0.5, 0.8, 0.8]) + noise
    assert confidence_set(accuracy) == [1, 2]


def test_the_set_may_have_a_gap():
    # depth 1 is behind both others in every replicate, which are each other's equal
    noise = np.random.default_rng(0).normal(0, 0.01, size=(8, 1))
    accuracy = 0.8 + np.hstack([noise, np.minimum(noise, -noise) - 0.05, -noise])
    assert confidence_set(accuracy) == [0, 2]


def test_what_replicates_share_does_not_blur_the_depths():
    shared = np.random.default_rng(0).normal(0, 0.2, size=(6, 1))
    accuracy = shared + np.array([0.5, 0.52]) + np.zeros((6, 2))
    assert confidence_set(accuracy) == [1]


def test_a_set_is_that_of_scipys_test_with_bonferronis_correction():
    noise = np.random.default_rng(3).normal(0, 0.03, size=(6, 4))
    accuracy = np.array([0.70, 0.74, 0.76, 0.73]) + noise
    others = stats.ttest_rel(accuracy[:, None, :], accuracy[:, :, None], alternative="less")
    p = np.where(np.eye(4, dtype=bool), 1, others.pvalue)  # how sure each [row] beats a column
    for level in (0.5, 0.8, 0.9, 0.95, 0.999):
        left = np.flatnonzero((p >= (1 - level) / 3).all(axis=0))
        assert confidence_set(accuracy, level) == left.tolist()


@given(
    st.integers(1, 8).flatmap(
        lambda depths: st.lists(
            st.lists(st.integers(0, 10), min_size=depths, max_size=depths), min_size=1, max_size=9
        )
    )
)
def test_sets_hold_the_best_observed_depth_and_grow_with_the_level(counts):
    accuracy = np.array(counts) / 10
    small, large = (confidence_set(accuracy, level) for level in (0.9, 0.99))
    assert optimal_column(accuracy) in small
    assert set(small) <= set(large)
    if len(accuracy) == 1:
        assert small == list(range(accuracy.shape[1]))


@pytest.mark.parametrize("units", [3, 4, 5, 10, 21])
def test_no_unit_has_a_say_in_its_own_choice_nor_two_in_each_others(units):
    # a unit that is changed to prefer the last column changes the choices it has a say in
    has_a_say = np.zeros((units, units), dtype=bool)
    for unit in range(units):
        accuracy = np.tile([0.8, 0.7], (units, 1))
        accuracy[unit] = [0, 9]
        has_a_say[unit] = chosen_on_others(accuracy) == 1
    assert (has_a_say.sum(axis=0) == (units - 1) // 2).all()
    assert not (has_a_say & has_a_say.T).any()


def test_two_units_choose_for_each_other_and_one_says_nothing():
    accuracy = np.array([[0.5, 0.6], [0.7, 0.6]])
    assert chosen_on_others(accuracy).tolist() == [0, 1]
    gain = cross_fitted_gain(accuracy, accuracy[:, 0])
    assert gain.mean == pytest.approx(-0.05)
    assert gain.low < -0.5 and gain.high > 0.4
    assert np.isnan(cross_fitted_gain(accuracy[:1], accuracy[:1, 0])).all()


def test_with_one_depth_the_gain_is_the_paired_difference():
    accuracy = np.random.default_rng(0).normal(0.8, 0.05, size=(6, 1))
    baseline = np.random.default_rng(1).normal(0.7, 0.05, size=6)
    expected = mean_interval(accuracy[:, 0] - baseline)
    assert cross_fitted_gain(accuracy, baseline) == pytest.approx(expected)
    assert confidence_set(accuracy) == [0]


def test_the_error_is_welchs_where_two_depths_are_chosen():
    # unit 0 and 1 prefer the first depth, 2 and 3 the second: each is chosen twice
    accuracy = np.array([[0.90, 0.20], [0.86, 0.30], [0.10, 0.95], [0.30, 0.99]])
    baseline = np.array([0.50, 0.52, 0.47, 0.55])
    chosen = chosen_on_others(accuracy)
    assert sorted(chosen) == [0, 0, 1, 1]
    gains = accuracy - baseline[:, None]
    parts = gains.var(axis=0, ddof=1) / 8  # (2 / 4)^2 of a mean of two
    freedom = 3 * parts.sum() ** 2 / (parts**2).sum()
    mean = gains[range(4), chosen].mean()
    half = stats.t.ppf(0.975, freedom) * parts.sum() ** 0.5
    gain = cross_fitted_gain(accuracy, baseline)
    assert gain == pytest.approx((mean, mean - half, mean + half))


def test_where_every_choice_is_the_baseline_the_gain_is_zero_without_error():
    accuracy = np.array([0.8, 0.5]) + np.random.default_rng(0).normal(0, 0.01, size=(6, 2))
    assert cross_fitted_gain(accuracy, accuracy[:, 0]) == (0, 0, 0)


def test_the_cross_fitted_gain_of_equal_depths_is_not_flattered():
    draws = np.random.default_rng(0).normal(0.8, 0.01, size=(2000, 5, 6))
    fitted = [cross_fitted_gain(accuracy, accuracy[:, 0]).mean for accuracy in draws]
    naive = [accuracy.mean(axis=0).max() - accuracy[:, 0].mean() for accuracy in draws]
    assert np.mean(naive) > 0.004
    assert abs(np.mean(fitted)) < 0.0006


def test_the_gain_of_a_clear_optimum_is_its_difference():
    accuracy = np.tile([0.5, 0.9, 0.7], (4, 1))
    assert cross_fitted_gain(accuracy, accuracy[:, 0]) == pytest.approx((0.4, 0.4, 0.4))


def test_a_baseline_that_was_not_run_gives_nothing():
    accuracy = np.tile([0.5, 0.9], (4, 1))
    assert np.isnan(cross_fitted_gain(accuracy, np.full(4, np.nan))).all()


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


def noisy_rows():
    """Return six replicates of two sources at two sizes and three depths, a block worth 0.1."""
    generator = np.random.default_rng(0)
    rows = [
        {
            "study": "s",
            "source": "scratch" if depth == 0 else source,
            "protocol": "scratch" if depth == 0 else "freeze",
            "depth": depth,
            "size": size,
            "replicate": r,
            "test_accuracy": 0.5 + 0.1 * depth + 0.05 * generator.normal(),
        }
        for source in ("far", "near")
        for size in (10, 20)
        for depth in range(3)
        for r in range(6)
        if depth or source == "far"
    ]
    return pd.DataFrame(rows)


def test_all_rows_of_a_table_are_one_family():
    accuracy = noisy_rows()
    table = optimal_depth_table(accuracy, blocks=2)
    assert len(table) == 4
    paired = by_depth(accuracy, "near", "freeze").query("size == 20")
    paired = paired.pivot(index="replicate", columns="depth", values="test_accuracy").to_numpy()
    row = table.query("source == 'near' and size == 20").iloc[0]
    for prefix, level in (("gain", 0.95), ("gain_family", 1 - 0.05 / 4)):
        limits = [row[f"{prefix}_{end}"] for end in ("low", "high")]
        assert limits == pytest.approx(cross_fitted_gain(paired, paired[:, 0], level)[1:])
    limits = [row[f"gain_over_standard_family_{end}"] for end in ("low", "high")]
    assert limits == pytest.approx(cross_fitted_gain(paired, paired[:, 2], 1 - 0.05 / 4)[1:])
    assert row["family_depth_set"].split() == [
        str(depth) for depth in confidence_set(paired, 1 - 0.05 / 4)
    ]


def test_the_set_is_written_in_depths_with_its_ends():
    accuracies = {0: 0.5, 2: 0.8, 5: 0.8}
    row = optimal_depth_table(table(accuracies, replicates=4), blocks=5).iloc[0]
    assert row["depth_set"] == row["family_depth_set"] == "2 5"
    assert (row["depth_low"], row["depth_high"], row["optimal_depth"]) == (2, 5, 2)


def test_rows_without_an_interval_are_not_in_the_family():
    accuracy = noisy_rows()
    accuracy = accuracy[(accuracy["size"] == 10) | (accuracy["replicate"] == 0)]
    found = optimal_depth_table(accuracy, blocks=2).set_index(["source", "size"])
    alone = optimal_depth_table(accuracy[accuracy["size"] == 10], blocks=2)
    alone = alone.set_index(["source", "size"])
    pd.testing.assert_frame_equal(found.query("size == 10"), alone)
    assert found.loc[("far", 20), "depth_set"] == "0 1 2"
    assert found.loc[("far", 20)].filter(like="gain").isna().all()


@pytest.mark.parametrize("seeds", [1, 2, 3, 6])
def test_with_three_networks_the_networks_are_the_units(seeds):
    accuracy = noisy_rows()
    transferred = accuracy["source"] != "scratch"
    accuracy["source_seed"] = (accuracy["replicate"] % seeds).where(transferred)
    found = optimal_depth_table(accuracy, blocks=2)
    assert (found["replicates"] == 6).all()
    assert (found["networks"] == seeds).all()
    words = {1: "this source network", 2: "these 2 source networks"}
    assert set(found["holds_for"]) == {words.get(seeds, "source networks of this source")}

    if seeds >= 3:  # as if each network had been measured once, by its mean
        keys = ["study", "source", "protocol", "depth", "size"]
        network = (accuracy["replicate"] % seeds).rename("replicate")
        accuracy = accuracy.groupby([*keys, network], as_index=False)["test_accuracy"].mean()
    else:
        accuracy = accuracy.drop(columns="source_seed")
    told = ["replicates", "networks", "holds_for"]
    expected = optimal_depth_table(accuracy, blocks=2).drop(columns=told)
    pd.testing.assert_frame_equal(found.drop(columns=told), expected)


def test_every_source_has_networks_of_its_own():
    accuracy = noisy_rows()
    near = accuracy["source"] == "near"
    accuracy["source_seed"] = (accuracy["replicate"] % 3).where(near, 0)
    found = optimal_depth_table(accuracy, blocks=2).groupby("source")["networks"].unique()
    assert found.map(list).to_dict() == {"far": [1], "near": [3]}
