"""Comparing all blocks of two networks: the pairwise measures, shared work, clear errors."""

import math
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from defrost.similarity import compare
from defrost.similarity.cka import debiased_linear_cka
from defrost.similarity.compare import compare_blocks
from defrost.similarity.information_imbalance import information_imbalance

MEASURES = [
    "debiased_linear_cka",
    "information_imbalance_source_to_target",
    "information_imbalance_target_to_source",
]
examples = settings(max_examples=15, deadline=None, derandomize=True)


def networks(seed=0, points=37):
    """Blocks of two networks on the same inputs, wide and narrow, with an offset as ReLU leaves."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(points, 12, generator=generator)

    def block(features):
        weights = torch.randn(12, features, generator=generator)
        return (inputs @ weights + 0.3 * torch.randn(points, features, generator=generator)).relu()

    source = {"block1": block(90), "block2": block(30), "readout": block(3)}
    target = {"block1": block(50), "block2": block(8)}
    return source, target


def values(rows):
    return {(r["measure"], r["source_block"], r["target_block"]): r["value"] for r in rows}


def pairwise(source, target):
    """Each pair and each measure on its own."""
    expected = {}
    for (s, x), (t, y) in product(source.items(), target.items()):
        forward, backward = information_imbalance(x, y)
        for name, value in zip(
            MEASURES, (debiased_linear_cka(x, y), forward, backward), strict=True
        ):
            expected[name, s, t] = value
    return expected


@examples
@given(st.integers(0, 2**32 - 1), st.integers(4, 40), st.integers(1, 45))
def test_equals_each_pair_on_its_own(seed, points, chunk_rows):
    source, target = networks(seed, points)
    found = values(compare_blocks(source, target, chunk_rows))
    assert found == pytest.approx(pairwise(source, target), abs=1e-9, nan_ok=True)


@examples
@given(st.integers(0, 2**32 - 1), st.integers(4, 40))
def test_swapping_the_networks_swaps_the_directions(seed, points):
    source, target = networks(seed, points)
    swapped = {MEASURES[0]: MEASURES[0], MEASURES[1]: MEASURES[2], MEASURES[2]: MEASURES[1]}
    expected = {
        (swapped[name], t, s): value
        for (name, s, t), value in values(compare_blocks(source, target)).items()
    }
    found = values(compare_blocks(target, source))
    assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_ignores_the_order_of_the_inputs():
    source, target = networks()
    order = torch.randperm(37, generator=torch.Generator().manual_seed(1))
    shuffled = compare_blocks(
        {name: x[order] for name, x in source.items()},
        {name: y[order] for name, y in target.items()},
        chunk_rows=10,
    )
    expected = values(compare_blocks(source, target, chunk_rows=10))
    assert values(shuffled) == pytest.approx(expected, abs=1e-9)


def test_depends_on_which_input_a_row_is_for():
    source, target = networks()
    shifted = {name: y.roll(1, dims=0) for name, y in target.items()}
    before, after = values(compare_blocks(source, target)), values(compare_blocks(source, shifted))
    key = ("debiased_linear_cka", "block1", "block1")
    assert before[key] > 0.5 > after[key]


def test_rows_are_tidy_and_in_a_stated_order():
    source, target = networks()
    rows = compare_blocks(source, target)
    keys = ["measure", "source_block", "target_block", "value", "points"]
    assert all(list(row) == keys for row in rows)
    assert [(r["source_block"], r["target_block"], r["measure"]) for r in rows] == list(
        product(source, target, MEASURES)
    )
    assert all(type(row["value"]) is float for row in rows)
    assert {row["points"] for row in rows} == {37}
    assert type(rows[0]["points"]) is int


def test_same_input_gives_the_same_bytes_and_leaves_the_activations_alone():
    source, target = networks()
    kept = {name: x.clone() for name, x in source.items()}
    assert compare_blocks(source, target) == compare_blocks(source, target)
    assert all(torch.equal(source[name], x) for name, x in kept.items())


def test_each_block_is_multiplied_and_ranked_once_per_chunk(monkeypatch):
    source, target = networks(points=37)
    calls = []
    original = compare.distance_rows

    def watched(gram_rows, squared_norms, start):
        calls.append((start, len(gram_rows)))
        return original(gram_rows, squared_norms, start)

    monkeypatch.setattr(compare, "distance_rows", watched)
    compare_blocks(source, target, chunk_rows=10)
    blocks = len(source) + len(target)
    assert calls == [c for c in [(0, 10), (10, 10), (20, 10), (30, 7)] for _ in range(blocks)]


def test_a_dead_block_has_no_cka_and_predicts_nothing():
    source, target = networks()
    found = values(compare_blocks({"dead": torch.full((37, 5), 0.1)}, target))
    assert math.isnan(found["debiased_linear_cka", "dead", "block1"])
    predicts = found["information_imbalance_source_to_target", "dead", "block1"]
    assert predicts == pytest.approx(1, abs=1e-12)


def test_cka_is_undefined_below_four_points_while_ranks_are_not():
    source, target = networks(points=3)
    found = values(compare_blocks(source, target))
    assert math.isnan(found["debiased_linear_cka", "block1", "block1"])
    assert found["information_imbalance_source_to_target", "block1", "block1"] >= 2 / 3


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_names_the_block_with_values_that_are_not_finite(bad):
    source, target = networks()
    target["block2"][5, 1] = bad
    message = r"^target block 'block2': the representation holds values that are not finite$"
    with pytest.raises(ValueError, match=message):
        compare_blocks(source, target)


def test_names_the_block_with_another_number_of_points():
    source, target = networks()
    source["readout"] = source["readout"][:36]
    message = r"^source block 'readout' has 36 points, source block 'block1' has 37$"
    with pytest.raises(ValueError, match=message):
        compare_blocks(source, target)
    source, target = networks()
    target["block1"] = target["block1"][:30]
    message = r"^target block 'block1' has 30 points, source block 'block1' has 37$"
    with pytest.raises(ValueError, match=message):
        compare_blocks(source, target)


def test_names_the_block_that_is_not_points_by_features():
    source, target = networks()
    source["block2"] = source["block2"].reshape(37, 5, 6)
    with pytest.raises(ValueError, match=r"^source block 'block2': .* 3 dimension"):
        compare_blocks(source, target)


def test_refuses_a_single_point():
    source, target = networks(points=1)
    with pytest.raises(ValueError, match=r"^source block 'block1' has 1 points, 2 or more"):
        compare_blocks(source, target)
