"""Intervals and sets cover what they say, on accuracies with a planted answer."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted import PLANTED, coverage_row, covers, draws, set_coverage, true_gain

from defrost.statistics.intervals import family_level
from defrost.statistics.optimal_depth import confidence_set, cross_fitted_gain
from defrost.statistics.units import by_unit

PAGE = (Path(__file__).parents[3] / "docs/statistics.md").read_text()
REPLICATES = 3, 5, 20
NUMBERS = re.compile(r"\d+\.\d+")


@pytest.mark.parametrize("name", PLANTED)
def test_the_page_has_the_coverage_that_a_simulation_finds(name):
    row = coverage_row(name, REPLICATES, simulations=1000)
    (written,) = [line for line in PAGE.splitlines() if line.startswith(f"| {name} |")]
    found, expected = ([float(x) for x in NUMBERS.findall(text)] for text in (row, written))
    assert found == pytest.approx(expected, abs=0.011), row

    gains, sets = found[: len(REPLICATES)], found[len(REPLICATES) :: 2]
    assert min(gains[1:] + sets[1:]) >= 0.92
    if name != "each block loses":  # where every choice is scratch the gain is 0 without error
        assert max(gains[1:]) <= 0.98


@pytest.mark.parametrize("replicates", [2, 5, 20])
@pytest.mark.parametrize("name", ["six equal", "each block loses"])
def test_where_nothing_is_better_than_scratch_a_gain_is_rarely_claimed(name, replicates):
    claims = [cross_fitted_gain(a, a[:, 0]).low > 0 for a in draws(name, replicates, 1000)]
    assert np.mean(claims) <= 0.04  # 2.5 % and three standard errors


def test_the_set_is_not_hopelessly_wide():
    held, depths = set_coverage("one best depth", 5, 500)
    assert held == 1 and depths < 2.5
    assert set_coverage("six equal", 5, 500)[1] > 5.5


@pytest.mark.parametrize("replicates", [5, 20])
@pytest.mark.parametrize("name", ["six equal", "each block loses"])
def test_all_of_a_family_hold_together(name, replicates):
    cells, studies = 10, 250
    level = family_level(0.95, cells)
    means, _ = PLANTED[name]
    best = means.index(max(means))
    held = {"gain": 0, "set": 0}
    for cells_of_study in draws(name, replicates, cells * studies).reshape(
        studies, cells, replicates, len(means)
    ):
        # all cells share their baseline, as those of a size do
        cells_of_study[:, :, 0] = cells_of_study[0, :, 0]
        held["gain"] += all(
            covers(cross_fitted_gain(a, a[:, 0], level), true_gain(a, means))
            for a in cells_of_study
        )
        held["set"] += all(best in confidence_set(a, level) for a in cells_of_study)
    assert min(held.values()) / studies >= 0.91  # 95 % less three standard errors


def test_intervals_over_networks_cover_all_networks_of_the_source():
    generator = np.random.default_rng(0)
    networks, replicates, gain = 5, 20, 0.05
    network = pd.Series(np.arange(replicates) % networks)
    found = {"replicate": [], "network": []}
    for _ in range(300):
        lucks = 0.02 * generator.normal(size=networks)
        gains = gain + lucks[network] + 0.01 * generator.normal(size=replicates)
        accuracy = pd.DataFrame({0: np.full(replicates, 0.7), 3: 0.7 + gains})
        for unit, values in (("replicate", accuracy), ("network", by_unit(accuracy, network))):
            interval = cross_fitted_gain(values.to_numpy(), values[0].to_numpy())
            found[unit].append(covers(interval, gain))
    assert np.mean(found["network"]) >= 0.92
    assert np.mean(found["replicate"]) < 0.8
