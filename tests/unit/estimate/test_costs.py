"""What a job costs is put together of its start, its steps and its forward passes."""

from types import SimpleNamespace

import pytest
from small_cells import CONVNET, TRAINING

from defrost.estimate.costs import Cost, Machine, cost_of
from defrost.estimate.plan import Job
from defrost.estimate.study import Images, Study

STARTS = {"compute": 1000.0, "tabulate": 100.0, "draw": 10.0}


@pytest.fixture
def study() -> Study:
    values = {
        "target": {"dataset": "digits", "split": {"train": 60, "probe": 60, "test": 30}},
        "sources": {"near": {"kind": "clone", "model": "isotropic", "train_examples": 60}},
        "network": CONVNET,
        "source_seeds": 1,
        "training": TRAINING,
        "pretraining": TRAINING,
        "similarity": {"maps": "flatten"},
    }
    config = {"root_seed": 0, "feature_memory_mb": 0, "studies": {"test": values}}
    return Study(config, "test", Images((1, 8, 8), 3))


@pytest.fixture
def machine(monkeypatch) -> Machine:
    """A machine where steps take a second, and a forward pass one for each example and block."""
    machine = Machine(STARTS, 1e12)
    speeds = SimpleNamespace(
        step=lambda networks, depth, batch: 1.0,
        forward=lambda networks, depth, examples: networks * examples * (3 - depth),
    )
    monkeypatch.setattr(machine, "speeds", lambda study, training, device: speeds)
    return machine


def job(rule, gpu=True, **wildcards):
    return Job(rule, {"study": "test", **wildcards}, [], ["out"], 1, gpu)


def test_a_cell(study, machine):
    names = {"source": "near", "protocol": "freeze", "depth": "2", "size": "20"}
    cost = cost_of(job("train_transfer", **names, first="0", last="1"), study, machine)
    # two replicates of 20 labels, all of them seen, and 30 to test on; two of three blocks frozen
    steps, frozen, evaluation = 20, (20 + 20 + 30) * 2, 2 * (20 + 30) * 1
    assert cost.seconds == 1000 + steps + frozen + evaluation
    assert cost.gpu_seconds == cost.seconds
    assert cost.operations > 0
    assert cost.room > 70 * 4 * 4 * 4 * 4  # the features: 4 maps of 4 x 4 pixels in float32


def test_pretraining(study, machine):
    cost = cost_of(job("pretrain_source", source="near", seed="0"), study, machine)
    assert cost.seconds == 1000 + 20
    assert cost.bytes == study.counts().bytes


@pytest.mark.parametrize(
    ("rule", "seconds"), [("make_dataset", 1000), ("select_depth", 100), ("plot_findings", 10)]
)
def test_other_jobs_take_their_start(study, machine, rule, seconds):
    cost = cost_of(job(rule, gpu=False), study, machine)
    assert (cost.seconds, cost.gpu_seconds, cost.operations) == (seconds, 0, 0)


def test_jobs_of_unknown_images_take_their_start(machine):
    assert cost_of(job("train_scratch"), None, machine) == Cost(0, 1000, 1000)


def test_a_target_takes_nothing(machine):
    target = Job("all", {}, ["in"], [], 1, False)
    assert cost_of(target, None, machine) == Cost()
