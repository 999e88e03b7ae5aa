"""Error bars and nulls: the subsets and permutations, and whether the intervals keep their word."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from defrost.similarity.centre import prepare
from defrost.similarity.cka import debiased_linear_cka, linear_cka
from defrost.similarity.compare import compare_blocks
from defrost.similarity.information_imbalance import information_imbalance
from defrost.similarity.kernel_sums import SummaryBuilder
from defrost.similarity.measures import PAIR_MEASURES
from defrost.similarity.neighbourhood_overlap import neighbourhood_overlap
from defrost.similarity.permutation_moments import null_interval, permutation_moments
from defrost.similarity.procrustes import aligned as procrustes_aligned
from defrost.similarity.procrustes import coordinates, distance
from defrost.similarity.resampling import (
    EXCHANGE_ROWS,
    Subsets,
    draw_permutations,
    make_subsets,
    permutation_interval,
    subset_interval,
)
from defrost.similarity.rsa import rsa
from defrost.similarity.svcca import kept_directions, mean_correlation

examples = settings(max_examples=30, deadline=None, derandomize=True)


def related(seed, points, x_features, y_features, signal=1.0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(points, x_features))
    y = signal * x @ generator.normal(size=(x_features, y_features)) / math.sqrt(x_features)
    return torch.from_numpy(x), torch.from_numpy(y + generator.normal(size=(points, y_features)))


# Subsets


@examples
@given(st.integers(1, 300), st.integers(1, 12))
def test_groups_part_the_points_and_subsets_leave_out_equal_numbers(points, count):
    subsets = make_subsets(points, count, 1)
    covered = np.concatenate([np.arange(points)[group] for group in subsets.groups])
    assert np.array_equal(covered, np.arange(points))
    assert {len(np.arange(points)[g]) for g in subsets.groups[:-1]} <= {points // count}
    members = subsets.group_of(torch.arange(points))
    for number, group in enumerate(subsets.groups):
        assert (members[group] == number).all()


def test_no_subsets_where_they_would_be_too_small():
    assert make_subsets(12, 10, 11).count == 10
    assert make_subsets(12, 10, 12).count == 0
    assert make_subsets(9, 10, 1).count == 0
    assert all(map(math.isnan, subset_interval(1.0, [], make_subsets(9, 10, 1))))


def test_the_interval_of_a_mean_is_students_of_the_group_means():
    values = np.random.default_rng(0).normal(size=200)
    subsets = Subsets(200, 10)
    without = [np.delete(values, np.arange(200)[group]).mean() for group in subsets.groups[:-1]]
    low, high = subset_interval(values.mean(), without, subsets)
    error = values.reshape(10, 20).mean(axis=1).std(ddof=1) / math.sqrt(10)
    assert high - low == pytest.approx(2 * 2.262157 * error, rel=1e-6)
    assert (low + high) / 2 == pytest.approx(values.mean())


@pytest.mark.parametrize("points", [203, 90])
@pytest.mark.parametrize(
    "name", ["debiased_linear_cka", "linear_cka", "rsa", "overlap", "imbalance"]
)
def test_values_on_subsets_are_those_of_the_points_that_are_left(name, points):
    """The interval is the one from computing the measure anew on every subset."""
    functions = {
        "debiased_linear_cka": debiased_linear_cka,
        "linear_cka": linear_cka,
        "rsa": rsa,
        "overlap": lambda x, y: neighbourhood_overlap(x, y, 10),
        "imbalance": lambda x, y: information_imbalance(x, y)[1],
    }
    names = {
        "overlap": "neighbourhood_overlap",
        "imbalance": "information_imbalance_target_to_source",
    }
    measure = names.get(name, name)
    x, y = related(1, points, 6, 5)
    (row,) = compare_blocks({"x": x}, {"y": y}, torch.Generator().manual_seed(2), [measure])
    order = torch.randperm(points, generator=torch.Generator().manual_seed(2))
    x, y, subsets = x[order], y[order], Subsets(points, 10)
    anew = []
    for group in subsets.groups[:-1]:
        kept = torch.ones(points, dtype=torch.bool)
        kept[group] = False
        anew.append(functions[name](x[kept], y[kept]))
    interval = subset_interval(row["value"], anew, subsets)
    # Spearman ranks among all pairs, and not anew in each subset
    tolerance = 2e-3 if name == "rsa" else 1e-9
    assert (row["value_low"], row["value_high"]) == pytest.approx(interval, abs=tolerance)


@pytest.mark.parametrize("name", ["procrustes", "svcca"])
def test_first_order_subsets_are_close_to_exact_ones(name):
    x, y = related(3, 400, 12, 9)
    x[:, :4] *= 3
    subsets = Subsets(400, 10)
    make = {"procrustes": coordinates, "svcca": kept_directions}[name]
    values = {"procrustes": procrustes_aligned, "svcca": mean_correlation}[name]
    scale = distance if name == "procrustes" else float
    whole, of_subsets = values(make(prepare(x)), make(prepare(y)), subsets)
    exact = []
    for group in subsets.groups[:-1]:
        kept = torch.ones(400, dtype=torch.bool)
        kept[group] = False
        pair = (make(prepare(x[kept])), make(prepare(y[kept])))
        exact.append(scale(values(*pair, Subsets(360, 0))[0]))
    fast = subset_interval(scale(whole), [scale(v) for v in of_subsets], subsets)
    slow = subset_interval(scale(whole), exact, subsets)
    assert fast[1] - fast[0] == pytest.approx(slow[1] - slow[0], rel=0.15)


def covered(measure, truth, draw, repeats, **settings):
    """How often the interval of a measure holds its true value."""
    inside = 0
    for seed in range(repeats):
        x, y = draw(np.random.default_rng(seed))
        (row,) = compare_blocks(
            {"x": torch.from_numpy(x)},
            {"y": torch.from_numpy(y)},
            torch.Generator().manual_seed(seed),
            [measure],
            permutations=0,
            **settings,
        )
        inside += row["value_low"] <= truth <= row["value_high"]
    return inside / repeats


def test_intervals_of_cka_cover_the_true_value():
    # CKA of single features is their squared correlation, of variance 4 r^2 (1 - r^2)^2 / N.
    r = 0.6

    def draw(generator):
        x = generator.normal(size=(200, 1))
        return x, r * x + math.sqrt(1 - r**2) * generator.normal(size=(200, 1))

    # 400 repeats: 0.95 has a standard error of 0.011
    assert 0.92 <= covered("debiased_linear_cka", r**2, draw, 400) <= 0.98
    assert 0.92 <= covered("linear_cka", r**2, draw, 400) <= 0.98


def test_intervals_are_as_wide_as_the_known_error():
    r, points = 0.6, 4000
    generator = np.random.default_rng(0)
    x = generator.normal(size=(points, 1))
    y = r * x + math.sqrt(1 - r**2) * generator.normal(size=(points, 1))
    widths = []
    for seed in range(20):
        (row,) = compare_blocks(
            {"x": torch.from_numpy(x)},
            {"y": torch.from_numpy(y)},
            torch.Generator().manual_seed(seed),
            ["debiased_linear_cka"],
            permutations=0,
        )
        widths.append(row["value_high"] - row["value_low"])
    expected = 2 * 2.262 * 2 * r * (1 - r**2) / math.sqrt(points)
    assert np.mean(widths) == pytest.approx(expected, rel=0.15)


def test_intervals_of_overlap_cover_what_other_points_give():
    # At equal N the truth is the mean over draws: overlap depends on N, also in the limit.
    def draw(generator):
        x = generator.normal(size=(200, 4))
        return x, x + 0.7 * generator.normal(size=(200, 4))

    values = []
    for seed in range(1000, 1400):
        x, y = draw(np.random.default_rng(seed))
        values.append(neighbourhood_overlap(torch.from_numpy(x), torch.from_numpy(y)))
    share = covered("neighbourhood_overlap", np.mean(values), draw, 200)
    assert share >= 0.92  # too wide rather than too narrow


# Permutations


@examples
@given(st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_permutations_stay_in_their_blocks(points, seed):
    permutations = draw_permutations(points, 3, torch.Generator().manual_seed(seed))
    assert torch.equal(permutations.sort(dim=1).values, torch.arange(points).expand(3, -1))
    last = max(points // EXCHANGE_ROWS, 1) - 1
    block = (torch.arange(points) // EXCHANGE_ROWS).clamp(max=last)
    assert torch.equal(block[permutations], block.expand(3, -1))


def test_the_first_permutations_do_not_depend_on_their_number():
    few = draw_permutations(150, 2, torch.Generator().manual_seed(0))
    many = draw_permutations(150, 5, torch.Generator().manual_seed(0))
    assert torch.equal(few, many[:2])


def test_interval_of_permutations_is_that_of_one_more_draw():
    inside = 0
    for seed in range(2000):
        *values, further = np.random.default_rng(seed).normal(size=6)
        _, low, high = permutation_interval(values)
        inside += low <= further <= high
    assert 0.935 <= inside / 2000 <= 0.965
    # two values, one degree of freedom: 12.706 s sqrt(1 + 1/2)
    half = 12.7062 * math.sqrt(2) * math.sqrt(1.5)
    assert permutation_interval([0.0, 2.0]) == pytest.approx((1, 1 - half, 1 + half), rel=1e-5)
    assert all(map(math.isnan, permutation_interval([1.0])))


@pytest.mark.parametrize("points", [70, 200])
@pytest.mark.parametrize(
    "name",
    [
        "information_imbalance_source_to_target",
        "information_imbalance_target_to_source",
        "neighbourhood_overlap",
        "mutual_knn",
        "procrustes_distance",
        "svcca",
    ],
)
def test_sampled_nulls_are_from_the_values_of_permuted_rows(name, points):
    x, y = related(4, points, 6, 5)
    generator = torch.Generator().manual_seed(0)
    (row,) = compare_blocks({"x": x}, {"y": y}, generator, [name], permutations=5)
    generator = torch.Generator().manual_seed(0)
    order = torch.randperm(points, generator=generator)
    x, y, anew = x[order], y[order], []
    for p in draw_permutations(points, 5, generator):
        pair = (x[p], y) if name.endswith("target_to_source") else (x, y[p])
        (other,) = compare_blocks(
            {"x": pair[0]}, {"y": pair[1]}, generator, [name], subsets=0, permutations=0
        )
        anew.append(other["value"])
    found = row["null_mean"], row["null_low"], row["null_high"]
    assert found == pytest.approx(permutation_interval(anew), abs=1e-7)


def kernel(generator, points):
    """A skewed symmetric matrix without diagonal."""
    matrix = np.exp(generator.normal(size=(points, points)))
    matrix = matrix + matrix.T
    np.fill_diagonal(matrix, 0)
    return matrix


def all_permutations(statistic, points):
    return np.array([statistic(list(p)) for p in itertools.permutations(range(points))])


def summary_of(matrix, additive):
    builder = SummaryBuilder(torch.from_numpy(matrix.sum(1)), torch.from_numpy(additive))
    centred = torch.cat(
        [builder.add(i, torch.from_numpy(matrix[i : i + 2])) for i in range(0, len(matrix), 2)]
    )
    assert centred.sum(dim=1).abs().max() < 1e-12
    return builder.summary(float((centred @ centred @ centred).trace())), centred.numpy()


@pytest.mark.parametrize("points", [4, 5, 6, 7])
def test_moments_are_those_over_all_permutations(points):
    generator = np.random.default_rng(points)
    sides = []
    for _ in range(2):
        additive = generator.exponential(size=points)
        additive -= additive.mean()
        sides.append((additive, *summary_of(kernel(generator, points), additive)))
    (u, a, a_matrix), (v, b, b_matrix) = sides
    values = all_permutations(
        lambda p: (a_matrix * b_matrix[np.ix_(p, p)]).sum() + u @ v[p], points
    )
    variance, third = permutation_moments(a, b)
    assert values.mean() == pytest.approx(0, abs=1e-10)
    assert variance == pytest.approx(values.var(), rel=1e-10)
    assert third == pytest.approx((values**3).mean(), rel=1e-9)


@pytest.mark.parametrize("features", [2, 30])
@pytest.mark.parametrize("name", ["debiased_linear_cka", "linear_cka", "rsa", "debiased_rbf_cka"])
def test_exact_nulls_have_the_moments_of_permuted_values(name, features, monkeypatch):
    """Mean, variance and skewness that the null is made from, against all 720 permutations."""
    from defrost.similarity import kernel_sums
    from defrost.similarity.rbf_cka import debiased_rbf_cka

    function = {
        "debiased_linear_cka": debiased_linear_cka,
        "linear_cka": linear_cka,
        "rsa": rsa,
        "debiased_rbf_cka": debiased_rbf_cka,
    }[name]
    if name == "rsa" and features == 2:
        features = 3  # of two features a correlation is 1 or -1
    x, y = related(5, 6, features, features + 1)
    x[0] *= 3  # norms that differ
    asked = []
    monkeypatch.setattr(kernel_sums, "null_interval", lambda *m: asked.append(m) or (0, 0))
    compare_blocks({"x": x}, {"y": y}, torch.Generator().manual_seed(0), [name], permutations=1)
    values = all_permutations(lambda p: function(x, y[p]), 6)
    ((mean, variance, third),) = asked[:1]
    assert mean == pytest.approx(values.mean(), abs=1e-9)
    assert variance == pytest.approx(values.var(), rel=1e-6)
    assert third == pytest.approx(((values - values.mean()) ** 3).mean(), rel=1e-4, abs=1e-9)


def test_chance_deviation_of_debiased_cka_depends_on_the_number_of_points_alone():
    for seed, (features, points) in enumerate([(1, 20), (40, 20), (5, 100)]):
        x, y = related(seed, points, features, 3)
        (row,) = compare_blocks(
            {"x": x}, {"y": y}, torch.Generator().manual_seed(0), ["debiased_linear_cka"]
        )
        values = [
            debiased_linear_cka(
                x, y[torch.randperm(points, generator=torch.Generator().manual_seed(s))]
            )
            for s in range(400)
        ]
        expected = math.sqrt(2 / (points * (points - 3)))
        assert np.std(values) == pytest.approx(expected, rel=0.2)
        outside = np.mean([not row["null_low"] <= v <= row["null_high"] for v in values])
        assert 0.02 <= outside <= 0.09


def test_null_interval_is_normal_without_skewness_and_a_gamma_law_with_it():
    assert null_interval(1.0, 4.0, 0.0) == pytest.approx((1 - 1.96 * 2, 1 + 1.96 * 2), abs=1e-3)
    # a chi-squared of 3 degrees of freedom: mean 3, variance 6, third moment 24
    assert null_interval(3.0, 6.0, 24.0) == pytest.approx((0.2158, 9.3484), abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("features", [64, 4096])
def test_nulls_are_calibrated(features):
    """Independent Gaussians fall outside the 95 % null in 1 to 10 % of 200 draws."""
    outside = dict.fromkeys(PAIR_MEASURES, 0)
    for seed in range(200):
        generator = torch.Generator().manual_seed(seed)
        x, y = (torch.randn(256, features, generator=generator) for _ in range(2))
        for row in compare_blocks({"x": x}, {"y": y}, generator, subsets=0):
            outside[row["measure"]] += not row["null_low"] <= row["value"] <= row["null_high"]
    assert {n: s for n, s in outside.items() if not 2 <= s <= 20} == {}
