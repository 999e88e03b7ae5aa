"""What is known of a study before it is made, and what its files will take."""

import contextlib
import io
import math

import pytest
import torch
from small_cells import TRAINING

from defrost.data.dataset import Dataset, Examples
from defrost.data.wgan import train_wgan
from defrost.estimate import wgans
from defrost.estimate.counts import Tally
from defrost.estimate.disk import bytes_left
from defrost.estimate.plan import Job
from defrost.estimate.study import Images, Study, known_images
from defrost.provenance.resume import Resume

SPLIT = {"train": 30, "probe": 20, "test": 10}


@pytest.mark.parametrize(
    ("target", "images"),
    [
        ({"dataset": "CIFAR10"}, ((3, 32, 32), 10)),
        ({"dataset": "hidden_manifold", "input_dimension": 50, "class_count": 3}, ((1, 1, 50), 3)),
        (
            {
                "dataset": "MNIST",
                "classes": [0, [1, 2]],
                "image": {"channels": 3, "height": 8, "width": 9},
            },
            ((3, 8, 9), 2),
        ),
        ({"dataset": "folder", "path": "mine"}, None),
    ],
)
def test_images_are_known_from_the_config(tmp_path, target, images):
    assert known_images(target, tmp_path / "target.safetensors") == images


def test_or_from_the_data_set_once_that_is_made(tmp_path):
    path = tmp_path / "target.safetensors"
    examples = Examples(torch.zeros(6, 3, 5, 7), torch.arange(6) % 4)
    Dataset({"train": examples}, torch.zeros(3), torch.ones(3)).write(path, {})
    assert known_images({"dataset": "folder", "path": "mine"}, path) == Images((3, 5, 7), 4)


@pytest.fixture
def study() -> Study:
    sources = {
        "gaussian": {"kind": "clone", "model": "gaussian", "train_examples": 9, "test_examples": 5},
        "svhn": {"kind": "SVHN", "test_examples": 40},
        "parity": {"kind": "MNIST", "classes": [[0, 2], [1, 3]]},
    }
    target = {"dataset": "digits", "split": SPLIT}
    values = {"target": target, "sources": sources, "network": {"name": "mlp", "widths": [6]}}
    similarity = {"maps": "flatten"}
    studies = {"test": {**values, "similarity": similarity, "training": TRAINING}}
    return Study({"root_seed": 0, "studies": studies}, "test", Images((1, 8, 8), 10))


def test_examples_and_classes_of_sources(study):
    assert study.examples("target") == SPLIT
    assert study.examples("gaussian") == {"train": 9, "test": 5}
    assert study.examples("svhn") == {"train": 10 * 4659, "test": 40}
    assert study.examples("parity") == {"train": 2 * 5421, "test": 2 * 892}
    assert study.source_classes("parity") == 2
    assert study.source_classes("gaussian") == 10


@pytest.mark.parametrize(
    ("rule", "wildcards", "numbers"),
    [
        ("make_dataset", {}, 60 * (64 + 2)),  # a label takes as much as two pixels
        ("sample_clone", {"source": "gaussian"}, 14 * (64 + 2)),
        ("fit_clone", {"source": "gaussian"}, 10 * (64 + 64 * 64)),
        # 64 x 6 weights; the normalisation of 6 units with its count; the readout
        ("pretrain_source", {"source": "gaussian"}, 64 * 6 + 4 * 6 + 2 + 6 * 10 + 10),
        ("extract_activations", {"network": "sources/svhn/seed-0"}, 20 * 6),
        ("plot_optimal_depth", {}, 0),
    ],
)
def test_bytes_that_a_job_leaves(study, rule, wildcards, numbers):
    assert bytes_left(Job(rule, wildcards, [], ["out"], 1, False), study) == 4 * numbers


def test_a_wgan_of_large_images_is_that_of_small_ones_in_proportion(tmp_path, monkeypatch):
    monkeypatch.setattr(wgans, "_SIDE", 8)
    examples = Examples(torch.rand(12, 1, 8, 8), torch.arange(12) % 4)
    with contextlib.redirect_stdout(io.StringIO()), Tally() as tally:
        model, _ = train_wgan(examples, 1, lambda part: 0, Resume(tmp_path, "", math.inf))
    assert model.pop("range").numel() == 2
    written = sum(tensor.numel() * tensor.element_size() for tensor in model.values())
    assert wgans.file_bytes((1, 8, 8), 4) == written
    operations, seconds = wgans.step_cost((1, 16, 8), 4)
    assert operations == 2 * tally.operations
    assert 0 < seconds < 100
