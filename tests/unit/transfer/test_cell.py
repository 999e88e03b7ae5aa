"""Transfers: what is copied, what stays frozen, what trains, and that cells come in pairs."""

import pytest
import torch

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.networks.build import build_network, read_network
from defrost.provenance.files import write_tensors
from defrost.provenance.seeds import Seeds
from defrost.transfer.cell import start_replicate, train_cell, train_from
from defrost.transfer.protocols import PROTOCOLS

NETWORK = {"name": "convnet", "widths": [4, 4, 4], "pool_after": [1, 3]}
SETTINGS = {
    "study": "test",
    "target": "random",
    "source": "near",
    "protocol": "freeze",
    "depth": 2,
    "size": 20,
    "first": 0,
    "last": 1,
    "network": NETWORK,
    "training": {"steps": 20, "batch_size": 8, "learning_rate": 0.01},
}


@pytest.fixture(scope="module")
def target():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(60) % 3
    images = torch.randn(60, 1, 8, 8, generator=generator) + labels[:, None, None, None]
    examples = Examples(images, labels)
    return Dataset({"train": examples, "test": examples}, *channel_statistics(images))


@pytest.fixture(scope="module")
def source(target):
    network = build_network(NETWORK, target.image_shape, target.classes, lambda block: 100 + block)
    for module in network.modules():  # statistics that differ from those of a fresh network
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean -= 0.5
    return network.eval()


def state(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def equal(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("depth", range(4))
def test_freeze_copies_the_first_blocks_and_keeps_them_to_the_bit(target, source, depth):
    network, examples, order = start_replicate(SETTINGS, target, 0, Seeds(0))
    fresh, _, _ = start_replicate(SETTINGS, target, 0, Seeds(0))
    frozen = PROTOCOLS["freeze"](network, source, depth)
    assert frozen == depth
    for number, block in enumerate(network.blocks):
        given = source if number < depth else fresh
        assert equal(state(block), state(given.blocks[number]))
    assert equal(state(network.readout), state(fresh.readout))

    train_from(network, frozen, examples, SETTINGS["training"], order)

    assert equal(state(network.prefix(depth)), state(source.prefix(depth)))
    for (name, trained), start in zip(
        network.suffix(depth).named_parameters(), fresh.suffix(depth).parameters(), strict=True
    ):
        assert not torch.equal(trained, start), name


def test_training_on_ready_features_is_training_the_whole_network(target, source):
    """The frozen blocks seen once give what the plain loop gives, within rounding."""
    depth, training = 2, SETTINGS["training"]
    network, examples, order = start_replicate(SETTINGS, target, 0, Seeds(0))
    plain, _, same_order = start_replicate(SETTINGS, target, 0, Seeds(0))
    for each in (network, plain):
        PROTOCOLS["freeze"](each, source, depth)
    train_from(network, depth, examples, training, order)

    optimiser = torch.optim.Adam(plain.suffix(depth).parameters(), training["learning_rate"])
    from defrost.training.loop import batches

    plain.train()
    plain.prefix(depth).eval()
    for batch in batches(len(examples.labels), training, same_order):
        logits = plain(examples.images[batch])
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(logits, examples.labels[batch]).backward()
        optimiser.step()
    plain.eval()
    with torch.no_grad():
        assert torch.allclose(network(examples.images), plain(examples.images), atol=1e-4)


def test_replicates_are_paired_across_sizes_depths_and_sources(target):
    small, few, _ = start_replicate({**SETTINGS, "size": 7}, target, 3, Seeds(0))
    other = {**SETTINGS, "size": 20, "source": "far", "depth": 1}
    large, many, _ = start_replicate(other, target, 3, Seeds(0))
    assert equal(state(small), state(large))
    assert torch.equal(few.images, many.images[:7])
    assert sorted(many.labels.bincount().tolist()) == [6, 7, 7]
    another, _, _ = start_replicate(SETTINGS, target, 4, Seeds(0))
    assert not equal(state(small), state(another))


def test_a_replicate_does_not_depend_on_its_block(target, source):
    together = list(train_cell(SETTINGS, target, source, Seeds(0)))
    alone = list(train_cell({**SETTINGS, "first": 1}, target, source, Seeds(0)))
    for row in (together[1], alone[0]):
        del row["train_seconds"]
    assert together[1] == alone[0]


def test_depth_zero_is_the_network_from_scratch(target, source):
    names = ("train_accuracy", "test_accuracy", "test_loss", "train_flops")
    transferred = list(train_cell({**SETTINGS, "depth": 0}, target, source, Seeds(0)))
    scratch = list(train_cell({**SETTINGS, "depth": 0}, target, None, Seeds(0)))
    for one, other in zip(transferred, scratch, strict=True):
        assert [one[name] for name in names] == [other[name] for name in names]


def test_deeper_transfers_train_fewer_parameters_and_cost_less(target, source):
    rows = [
        next(train_cell({**SETTINGS, "depth": depth, "last": 0}, target, source, Seeds(0)))
        for depth in range(4)
    ]
    for column in ("trainable_parameters", "train_flops"):
        values = [row[column] for row in rows]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == 4


def test_a_network_comes_back_from_its_file(target, source, tmp_path):
    write_tensors(tmp_path / "n.safetensors", source.state_dict(), {})
    read = read_network(tmp_path / "n.safetensors", NETWORK, target.image_shape)
    assert equal(state(source), state(read))
    activations = read.activations(target.normalised("test").images)
    assert {block: values.shape[1] for block, values in activations.items()} == {
        "1": 64,
        "2": 64,
        "3": 16,
    }
