"""Where data sets come from, and the dial that a study sweeps."""

import pytest

from defrost.config.origins import (
    clones,
    controls,
    datasets_from,
    examples_of,
    is_candidate,
    manifold_settings,
    origin,
    real_task,
    recommendation_roles,
    similarity_order,
    swept_dial,
    weights_of,
)

MIXED = {
    "target": {"dataset": "digits", "split": {"train": 100, "probe": 50, "test": 50}},
    "sources": {
        "near": {"kind": "clone", "model": "gaussian", "train_examples": 9, "test_examples": 3},
        "nearer": {"kind": "clone", "model": "wgan"},
        "turned": {
            "kind": "MNIST",
            "corruption": {"kind": "rotation", "strength": 30},
            "test_examples": 7,
        },
        "mine": {"kind": "arrays", "path": "mine.npz", "classes": [0, [1, 2]]},
        "random": {"kind": "untrained"},
        "elsewhere": {"kind": "weights", "version": "IMAGENET1K_V1", "sizes": [20]},
    },
}


def manifold(**sources: dict) -> dict:
    dials = {"feature_overlap": 1, "feature_kept": 1, "teacher_overlap": 1, "latent_ratio": 1}
    dimensions = {"latent_dimension": 3, "input_dimension": 9, "class_count": 2}
    return {
        "target": {"dataset": "hidden_manifold", **dimensions},
        "sources": {n: {"kind": "hidden_manifold", **dials, **s} for n, s in sources.items()},
    }


def test_every_data_set_has_one_origin():
    places = ["real target", "moments", "wgan", "real source", "real source", "control"]
    places.append("weights")
    names = ["target", *MIXED["sources"]]
    assert [origin(MIXED, name) for name in names] == places
    assert datasets_from(MIXED, "real source") == ["turned", "mine"]
    assert datasets_from(manifold(a={}), "hidden manifold") == ["target", "a"]
    assert clones(MIXED) == ["near", "nearer"]


def test_examples_are_those_that_the_config_names():
    assert examples_of(MIXED, "target") == {"train": 100, "probe": 50, "test": 50}
    assert examples_of(MIXED, "near") == {"train": 9, "test": 3}
    assert examples_of(MIXED, "turned") == {"test": 7}


def test_a_real_source_is_described_as_a_target_is():
    assert real_task(MIXED, "mine") == {
        "dataset": "arrays",
        "path": "mine.npz",
        "classes": [0, [1, 2]],
    }
    assert real_task(MIXED, "turned")["corruption"]["strength"] == 30


def test_weights_come_from_where_the_config_says():
    assert weights_of(MIXED, "elsewhere") == {"version": "IMAGENET1K_V1"}
    assert examples_of(MIXED, "elsewhere") == {}


def test_a_manifold_has_the_targets_dimensions_and_its_own_dials():
    study = manifold(half={"feature_kept": 0.5})
    assert manifold_settings(study, "target")["dials"] == {}
    settings = manifold_settings(study, "half")
    assert settings["latent_dimension"] == 3
    assert settings["dials"]["feature_kept"] == 0.5


@pytest.mark.parametrize(
    ("study", "dial"),
    [
        (manifold(a={"feature_overlap": 0}, b={"feature_overlap": 0.5}), "feature_overlap"),
        (manifold(a={}, b={"latent_ratio": 0.5}), "latent_ratio"),
        (manifold(a={}, b={}), None),
        (manifold(a={}, b={}, c={"feature_overlap": 0}), None),
        (manifold(a={"feature_kept": 0}, b={"feature_overlap": 0}), None),
        (MIXED, None),
    ],
)
def test_a_dial_is_swept_where_the_sources_differ_in_it_alone(study, dial):
    found = swept_dial(study)
    assert found is None if dial is None else found[0] == dial


def test_a_sweep_leaves_out_what_is_no_hidden_manifold():
    study = manifold(a={"feature_overlap": 0}, b={})
    study["sources"]["random"] = {"kind": "untrained"}
    assert swept_dial(study) == ("feature_overlap", {"a": 0, "b": 1})


def test_candidates_exist_without_the_targets_data():
    found = [name for name in MIXED["sources"] if is_candidate(MIXED, name)]
    assert found == ["turned", "mine", "elsewhere"]
    dials = manifold(far={"feature_overlap": 0})
    assert not is_candidate(dials, "far")


def test_what_each_source_is_to_the_recommendation():
    same = {"kind": "digits", "corruption": {"kind": "rotation", "strength": 90}}
    study = {
        "target": MIXED["target"],
        "sources": {**MIXED["sources"], "same_set": same},
        "selection": {"sources": ["near", "mine", "same_set"], "sizes": [50]},
    }
    assert recommendation_roles(study) == {
        "near": "no candidate",
        "nearer": "no candidate",
        "turned": "not compared",
        "mine": "compared",
        "random": "no candidate",
        "elsewhere": "not compared",
        "same_set": "shared",
    }


def test_two_files_are_two_sets():
    study = {"target": {"dataset": "arrays", "path": "a.npz"}, "selection": {"sources": ["b", "a"]}}
    study["sources"] = {name: {"kind": "arrays", "path": f"{name}.npz"} for name in "ab"}
    assert recommendation_roles(study) == {"a": "shared", "b": "compared"}


def test_controls_are_those_that_must_be_worth_nothing_or_much():
    kinds = ("untrained", "shuffled_labels", "same_task")
    study = {**MIXED, "sources": {**MIXED["sources"], **{k: {"kind": k} for k in kinds}}}
    assert controls(study) == {
        "random": "negative",
        "untrained": "negative",
        "shuffled_labels": "negative",
        "same_task": "positive",
    }
    assert controls(
        manifold(
            other_features={"feature_overlap": 0},
            other_rows={"feature_kept": 0},
            other_teacher={"teacher_overlap": 0},
            fewer={"latent_ratio": 0.5},
            same={},
        )
    ) == {"other_features": "negative", "other_rows": "negative", "same": "positive"}


def test_similarity_is_known_from_the_dial_or_from_the_ladder_of_clones():
    assert similarity_order(MIXED) == {"near": 1, "nearer": 2}
    dials = manifold(a={"feature_overlap": 0.5}, b={})
    assert similarity_order(dials) == {"a": 0.5, "b": 1}
