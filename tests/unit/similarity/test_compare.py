"""Comparing all blocks of two networks: every pair as on its own, shared work, clear errors."""

import math
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from defrost.similarity import row_pass
from defrost.similarity.compare import compare_blocks
from defrost.similarity.measures import PAIR_MEASURES

CKA = "debiased_linear_cka"
FORWARD = "information_imbalance_source_to_target"
BACKWARD = "information_imbalance_target_to_source"
KEYS = [
    "measure",
    "source_block",
    "target_block",
    "value",
    "value_low",
    "value_high",
    "null_mean",
    "null_low",
    "null_high",
    "points",
    "reason",
    "repeated",
    "value_distinct",
]
NUMBERS = KEYS[3:9]
examples = settings(max_examples=8, deadline=None, derandomize=True)


def compare(source, target, measures=None, seed=0, **settings):
    settings = {"neighbours": 4} | settings
    return compare_blocks(source, target, torch.Generator().manual_seed(seed), measures, **settings)


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


def values(rows, key="value"):
    return {(r["measure"], r["source_block"], r["target_block"]): r[key] for r in rows}


@examples
@given(st.integers(0, 2**32 - 1), st.integers(30, 150))
def test_every_number_is_that_of_the_pair_on_its_own(seed, points):
    source, target = networks(seed, points)
    rows = iter(compare(source, target, permutations=4))
    for (s, x), (t, y) in product(source.items(), target.items()):
        for alone in compare({s: x}, {t: y}, permutations=4):
            row = next(rows)
            for key in KEYS:
                if key in (*NUMBERS, "value_distinct"):
                    assert row[key] == pytest.approx(alone[key], abs=1e-9, nan_ok=True), key
                else:
                    assert row[key] == alone[key]


@examples
@given(st.integers(0, 2**32 - 1), st.integers(4, 40))
def test_swapping_the_networks_swaps_the_directions(seed, points):
    source, target = networks(seed, points)
    swapped = {FORWARD: BACKWARD, BACKWARD: FORWARD}
    expected = {
        (swapped.get(name, name), t, s): value
        for (name, s, t), value in values(compare(source, target)).items()
    }
    found = values(compare(target, source))
    assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_ignores_the_order_of_the_inputs():
    source, target = networks()
    order = torch.randperm(37, generator=torch.Generator().manual_seed(1))
    shuffled = compare(
        {name: x[order] for name, x in source.items()},
        {name: y[order] for name, y in target.items()},
        seed=5,
    )
    expected = values(compare(source, target))
    assert values(shuffled) == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_depends_on_which_input_a_row_is_for():
    source, target = networks()
    shifted = {name: y.roll(1, dims=0) for name, y in target.items()}
    before, after = values(compare(source, target, [CKA])), values(compare(source, shifted, [CKA]))
    key = (CKA, "block1", "block1")
    assert before[key] > 0.5 > after[key]


def test_rows_are_tidy_and_in_a_stated_order():
    source, target = networks()
    rows = compare(source, target)
    assert all(list(row) == KEYS for row in rows)
    assert [(r["source_block"], r["target_block"], r["measure"]) for r in rows] == list(
        product(source, target, PAIR_MEASURES)
    )
    assert all(type(row[key]) is float for row in rows for key in (*NUMBERS, "value_distinct"))
    assert all(type(row[key]) is int for row in rows for key in ("points", "repeated"))
    for row in rows:
        assert bool(row["reason"]) == math.isnan(row["value"] + row["value_low"] + row["null_low"])


def test_an_imbalance_from_points_that_tie_has_a_value_alone():
    source, target = networks(points=200)
    tied = source["readout"].relu()
    tied[:20] = 0
    forward, backward = compare({"tied": tied}, target, [FORWARD, BACKWARD])[:2]
    assert forward["reason"].endswith("of 200 points tie for nearest: no error bar, no null")
    assert 0 < forward["value"] < 2
    assert math.isnan(forward["value_low"])
    assert math.isnan(forward["null_low"])
    assert backward["reason"] == ""
    assert backward["null_low"] < backward["null_high"]


@pytest.mark.parametrize("points", range(2, 25))
def test_few_points_have_a_value_or_a_reason(points):
    source, target = networks(points=points)
    for row in compare(source, target):
        assert bool(row["reason"]) or math.isfinite(row["value"])


def test_measures_can_be_chosen():
    source, target = networks()
    rows = compare(source, target, ["rsa", CKA])
    assert [r["measure"] for r in rows[:2]] == ["rsa", CKA]
    every = values(compare(source, target))
    assert values(rows) == pytest.approx(
        {key: value for key, value in every.items() if key[0] in ("rsa", CKA)}, nan_ok=True
    )
    with pytest.raises(ValueError, match=r"^unknown measure 'cka'; known are linear_cka, "):
        compare(source, target, ["cka"])


def test_same_seed_gives_the_same_bytes_and_leaves_the_activations_alone():
    source, target = networks(points=150)
    kept = {name: x.clone() for name, x in source.items()}
    assert repr(compare(source, target)) == repr(compare(source, target))
    assert all(torch.equal(source[name], x) for name, x in kept.items())


def test_an_error_bar_and_a_null_stand_around_what_they_belong_to():
    source, target = networks(points=200)
    for row in compare(source, target):
        assert row["value_low"] <= row["value"] <= row["value_high"] or row["reason"]
        assert row["null_low"] <= row["null_mean"] <= row["null_high"] or row["reason"]
    for row in compare(source, target, subsets=0, permutations=0):
        assert all(math.isnan(row[key]) for key in NUMBERS[1:])


def test_each_block_is_multiplied_once_per_chunk(monkeypatch):
    source, target = networks(points=200)
    del source["readout"]  # its repeats would be measured without
    calls, original = [], row_pass.distance_rows

    def watched(x, norms, start, gram):
        calls.append((start, len(gram)))
        return original(x, norms, start, gram)

    monkeypatch.setattr(row_pass, "distance_rows", watched)
    compare(source, target, memory=1)
    blocks = len(source) + len(target)
    # 200 rows are blocks of 32, the last one with the 8 that are left
    chunks = [(start, 32) for start in range(0, 160, 32)] + [(160, 40)]
    assert calls == [chunk for chunk in chunks for _ in range(blocks)]


def test_at_most_rank_points_are_ranked():
    source, target = networks(points=90)
    for row in compare(source, target, rank_points=50):
        expected = 50 if PAIR_MEASURES[row["measure"]].ranks_all_pairs else 90
        assert row["points"] == expected
    few = values(compare(source, target, ["rsa"], rank_points=50))
    order = torch.randperm(90, generator=torch.Generator().manual_seed(0))[:50]
    chosen = [{name: x[order] for name, x in side.items()} for side in (source, target)]
    assert few == pytest.approx(values(compare(*chosen, ["rsa"])), abs=1e-9, nan_ok=True)


def test_one_input_twice_is_left_out_for_all_pairs():
    source, target = networks(points=60)
    for side in (source, target):
        for x in side.values():
            x[50:] = x[:10]
    rows = compare(source, target)
    halves = [{name: x[:50] for name, x in side.items()} for side in (source, target)]
    assert all(row["repeated"] >= 10 for row in rows)
    expected = values(compare(*halves), "value_distinct")
    assert values(rows, "value_distinct") == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_names_the_block_with_values_that_are_not_finite(bad):
    source, target = networks()
    target["block2"][5, 1] = bad
    message = r"^target block 'block2': the representation holds values that are not finite$"
    with pytest.raises(ValueError, match=message):
        compare(source, target)


def test_names_the_block_with_another_number_of_points():
    source, target = networks()
    source["readout"] = source["readout"][:36]
    message = r"^source block 'readout' has 36 points, source block 'block1' has 37$"
    with pytest.raises(ValueError, match=message):
        compare(source, target)
    source, target = networks()
    target["block1"] = target["block1"][:30]
    message = r"^target block 'block1' has 30 points, source block 'block1' has 37$"
    with pytest.raises(ValueError, match=message):
        compare(source, target)


def test_names_the_block_that_is_not_points_by_features():
    source, target = networks()
    source["block2"] = source["block2"].reshape(37, 5, 6)
    with pytest.raises(ValueError, match=r"^source block 'block2': .* 3 dimension"):
        compare(source, target)


def test_refuses_a_single_point():
    source, target = networks(points=1)
    with pytest.raises(ValueError, match=r"^source block 'block1' has 1 points, 2 or more"):
        compare(source, target)
