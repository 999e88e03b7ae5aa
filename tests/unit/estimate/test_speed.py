"""Seconds of a training step: from few measurements, or from an assumed rate."""

import pytest
import torch

from defrost.estimate.counts import count_network, step_operations
from defrost.estimate.speed import _OPERATIONS, Assumed, Measured, Speed
from defrost.estimate.study import Images

WIDE = {"name": "mlp", "widths": [8] * 12}
TRAINING = {"batch_size": 32, "optimiser": "adam", "weight_decay": 0, "schedule": "constant"}
TRAINING |= {"steps": 100}
IMAGES = Images((1, 1, 10), 3)


@pytest.fixture
def measured(monkeypatch) -> tuple[Measured, list]:
    """Speeds on a machine where a step takes 2 s and as much for each example as blocks train."""
    asked = []

    def timed(self, networks, depth):
        asked.append((networks, depth))
        return lambda batch: 2 + networks * (12 - depth) * batch

    monkeypatch.setattr(Measured, "_timed", timed)
    return Measured(WIDE, IMAGES, TRAINING, "cpu"), asked


def test_a_step_has_a_start_and_a_time_for_each_example(measured):
    speeds, _ = measured
    assert speeds.of(3, 0) == Speed(2, 36)
    assert speeds.step(3, 0, 10) == 362
    assert speeds.forward(3, 0, 10) == pytest.approx(120)  # a third of what the examples take


def test_depths_between_those_measured_are_interpolated(measured):
    speeds, asked = measured
    taken = [speeds.step(1, depth, 10) for depth in range(13)]
    assert taken == pytest.approx([2 + (12 - depth) * 10 for depth in range(13)])
    assert len(asked) == 6


def test_networks_that_do_not_stack_train_one_after_another(measured, monkeypatch):
    speeds, asked = measured
    monkeypatch.setattr(
        speeds, "counts", speeds.counts.__class__(**{**vars(speeds.counts), "stacks": False})
    )
    assert speeds.step(5, 0, 10) == 5 * speeds.step(1, 0, 10)
    assert asked == [(1, 0)]


def test_large_steps_are_measured_on_few_examples(monkeypatch):
    batches = []
    monkeypatch.setattr(Measured, "_timed", lambda *_: lambda n: batches.append(n) or 5 * n)
    speeds = Measured(WIDE, IMAGES, TRAINING, "cpu")
    monkeypatch.setitem(_OPERATIONS, "cpu", 9 * step_operations(speeds.counts, 0, 2) // 2)
    assert speeds.of(1, 0) == Speed(0, 5)
    assert batches == [9]


def test_a_step_is_measured_here():
    speeds = Measured(WIDE, IMAGES, TRAINING, "cpu")
    assert 0 < speeds.step(2, 0, 32) < 10
    assert 0 <= speeds.call() < 1


def test_an_assumed_device_does_so_many_operations_a_second():
    counts = count_network(WIDE, IMAGES.shape, IMAGES.classes)
    fast = Assumed(counts, 1e3, call=0)
    assert fast.step(3, 0, 32) == 3 * step_operations(counts, 0, 32) / 1e3
    assert (
        fast.forward(3, 12, 10) == 3 * 10 * (2 * 8 * 3) / 1e3
    )  # the readout: 8 features, 3 classes


def test_but_no_step_is_shorter_than_its_start():
    counts = count_network(WIDE, IMAGES.shape, IMAGES.classes)
    slow = Assumed(counts, 1e30, call=1.0)
    # a linear map with its bias, its gradients, and the loss: some operations, not hundreds
    assert 5 < slow.step(1, 12, 32) < 20
    assert slow.step(3, 12, 32) == slow.step(1, 12, 32)
    assert slow.step(1, 0, 32) > 12 * 5


def test_counts_of_operations_are_in_proportion_to_the_batch():
    from defrost.networks.build import build_network
    from defrost.training.cost import forward_flops, step_flops

    settings = {"name": "convnet", "widths": [4, 6], "pool_after": [1]}
    counts = count_network(settings, (3, 9, 7), 5)
    network = build_network(settings, (3, 9, 7), 5, lambda number: number)
    images, labels = torch.randn(11, 3, 9, 7), torch.arange(11) % 5
    for depth in range(3):
        prefix, suffix = network.prefix(depth).eval(), network.suffix(depth).train()
        seen = prefix(images).detach()
        assert counts.shapes[depth] == seen.shape[1:]
        assert 11 * counts.forward[depth] == forward_flops(prefix, images)
        assert step_operations(counts, depth, 11) == step_flops(suffix, seen, labels)
    assert 11 * counts.whole == forward_flops(network.eval(), images)
    assert counts.stacks
