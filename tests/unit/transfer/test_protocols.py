"""Protocols: what each is, and which cells are the same by definition."""

import itertools

import pytest
import torch

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.networks.build import build_network
from defrost.provenance.seeds import Seeds
from defrost.transfer.cell import train_cell
from defrost.transfer.protocols import PROTOCOLS, SCRATCH, Plan, plan_of, representative

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
def test_both_sides_of_an_identity_trained_give_the_same_rows(one, other):
    generator = torch.Generator().manual_seed(0)
    images, labels = torch.randn(40, 1, 1, 8, generator=generator), torch.arange(40) % 2
    examples = Examples(images, labels)
    target = Dataset({"train": examples, "test": examples}, *channel_statistics(images))
    source = build_network(NETWORK, (1, 1, 8), 2, lambda block: 100 + block)
    settings = {
        "study": "test",
        "target": "random",
        "source": "near",
        "size": 20,
        "first": 0,
        "last": 1,
        "network": NETWORK,
        "training": {
            "steps": 30,
            "batch_size": 8,
            "learning_rate": 0.01,
            "block_factors": [0.2, 0.5, 1],
        },
    }
    rows = [
        list(train_cell({**settings, "protocol": p, "depth": k}, target, source, Seeds(0)))
        for p, k in (one, other)
    ]
    for row in itertools.chain(*rows):
        del row["train_seconds"], row["protocol"], row["depth"]
    assert rows[0] == rows[1]
