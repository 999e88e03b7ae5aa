"""Agreement with other libraries on the same arrays; `reference/peers.py` made the numbers."""

import json
from pathlib import Path

import pytest
import torch
from reference.arrays import labels, pair

from defrost.similarity.cka import debiased_linear_cka, linear_cka
from defrost.similarity.cka_stream import LinearCkaStream
from defrost.similarity.compare import compare_blocks
from defrost.similarity.information_imbalance import information_imbalance
from defrost.similarity.intrinsic_dimension import two_nn_dimension
from defrost.similarity.label_overlap import label_overlap
from defrost.similarity.neighbourhood_overlap import neighbourhood_overlap
from defrost.similarity.procrustes import procrustes_distance
from defrost.similarity.rsa import rsa

NUMBERS = json.loads((Path(__file__).parent / "reference/numbers.json").read_text())
each_pair = pytest.mark.parametrize("name", ["narrow", "wide"])


def tensors(name):
    return [torch.from_numpy(x) for x in pair(name)]


def in_a_grid(name, measure, **settings):
    x, y = tensors(name)
    rows = compare_blocks(
        {"x": x}, {"y": y}, torch.Generator().manual_seed(3), [measure], **settings
    )
    return rows[0]["value"]


@each_pair
@pytest.mark.parametrize("neighbours", [1, 3])
def test_information_imbalance_is_that_of_dadapy(name, neighbours):
    expected = NUMBERS["dadapy"][name][f"information_imbalance_{neighbours}"]
    found = information_imbalance(*tensors(name), neighbours=neighbours)
    assert found == pytest.approx(expected, abs=1e-6)
    for direction, value in zip(("source_to_target", "target_to_source"), expected, strict=True):
        measure = f"information_imbalance_{direction}"
        in_grid = in_a_grid(name, measure, imbalance_neighbours=neighbours)
        assert in_grid == pytest.approx(value, abs=1e-6)


@each_pair
@pytest.mark.parametrize("neighbours", [1, 10, 30])
def test_neighbourhood_overlap_is_that_of_dadapy(name, neighbours):
    expected = NUMBERS["dadapy"][name][f"neighbourhood_overlap_{neighbours}"]
    assert neighbourhood_overlap(*tensors(name), neighbours) == pytest.approx(expected, abs=1e-6)
    in_grid = in_a_grid(name, "neighbourhood_overlap", neighbours=neighbours)
    assert in_grid == pytest.approx(expected, abs=1e-6)


@each_pair
def test_label_overlap_is_that_of_dadapy(name):
    expected = NUMBERS["dadapy"][name]["label_overlap_10"]
    found = label_overlap(tensors(name)[0], torch.from_numpy(labels(name)), 10)
    assert found == pytest.approx(expected, abs=1e-6)


@each_pair
@pytest.mark.parametrize("library", ["dadapy", "skdim"])
def test_dimension_is_that_of(name, library):
    for x, expected in zip(tensors(name), NUMBERS[library][name]["two_nn"], strict=True):
        found = two_nn_dimension(x, torch.Generator().manual_seed(0))
        assert found.value == pytest.approx(expected, rel=1e-5)


@each_pair
def test_debiased_cka_is_that_of_torch_cka(name):
    expected = NUMBERS["torch_cka"][name]["debiased_linear_cka"]
    assert debiased_linear_cka(*tensors(name)) == pytest.approx(expected, abs=1e-5)
    assert in_a_grid(name, "debiased_linear_cka") == pytest.approx(expected, abs=1e-5)
    stream = LinearCkaStream()
    stream.add(*tensors(name))
    assert stream.debiased() == pytest.approx(expected, abs=1e-5)


@each_pair
def test_biased_cka_is_that_of_repsim(name):
    expected = NUMBERS["repsim"][name]["linear_cka"]
    assert linear_cka(*tensors(name)) == pytest.approx(expected, abs=1e-5)
    assert in_a_grid(name, "linear_cka") == pytest.approx(expected, abs=1e-5)


@each_pair
def test_rsa_is_that_of_rsatoolbox(name):
    expected = NUMBERS["rsatoolbox"][name]["rsa"]
    assert rsa(*tensors(name)) == pytest.approx(expected, abs=1e-6)
    assert in_a_grid(name, "rsa") == pytest.approx(expected, abs=1e-6)


@each_pair
def test_procrustes_distance_is_that_of_scipy(name):
    expected = NUMBERS["scipy"][name]["procrustes_distance"]
    assert procrustes_distance(*tensors(name)) == pytest.approx(expected, abs=1e-6)
    assert in_a_grid(name, "procrustes_distance") == pytest.approx(expected, abs=1e-6)
