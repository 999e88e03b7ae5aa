"""Protocols: what each is, and which cells are the same by definition."""

import itertools

import pytest
import torch
from small_cells import CELL, TRAINING, fixed

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.networks.build import build_network
from defrost.provenance.seeds import Seeds
from defrost.transfer.cell import train_cell
from defrost.transfer.protocols import (
    PROTOCOLS,
    SCRATCH,
    Plan,
    plan_of,
    representative,
    used_factors,
)

NETWORK = {"name": "mlp", "widths": [6, 5, 4]}


@pytest.mark.parametrize(
    ("protocol", "depth", "plan"),
    [
        ("freeze", 2, Plan(2, (2,))),
        ("finetune", 2, Plan(2, (0,))),
        ("defrost", 2, Plan(3, (2,))),
        ("gradual", 1, Plan(3, (3, 2, 1))),
        ("freeze", 0, SCRATCH),
    ],
)
def test_plans_are_what_the_definitions_say(protocol, depth, plan):
    assert plan_of(protocol, depth, 3) == plan


def test_factors_count_for_blocks_that_are_copied_and_train():
    factors = [0.1, 0.2, 0.3]
    assert used_factors(factors, plan_of("freeze", 2, 3)) == [1, 1, 1]
    assert used_factors(factors, plan_of("finetune", 2, 3)) == [0.1, 0.2, 1]
    assert used_factors(factors, plan_of("defrost", 1, 3)) == [1, 0.2, 0.3]
    assert used_factors(factors, plan_of("gradual", 2, 3)) == [1, 1, 0.3]
    assert used_factors(factors, *(plan_of("freeze", k, 3) for k in (1, 2, 3))) == [1, 1, 1]
    assert used_factors(factors, *(plan_of("finetune", k, 3) for k in (1, 2))) == [0.1, 0.2, 1]


def test_an_unknown_protocol_is_named():
    with pytest.raises(ValueError, match="no protocol 'thaw'; there are freeze, finetune, defrost"):
        plan_of("thaw", 1, 3)


def test_the_identities_are_those_of_the_design_and_no_others():
    cells = list(itertools.product(PROTOCOLS, range(4)))
    shared: dict = {}
    for cell in cells:
        shared.setdefault(representative(*cell, 3), set()).add(cell)
    assert {kept: same for kept, same in shared.items() if len(same) > 1} == {
        ("scratch", 0): {("freeze", 0), ("finetune", 0)},
        ("finetune", 3): {("finetune", 3), ("defrost", 0)},
        ("freeze", 3): {("freeze", 3), ("defrost", 3), ("gradual", 3)},
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("freeze", 0), ("finetune", 0)),
        (("finetune", 3), ("defrost", 0)),
        (("freeze", 3), ("defrost", 3)),
        (("freeze", 3), ("gradual", 3)),
    ],
)
def test_both_sides_of_an_identity_trained_give_the_same_rows(one, other, resume):
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.randn(40, 1, 1, 8, generator=generator), torch.arange(40) % 2
    examples = Examples(images, labels)
    target = Dataset({"train": examples, "test": examples}, *channel_statistics(images))
    source = build_network(NETWORK, (1, 1, 8), 2, lambda block: 100 + block)
    training = {**TRAINING, "block_factors": [0.2, 0.5, 1]}
    settings = {**CELL, "network": NETWORK, "training": training}
    rows = []
    for protocol, depth in (one, other):
        resume.forget()
        cell = {**settings, "protocol": protocol, "depth": depth}
        rows.append(fixed(train_cell(cell, target, source, Seeds(0), resume)))
    assert rows[0] == rows[1]
