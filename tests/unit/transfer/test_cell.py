"""Transfers: what is copied, what stays frozen, what trains, and that cells come in pairs."""

import pytest
import torch

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.networks.build import build_network, read_network
from defrost.provenance.files import write_tensors
from defrost.provenance.seeds import Seeds
from defrost.training.loop import batches
from defrost.transfer.cell import start_replicate, train_cell
from defrost.transfer.phases import train_phases
from defrost.transfer.protocols import plan_of

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
    "training": {"steps": 20, "batch_size": 8, "learning_rate": 0.01, "block_factors": [1, 1, 1]},
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


def started(target, source, plan):
    """Return a network as a plan starts it, the examples and the order of the batches."""
    network, examples, order = start_replicate(SETTINGS, target, 0, Seeds(0))
    network.copy_blocks(source, plan.copied)
    return network, examples, order


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("protocol", ["freeze", "finetune", "defrost", "gradual"])
def test_a_protocol_copies_freezes_and_trains_what_it_says(target, source, protocol, depth):
    plan = plan_of(protocol, depth, 3)
    fresh, _, _ = start_replicate(SETTINGS, target, 0, Seeds(0))
    network, examples, order = started(target, source, plan)
    copied = depth if protocol in ("freeze", "finetune") else 3
    frozen = 0 if protocol == "finetune" else depth
    for number, block in enumerate(network.blocks):
        given = source if number < copied else fresh
        assert equal(state(block), state(given.blocks[number]))
    assert equal(state(network.readout), state(fresh.readout))
    before = [state(block) for block in network.blocks]

    cost = train_phases(network, plan, examples, SETTINGS["training"], order)

    # parameters and normalisation statistics, to the bit
    assert equal(state(network.prefix(frozen)), state(source.prefix(frozen)))
    for number in range(frozen, 3):
        trained = state(network.blocks[number])
        assert not any(torch.equal(trained[name], before[number][name]) for name in trained)
    assert not equal(state(network.readout), state(fresh.readout))
    assert not any(module.training for module in (*network.blocks, network.readout))
    parameters = sum(p.numel() for p in network.suffix(frozen).parameters())
    assert cost["trainable_parameters"] == parameters


def plain_loop(network, plan, examples, training, order):
    """Train as a user would write it: the whole network forward in every step."""
    optimiser, released = None, 4
    rows = batches(len(examples.labels), training, order)
    modules = [*network.blocks, network.readout]
    for frozen, part in zip(plan.frozen, rows.tensor_split(len(plan.frozen)), strict=True):
        new = [p for module in modules[frozen:released] for p in module.parameters()]
        if optimiser is None:
            optimiser = torch.optim.Adam(new, training["learning_rate"])
        elif new:
            optimiser.add_param_group({"params": new})
        released = frozen
        network.train()
        network.prefix(frozen).eval()
        for batch in part:
            loss = torch.nn.functional.cross_entropy(
                network(examples.images[batch]), examples.labels[batch]
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    network.eval()


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("protocol", ["freeze", "finetune", "defrost", "gradual"])
def test_training_on_ready_features_is_training_the_whole_network(target, source, protocol, depth):
    """The frozen blocks seen once give what the plain loop gives, within rounding."""
    plan, training = plan_of(protocol, depth, 3), SETTINGS["training"]
    network, examples, order = started(target, source, plan)
    train_phases(network, plan, examples, training, order)
    plain, _, same_order = started(target, source, plan)
    plain_loop(plain, plan, examples, training, same_order)
    with torch.no_grad():
        assert torch.allclose(network(examples.images), plain(examples.images), atol=1e-4)


def test_a_factor_slows_the_blocks_that_were_copied_and_no_other(target, source):
    training = {**SETTINGS["training"], "steps": 1}
    moved = {}
    for name, factors in (("same", [1, 1, 1]), ("slow", [0.1, 0.5, 0.01])):
        network, examples, order = started(target, source, plan_of("finetune", 2, 3))
        before = [state(block) for block in network.blocks]
        factors = {**training, "block_factors": factors}
        train_phases(network, plan_of("finetune", 2, 3), examples, factors, order)
        moved[name] = [
            (state(block)["0.weight"] - start["0.weight"]).abs().max().item()
            for block, start in zip(network.blocks, before, strict=True)
        ]
    # Adam's first step is the learning rate for every parameter
    expected = [0.1 * moved["same"][0], 0.5 * moved["same"][1], moved["same"][2]]
    assert moved["slow"] == pytest.approx(expected, rel=1e-3)


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
