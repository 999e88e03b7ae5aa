"""Properties of every measure, as its entry in the registry says they are."""

import importlib
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from defrost.similarity.compare import compare_blocks
from defrost.similarity.information_imbalance import information_imbalance
from defrost.similarity.measures import (
    INVARIANCES,
    MEASURES,
    ORTHOGONAL,
    PAIR_MEASURES,
    SCALE,
    TRANSLATION,
)

SEEDS = st.integers(0, 2**32 - 1)
POINTS = st.integers(24, 60)
FEATURES = st.integers(2, 12)
NEIGHBOURS = 5
ALONE = {"subsets": 0, "permutations": 0, "neighbours": NEIGHBOURS}
examples = settings(max_examples=12, deadline=None, derandomize=True)
every_measure = pytest.mark.parametrize("name", PAIR_MEASURES)


def related(seed, points, x_features, y_features):
    """Two representations that share some of their signal, with offsets, in float64."""
    generator = np.random.default_rng(seed)
    x = generator.normal(1.0, 1.0, (points, x_features))
    y = x @ generator.normal(size=(x_features, y_features)) / math.sqrt(x_features)
    y += generator.normal(-1.0, 1.0, (points, y_features))
    return torch.from_numpy(x), torch.from_numpy(y)


def changed(x, invariance, seed):
    """A representation changed at random in the way that some measures ignore."""
    generator = np.random.default_rng(seed)
    features = x.shape[1]
    square = torch.from_numpy(generator.normal(size=(features, features)))
    if invariance == ORTHOGONAL:
        return x @ torch.linalg.qr(square)[0]
    if invariance == SCALE:
        return x * float(np.exp(generator.uniform(-5, 5)))
    if invariance == TRANSLATION:
        return x + 3 * torch.from_numpy(generator.normal(size=features))
    return x @ (square + torch.diag(torch.linspace(1, 6, features).double()))


def row_of(name, x, y, seed=0, **changes):
    generator = torch.Generator().manual_seed(seed)
    (row,) = compare_blocks({"x": x}, {"y": y}, generator, [name], **(ALONE | changes))
    return row


def value_of(name, x, y, **changes):
    return row_of(name, x, y, **changes)["value"]


def function_of(name):
    """The function of one pair of the measure's own module."""
    if name.startswith("information_imbalance"):
        direction = 0 if name.endswith("source_to_target") else 1
        return lambda x, y: information_imbalance(x, y)[direction]
    function = getattr(importlib.import_module(f"defrost.similarity.{MEASURES[name].module}"), name)
    if MEASURES[name].per_neighbour:
        return lambda x, y: function(x, y, NEIGHBOURS)
    return function


def of_the_same(measure, points):
    """The value of a representation with itself."""
    if measure.name.startswith("information_imbalance"):
        return 2 / points
    return 1.0 if measure.larger_is_more_similar else 0.0


def test_registry_is_whole():
    for name, measure in MEASURES.items():
        assert measure.name == name
        assert measure.invariances <= set(INVARIANCES)
        assert measure.low < measure.high
        assert hasattr(importlib.import_module(f"defrost.similarity.{measure.module}"), "__doc__")


def test_registry_loads_nothing_that_computes():
    import subprocess
    import sys

    code = "import sys; import defrost.similarity.measures; print('torch' in sys.modules)"
    folder = importlib.import_module("defrost").__path__[0]
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=f"{folder}/..", capture_output=True, text=True
    )
    assert found.stdout.strip() == "False"


@every_measure
@examples
@given(SEEDS, POINTS, FEATURES, FEATURES)
def test_grid_equals_the_function_of_one_pair(name, seed, points, x_features, y_features):
    x, y = related(seed, points, x_features, y_features)
    assert value_of(name, x, y) == pytest.approx(function_of(name)(x, y), abs=1e-9)


@every_measure
@examples
@given(SEEDS, POINTS, st.integers(3, 12))
def test_identity(name, seed, points, features):
    x, _ = related(seed, points, features, 2)
    expected = of_the_same(PAIR_MEASURES[name], points)
    assert value_of(name, x, x) == pytest.approx(expected, abs=1e-6)


@every_measure
@pytest.mark.parametrize("invariance", INVARIANCES)
@examples
@given(SEEDS, POINTS, st.integers(3, 12), FEATURES)
def test_declared_invariances(name, invariance, seed, points, x_features, y_features):
    if invariance not in PAIR_MEASURES[name].invariances:
        return
    x, y = related(seed, points, x_features, y_features)
    moved = changed(x, invariance, seed)
    assert value_of(name, moved, y) == pytest.approx(value_of(name, x, y), abs=1e-7)
    assert value_of(name, y, moved) == pytest.approx(value_of(name, y, x), abs=1e-7)


@every_measure
@pytest.mark.parametrize("invariance", INVARIANCES)
def test_declared_non_invariances(name, invariance):
    if invariance in PAIR_MEASURES[name].invariances:
        return
    shifts = []
    for seed in range(5):
        x, y = related(seed, 60, 8, 8)
        moved = changed(x, invariance, seed)
        shifts.append(abs(value_of(name, moved, y) - value_of(name, x, y)))
    assert max(shifts) > 0.02


@every_measure
@examples
@given(SEEDS, POINTS, FEATURES, FEATURES)
def test_symmetry(name, seed, points, x_features, y_features):
    x, y = related(seed, points, x_features, y_features)
    forward, backward = value_of(name, x, y), value_of(name, y, x)
    if PAIR_MEASURES[name].symmetric:
        assert forward == pytest.approx(backward, abs=1e-9)


@pytest.mark.parametrize("name", [n for n, m in PAIR_MEASURES.items() if not m.symmetric])
def test_declared_asymmetry(name):
    x, y = related(0, 60, 8, 1)
    assert abs(value_of(name, x, y) - value_of(name, y, x)) > 0.02


@every_measure
@examples
@given(SEEDS, st.integers(8, 40), st.integers(2, 60), st.integers(2, 60))
def test_range(name, seed, points, x_features, y_features):
    x, y = related(seed, points, x_features, y_features)
    value, measure = value_of(name, x, y), PAIR_MEASURES[name]
    assert math.isnan(value) or measure.low - 1e-9 <= value <= measure.high + 1e-9


@every_measure
@examples
@given(SEEDS, POINTS, FEATURES, FEATURES)
def test_same_order_of_rows_on_both_sides(name, seed, points, x_features, y_features):
    x, y = related(seed, points, x_features, y_features)
    order = torch.from_numpy(np.random.default_rng(seed).permutation(points))
    found = value_of(name, x[order], y[order], seed=1)
    assert found == pytest.approx(value_of(name, x, y), abs=1e-9)


@every_measure
@examples
@given(SEEDS, st.integers(150, 300), FEATURES, st.integers(2, 200))
def test_chunks_of_rows_change_nothing(name, seed, points, x_features, y_features):
    x, y = related(seed, points, x_features, y_features)
    small = row_of(name, x, y, memory=1, subsets=10, permutations=3)
    whole = row_of(name, x, y, subsets=10, permutations=3)
    for key in ("value", "value_low", "value_high", "null_mean", "null_low", "null_high"):
        assert small[key] == pytest.approx(whole[key], abs=1e-9, nan_ok=True)


@every_measure
def test_larger_is_more_similar_or_less(name):
    generator = np.random.default_rng(4)
    x = torch.from_numpy(generator.normal(size=(200, 6)))
    noise = torch.from_numpy(generator.normal(size=(200, 6)))
    near, far = value_of(name, x, x + 0.2 * noise), value_of(name, x, x + 2 * noise)
    assert (near > far) == PAIR_MEASURES[name].larger_is_more_similar


@every_measure
def test_value_by_chance(name):
    generator, measure = np.random.default_rng(5), PAIR_MEASURES[name]
    x, y = (torch.from_numpy(generator.normal(size=(1000, d))) for d in (30, 40))
    row = row_of(name, x, y, permutations=20)
    if measure.by_chance == "k / (N - 1)":
        assert row["null_mean"] == pytest.approx(NEIGHBOURS / 999, rel=0.1)
    elif measure.independent is not None:
        assert row["null_mean"] == pytest.approx(measure.independent, abs=0.02)
        assert row["value"] == pytest.approx(measure.independent, abs=0.1)
    else:
        assert measure.low + 0.01 < row["null_mean"] < measure.high - 0.01


@every_measure
def test_too_few_points_give_nan_and_the_reason(name):
    measure = PAIR_MEASURES[name]
    k = 1 if name.startswith("information_imbalance") else NEIGHBOURS
    least = measure.least_points + k * measure.per_neighbour
    x, y = related(6, least, 5, 4) if name != "svcca" else related(6, least, 1, 1)
    assert math.isfinite(value_of(name, x, y))
    for points in range(2, least):
        row = row_of(name, x[:points], y[:points])
        assert math.isnan(row["value"])
        assert row["reason"] == f"needs {least} points or more, got {points}"
        assert math.isnan(row["null_mean"])


@every_measure
def test_fewer_points_than_features(name):
    x, y = related(7, 30, 200, 300)
    row = row_of(name, x, y, subsets=10, permutations=5)
    if name == "svcca" and math.isnan(row["value"]):
        assert "directions are kept" in row["reason"]
    else:
        assert math.isfinite(row["value"])


@every_measure
def test_constant_columns_change_nothing_but_rsa(name):
    x, y = related(8, 50, 6, 6)
    more = torch.cat([x, torch.full((50, 3), 0.1, dtype=torch.float64)], dim=1)
    if name in ("rsa", "mutual_knn"):  # they look at activations from the origin
        assert math.isfinite(value_of(name, more, y))
    else:
        assert value_of(name, more, y) == pytest.approx(value_of(name, x, y), abs=1e-9)


@every_measure
@pytest.mark.parametrize("level", [0.0, 0.1])
def test_a_constant_block_has_no_value_but_an_imbalance(name, level):
    _, y = related(9, 40, 5, 5)
    dead = torch.full((40, 6), level, dtype=torch.float64)
    for row in (row_of(name, dead, y, permutations=5), row_of(name, y, dead, permutations=5)):
        if name.startswith("information_imbalance"):
            assert row["value"] == pytest.approx(1) or row["value"] == pytest.approx(2 / 40)
        else:
            assert math.isnan(row["value"])
            assert "all points are equal" in row["reason"]
        assert row["repeated"] == 39
        assert math.isnan(row["value_distinct"])


@every_measure
def test_repeated_points_are_counted_and_their_effect_said(name):
    x, y = related(10, 80, 7, 7)
    x[60:], y[60:] = x[:20], y[:20]
    row = row_of(name, x, y)
    assert row["repeated"] == 20
    assert row["value_distinct"] == pytest.approx(value_of(name, x[:60], y[:60]), abs=1e-9)
    assert row_of(name, x[:60], y[:60])["repeated"] == 0


@pytest.mark.parametrize("side", [0, 1])
def test_repeats_of_either_side_are_left_out(side):
    pair = related(10, 80, 7, 7)
    pair[side][70:] = pair[side][:10]
    row = row_of("debiased_linear_cka", *pair)
    assert row["repeated"] == 10
    expected = value_of("debiased_linear_cka", pair[0][:70], pair[1][:70])
    assert row["value_distinct"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", ["neighbourhood_overlap", "mutual_knn"])
def test_neighbours_that_tie_are_not_a_value(name):
    generator = np.random.default_rng(11)
    kinds = torch.from_numpy(generator.normal(size=(4, 6)))
    saturated = kinds[torch.from_numpy(generator.integers(0, 4, 80))]
    row = row_of(name, saturated, related(11, 80, 5, 5)[0])
    assert math.isnan(row["value"])
    assert row["reason"] == "source block: 80 of 80 points have neighbours that tie"


def test_reasons_name_the_side_and_what_is_wrong():
    x, y = related(12, 40, 6, 6)
    zero = y.clone()
    zero[:3] = 0
    assert row_of("mutual_knn", x, zero)["reason"] == (
        "target block: 3 of 40 points are zero and have no direction"
    )
    assert row_of("rsa", x, zero)["reason"] == (
        "target block: 3 of 40 points have one activation throughout"
    )
    coincident = torch.zeros_like(y)
    coincident[:5] = y[:5]
    assert row_of("debiased_rbf_cka", coincident, y)["reason"] == (
        "source block: half of all pairs of points coincide"
    )
    one_hot = torch.eye(40, dtype=torch.float64)
    assert row_of("debiased_linear_cka", one_hot, y)["reason"] == (
        "no pair of points is nearer or farther than another"
    )
    assert row_of("svcca", one_hot, y)["reason"] == (
        "source block: all 39 directions are kept, so that the value is 1 for any pair"
    )
