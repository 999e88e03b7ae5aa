"""What the registry says of the scores is what they do, and what the docs say."""

import inspect
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from selection_problems import labelled, permuted, readout, two_networks

from defrost.selection.folds import stratified_folds
from defrost.selection.registry import SCORES
from defrost.selection.scores import FUNCTIONS, score_source

examples = settings(max_examples=10, deadline=None, derandomize=True)
CHANGES = ("rotation", "scale", "offset", "feature_scales")
ON_FEATURES = [name for name, score in SCORES.items() if "features" in score.needs]


def given_data(count=60, width=12, seed=0):
    """Data and parameters for every score; the labels are those of the features."""
    features, labels = labelled(count, width, 4, 0.5, seed)
    probabilities, _ = readout(count, 5, 3, seed)
    _, target_features = two_networks(count, 8, 10, seed)
    return {
        "features": features,
        "target_features": target_features + features[:, :10],
        "probabilities": probabilities,
        "labels": labels,
        "rank_points": 2000,
        "folds": stratified_folds(labels, 5, torch.Generator().manual_seed(seed)),
    }


def changed(features, change, seed):
    """The features in float64 after a change; offsets and factors are of a common size."""
    generator = np.random.default_rng(seed)
    width = features.shape[1]
    x = features.double()
    match change:
        case "rotation":
            return x @ torch.from_numpy(np.linalg.qr(generator.normal(size=(width, width)))[0])
        case "scale":
            return x * float(np.exp(generator.uniform(-8, 8)))
        case "offset":
            return x + torch.from_numpy(generator.normal(size=width) * 3)
        case "feature_scales":
            return x * torch.from_numpy(np.exp(generator.uniform(-2, 2, width)))


def test_every_score_has_a_function_that_takes_what_it_needs():
    assert list(FUNCTIONS) == list(SCORES)
    for name, score in SCORES.items():
        taken = tuple(inspect.signature(FUNCTIONS[name]).parameters)
        assert taken == (*score.needs, *score.parameters), name
        assert FUNCTIONS[name].__name__ == name
        assert score.invariant_to <= set(CHANGES)


@pytest.mark.parametrize("name", SCORES)
def test_every_score_is_defined_on_ordinary_data_and_repeats(name):
    data = given_data()
    first = score_source(name, data)
    assert math.isfinite(first.value)
    assert first.reason == ""
    assert type(first.value) is float
    assert score_source(name, data) == first


@pytest.mark.parametrize("name", SCORES)
def test_a_score_leaves_its_data_alone(name):
    data = given_data()
    before = {key: x.clone() for key, x in data.items() if isinstance(x, torch.Tensor)}
    score_source(name, data)
    assert all(torch.equal(data[key], x) for key, x in before.items())


@pytest.mark.parametrize("name", ON_FEATURES)
@pytest.mark.parametrize("change", CHANGES)
@examples
@given(st.integers(0, 2**32 - 1), st.sampled_from([(40, 12), (16, 30)]))
def test_scores_ignore_what_they_claim_to_ignore(name, change, seed, shape):
    if change not in SCORES[name].invariant_to:
        return
    data = given_data(*shape, seed)
    other = {**data, "features": changed(data["features"], change, seed)}
    expected = score_source(name, data).value
    assert score_source(name, other).value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ON_FEATURES)
@pytest.mark.parametrize("change", CHANGES)
def test_scores_mind_what_they_do_not_claim_to_ignore(name, change):
    if change in SCORES[name].invariant_to:
        return
    moved = []
    for seed in range(5):
        data = given_data(80, 12, seed)
        other = {**data, "features": changed(data["features"], change, seed)}
        moved.append(abs(score_source(name, other).value - score_source(name, data).value))
    assert max(moved) > 1e-3


@pytest.mark.parametrize("name", SCORES)
def test_the_order_of_the_examples_does_not_matter(name):
    data = given_data()
    order = torch.randperm(60, generator=torch.Generator().manual_seed(1))
    place = order.argsort()
    shuffled = {key: x[order] if isinstance(x, torch.Tensor) else x for key, x in data.items()}
    shuffled["folds"] = [type(f)(place[f.train], place[f.validation]) for f in data["folds"]]
    expected = score_source(name, data).value
    assert score_source(name, shuffled).value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", SCORES)
def test_unrelated_data_come_to_what_the_registry_says_and_related_to_more(name):
    count = 1600
    classes = torch.arange(count) % 4
    features, _ = labelled(count, 12, 4, 1.0, relu=False)
    source, target = two_networks(count, 12, 12)
    related = {
        # of mean 0: an offset tells LogME how frequent a class is
        "features": source if "target_features" in SCORES[name].needs else features,
        "target_features": target,
        "probabilities": 0.7 * torch.nn.functional.one_hot(classes).float() + 0.075,
        "labels": classes,
        "rank_points": 400,
        "folds": stratified_folds(classes, 5, torch.Generator().manual_seed(0)),
    }
    related["features"] = related["features"] - related["features"].mean(dim=0)
    unrelated = {
        **related,
        "labels": permuted(classes, 1),
        "target_features": permuted(target, 1),
    }
    chance = SCORES[name].chance([400] * 4)
    assert score_source(name, unrelated).value == pytest.approx(chance, abs=0.04)
    better = 1 if SCORES[name].larger_is_better else -1
    assert better * (score_source(name, related).value - chance) > 0.15


@pytest.mark.parametrize("name", SCORES)
def test_missing_data_give_a_reason(name):
    data = given_data()
    lost = SCORES[name].needs[0]
    del data[lost]
    found = score_source(name, data)
    assert math.isnan(found.value)
    assert found.reason == f"no {lost} of this source"


def test_chance_values_by_hand():
    chance = {name: score.chance([30, 10]) for name, score in SCORES.items()}
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert chance["leep"] == chance["nce"] == pytest.approx(-entropy)
    assert chance["linear_probe"] == 0.75
    # the log density of a normal of mean 0 and the variance p of an indicator's square
    log_density = [-0.5 * math.log(2 * math.pi * p) - 0.5 for p in (0.75, 0.25)]
    assert chance["logme"] == pytest.approx(np.mean(log_density))


def test_the_names_can_be_read_without_torch(root):
    script = "import sys, defrost.selection.registry; print('torch' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=root / "workflow/scripts",
        check=True,
    )
    assert result.stdout.strip() == "False"


def test_the_page_has_a_row_for_every_score_that_says_the_same(root):
    page = (root / "docs/scores.md").read_text()
    words = {
        "features": "features",
        "target_features": "target network",
        "labels": "labels",
        "probabilities": "source's probabilities",
    }
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| `")
    ]
    expected = [
        [
            f"`{name}`",
            ", ".join(words[need] for need in score.needs),
            "yes" if score.larger_is_better else "no",
            score.uninformative,
            ", ".join(c.replace("_", " ") for c in CHANGES if c in score.invariant_to) or "none",
            score.paper,
        ]
        for name, score in SCORES.items()
    ]
    assert rows == expected
