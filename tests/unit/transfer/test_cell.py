"""Cells: what is copied, what stays frozen, what trains, and that replicates come in pairs."""

import math

import pytest
import torch
from small_cells import CELL, TRAINING, equal, fixed, state

from defrost.networks.build import build_network, read_network
from defrost.networks.replicates import Replicates
from defrost.provenance.files import write_tensors
from defrost.provenance.resume import Resume
from defrost.provenance.seeds import Seeds
from defrost.transfer.cell import pupils_of, train_cell, train_reference
from defrost.transfer.frozen import FrozenBlocks
from defrost.transfer.phases import train_phases
from defrost.transfer.protocols import plan_of

PROTOCOLS = ["freeze", "finetune", "defrost", "gradual"]


def started(target, source, plan, settings=CELL, double=False):
    """Return two replicates as a plan starts them, with the images and what they see of them."""
    pupils = pupils_of(settings, target, [0, 1], Seeds(0))
    networks = pupils.start(pupils.draws, source, plan)
    images = pupils.images
    if double:  # so that a comparison shows an error and not rounding
        images, source = images.double(), source.double()
        networks = [network.double() for network in networks]
    return networks, images, pupils.lesson(pupils.draws)


def trained(target, source, plan, resume, training=TRAINING, **kwargs):
    networks, images, lesson = started(
        target, source, plan, {**CELL, "training": training}, **kwargs
    )
    frozen = FrozenBlocks(source, images, math.inf, resume.folder)
    costs = train_phases(Replicates(networks), plan, frozen, lesson, training, resume)
    return networks, images, lesson, costs


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_protocol_copies_freezes_and_trains_what_it_says(target, source, resume, protocol, depth):
    plan = plan_of(protocol, depth, 3)
    copied = depth if protocol in ("freeze", "finetune") else 3
    frozen = 0 if protocol == "finetune" else depth
    fresh, _, _ = started(target, source, plan_of("freeze", 0, 3))
    start, _, _ = started(target, source, plan)
    for network, new in zip(start, fresh, strict=True):
        for number, block in enumerate(network.blocks):
            given = source if number < copied else new
            assert equal(state(block), state(given.blocks[number]))
        assert equal(state(network.readout), state(new.readout))

    networks, _, _, costs = trained(target, source, plan, resume)

    for network, before, cost in zip(networks, start, costs, strict=True):
        # parameters and normalisation statistics, to the bit
        assert equal(state(network.prefix(frozen)), state(source.prefix(frozen)))
        for block, old in zip(network.blocks[frozen:], before.blocks[frozen:], strict=True):
            assert not any(
                torch.equal(state(block)[name], old.state_dict()[name]) for name in state(block)
            )
        assert not equal(state(network.readout), state(before.readout))
        assert not any(module.training for module in (*network.blocks, network.readout))
        parameters = sum(p.numel() for p in network.suffix(frozen).parameters())
        assert cost["trainable_parameters"] == parameters
    assert not equal(state(networks[0].readout), state(networks[1].readout))


def plain_loop(network, plan, images, labels, order, training):
    """Train as a user would write it: the whole network forward in every step."""
    optimiser, released = None, 4
    modules = [*network.blocks, network.readout]
    for frozen, part in zip(plan.frozen, order.tensor_split(len(plan.frozen)), strict=True):
        new = [p for module in modules[frozen:released] for p in module.parameters()]
        if optimiser is None:
            optimiser = torch.optim.Adam(new, training["learning_rate"])
        elif new:
            optimiser.add_param_group({"params": new})
        released = frozen
        network.train()
        network.prefix(frozen).eval()
        for batch in part:
            loss = torch.nn.functional.cross_entropy(network(images[batch]), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    network.eval()


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_replicates_on_ready_features_are_a_plain_loop_over_whole_networks(
    target, source, resume, protocol, depth
):
    plan = plan_of(protocol, depth, 3)
    networks, images, lesson, _ = trained(target, source, plan, resume, double=True)
    plain, _, _ = started(target, source, plan, double=True)
    for number, (network, other) in enumerate(zip(networks, plain, strict=True)):
        plain_loop(other, plan, images, lesson.labels, lesson.order[:, number], TRAINING)
        with torch.no_grad():
            assert torch.allclose(network(images), other(images), rtol=0, atol=1e-6)


@pytest.mark.parametrize("memory", [math.inf, 0])
def test_ready_features_give_the_logits_of_the_whole_network(target, source, tmp_path, memory):
    images = target.normalised("train").images
    for depth in range(4):
        features = FrozenBlocks(source, images, memory, tmp_path).features(depth)
        with torch.no_grad():
            logits = source.suffix(depth)(features)
            assert torch.allclose(logits, source(images), rtol=0, atol=1e-6)
    assert len(list(tmp_path.iterdir())) == (0 if memory else 3)


def test_features_on_disk_train_the_same_bits(target, source, tmp_path):
    rows = []
    for name, memory in (("memory", math.inf), ("disk", 0)):
        resume = Resume(tmp_path / name, "", math.inf)
        rows.append(list(train_cell(CELL, target, source, Seeds(0), resume, memory)))
    assert fixed(rows[0]) == fixed(rows[1])
    assert (tmp_path / "disk/train/depth-2.features").exists()


def test_a_factor_slows_the_blocks_that_were_copied_and_no_other(target, source, resume):
    plan, moved = plan_of("finetune", 2, 3), {}
    before, _, _ = started(target, source, plan)
    for name, factors in (("same", [1, 1, 1]), ("slow", [0.1, 0.5, 0.01])):
        training = {**TRAINING, "steps": 1, "block_factors": factors}
        (network, _), _, _, _ = trained(target, source, plan, resume, training)
        moved[name] = [
            (block[0].weight - old[0].weight).abs().max().item()
            for block, old in zip(network.blocks, before[0].blocks, strict=True)
        ]
    # Adam's first step is the learning rate for every parameter
    expected = [0.1 * moved["same"][0], 0.5 * moved["same"][1], moved["same"][2]]
    assert moved["slow"] == pytest.approx(expected, rel=1e-3)


def test_replicates_are_paired_across_sizes_depths_and_sources(target):
    other = {**CELL, "size": 20, "source": "far", "depth": 1}
    small, large = (pupils_of(s, target, [3], Seeds(0)) for s in ({**CELL, "size": 7}, other))
    networks = [p.start(p.draws, None, plan_of("freeze", 0, 3))[0] for p in (small, large)]
    assert equal(*map(state, networks))
    few, many = small.draws[0].order.unique(), large.draws[0].order.unique()
    assert set(few.tolist()) < set(many.tolist())
    assert sorted(target.splits["train"].labels[many].bincount().tolist()) == [6, 7, 7]
    other = pupils_of(CELL, target, [4], Seeds(0))
    (another,) = other.start(other.draws, None, plan_of("freeze", 0, 3))
    assert not equal(state(networks[0]), state(another))


def test_a_replicate_does_not_depend_on_its_company(target, source, resume):
    three = list(train_cell({**CELL, "last": 2}, target, source, Seeds(0), resume))
    resume.forget()
    two = list(train_cell({**CELL, "first": 1, "last": 2}, target, source, Seeds(0), resume))
    for one, other in zip(fixed(three[1:]), fixed(two), strict=True):
        # to rounding: how a convolution sums may depend on how many there are beside it
        assert one == pytest.approx(other, rel=1e-3)


def test_replicates_start_from_the_networks_of_a_source_in_turn(target, source, resume):
    other = build_network(CELL["network"], target.image_shape, target.classes, lambda n: 200 + n)
    cell = {**CELL, "last": 2, "source_seeds": 2}
    rows = []
    for number, network in enumerate((source, other.eval())):
        rows += train_cell({**cell, "source_seed": number}, target, network, Seeds(0), resume)
    assert [(row["replicate"], row["source_seed"]) for row in rows] == [(0, 0), (2, 0), (1, 1)]
    for number, network in enumerate((source, other)):
        resume.forget()
        alone = list(train_cell({**CELL, "last": 2}, target, network, Seeds(0), resume))
        for row in rows:
            if row["source_seed"] == number:
                (same,) = fixed([alone[row["replicate"]]])
                assert fixed([{**row, "source_seed": 0}])[0] == pytest.approx(same, rel=1e-3)


def test_a_block_without_a_replicate_of_a_network_has_no_rows_of_it(target, source, resume):
    cell = {**CELL, "first": 5, "last": 5, "source_seeds": 3, "source_seed": 0}
    assert list(train_cell(cell, target, source, Seeds(0), resume)) == []


def test_a_job_that_goes_on_leaves_the_replicates_of_a_done_network_alone(
    target, source, resume, monkeypatch
):
    cell = {**CELL, "source_seeds": 2}
    first = list(train_cell(cell, target, source, Seeds(0), resume))
    monkeypatch.setattr("defrost.transfer.cell.train_phases", None)  # nothing trains again
    assert list(train_cell(cell, target, source, Seeds(0), resume)) == first


def test_depth_zero_is_the_network_from_scratch(target, source, resume):
    transferred = list(train_cell({**CELL, "depth": 0}, target, source, Seeds(0), resume))
    resume.forget()
    scratch = list(train_cell({**CELL, "depth": 0}, target, None, Seeds(0), resume))
    assert fixed(transferred) == fixed(scratch)


def test_a_reference_is_the_replicate_from_scratch(target, resume):
    settings = {**CELL, "replicate": 1, "depth": 0}
    network, cost = train_reference(settings, target, None, Seeds(0), resume)
    plan = plan_of("freeze", 0, 3)
    (_, replicate), images, _, costs = trained(target, None, plan, resume)
    with torch.no_grad():
        assert torch.allclose(network(images), replicate(images), atol=1e-3)
    assert cost["train_flops"] == costs[1]["train_flops"]


def test_a_source_is_fine_tuned_from_all_of_its_blocks(target, source, resume):
    training = {**TRAINING, "learning_rate": 1e-12}  # so that it stays where it starts
    settings = {**CELL, "training": training, "replicate": 0}
    network, cost = train_reference(settings, target, source, Seeds(0), resume)
    for own, given in zip(network.blocks, source.blocks, strict=True):
        assert torch.allclose(own[0].weight, given[0].weight)
        assert not torch.equal(own[1].running_mean, given[1].running_mean)
    assert cost["trainable_parameters"] == sum(p.numel() for p in network.parameters())


def test_deeper_transfers_train_fewer_parameters_and_cost_less(target, source, resume):
    rows = []
    for depth in range(4):
        resume.forget()
        rows.append(next(train_cell({**CELL, "depth": depth}, target, source, Seeds(0), resume)))
    for column in ("trainable_parameters", "train_flops"):
        values = [row[column] for row in rows]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == 4


def test_augmentation_changes_what_is_trained_and_runs_frozen_blocks_at_every_step(
    target, source, resume
):
    rows = {}
    for shift in (0, 1):
        resume.forget()
        training = {**TRAINING, "augmentation": {"flip": False, "shift": shift}}
        cell = {**CELL, "training": training}
        rows[shift] = list(train_cell(cell, target, source, Seeds(0), resume))
    assert rows[0][0]["test_loss"] != rows[1][0]["test_loss"]
    once, always = rows[0][0]["train_flops"], rows[1][0]["train_flops"]
    # 20 examples once, or 20 steps of 8
    each = (always - once) / (20 * 8 - 20)
    assert each == 2 * (9 * 4 * 64 + 9 * 4 * 4 * 16)


def test_early_stopping_holds_out_a_part_of_the_labelled_examples(target, source, resume):
    stopping = {"share": 0.25, "every": 2, "patience": 1}
    cell = {**CELL, "training": {**TRAINING, "steps": 200, "early_stopping": stopping}}
    draw = pupils_of(cell, target, [0], Seeds(0)).draws[0]
    assert len(draw.held_out) == 5
    assert not set(draw.held_out.tolist()) & set(draw.order.flatten().tolist())
    rows = list(train_cell(cell, target, source, Seeds(0), resume))
    assert all(row["steps"] < 200 and row["steps"] % 2 == 0 for row in rows)


def test_replicates_that_stop_early_do_so_as_they_would_alone(target, source, resume):
    stopping = {"share": 0.25, "every": 3, "patience": 2}
    training = {**TRAINING, "steps": 120, "early_stopping": stopping}
    plan, settings = plan_of("gradual", 1, 3), {**CELL, "size": 40, "training": training}
    images = pupils_of(settings, target, [0, 1], Seeds(0)).images.double()
    source = source.double()
    outputs = []
    for places in ([[0, 1]], [[0], [1]]):
        pupils = pupils_of(settings, target, [0, 1], Seeds(0))
        for group in ([pupils.draws[place] for place in group] for group in places):
            networks = [network.double() for network in pupils.start(group, source, plan)]
            frozen = FrozenBlocks(source, images, math.inf, resume.folder)
            lesson = pupils.lesson(group)
            costs = train_phases(Replicates(networks), plan, frozen, lesson, training, resume)
            with torch.no_grad():
                outputs += [(c["steps"], n(images)) for c, n in zip(costs, networks, strict=True)]
            resume.forget()
    steps = [taken for taken, _ in outputs]
    assert steps[:2] == steps[2:]
    assert steps[0] != steps[1]
    for (_, together), (_, alone) in zip(outputs[:2], outputs[2:], strict=True):
        assert torch.allclose(together, alone, atol=1e-6)


def test_a_network_comes_back_from_its_file(target, source, tmp_path):
    write_tensors(tmp_path / "n.safetensors", source.state_dict(), {})
    read = read_network(tmp_path / "n.safetensors", CELL["network"], target.image_shape)
    assert equal(state(source), state(read))
    activations = read.activations(target.normalised("test").images)
    assert {block: values.shape[1] for block, values in activations.items()} == {
        "1": 64,
        "2": 64,
        "3": 16,
    }
