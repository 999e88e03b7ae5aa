"""Optimisers and schedules, against torch's own."""

import pytest
import torch
from torch import nn

from defrost.training.optimiser import Optimiser, schedule_factor

STEPS = 20
SETTINGS = {
    "adam": {"optimiser": "adam", "weight_decay": 0.01},
    "adamw": {"optimiser": "adamw", "weight_decay": 0.1},
    "sgd": {"optimiser": "sgd", "weight_decay": 0.01, "momentum": 0.9},
}
TORCHS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}


def settings(name, schedule="constant"):
    return {**SETTINGS[name], "schedule": schedule, "steps": STEPS}


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 2))


def loss_of(model):
    inputs = torch.randn(40, 6, generator=torch.Generator().manual_seed(1))
    return nn.functional.cross_entropy(model(inputs), (inputs[:, 0] > 0).long())


def torchs(name, parameters):
    known = {key: value for key, value in SETTINGS[name].items() if key != "optimiser"}
    return TORCHS[name](parameters, lr=0.01, **known)


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
@pytest.mark.parametrize("name", SETTINGS)
def test_the_steps_are_those_of_torchs_own(name, schedule):
    ours, theirs = network(), network()
    optimiser, reference = Optimiser(settings(name, schedule)), torchs(name, theirs.parameters())
    optimiser.add(ours.parameters(), 0.01)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(reference, STEPS)
    for number in range(STEPS):
        optimiser.step(loss_of(ours), number)
        reference.zero_grad()
        loss_of(theirs).backward()
        reference.step()
        if schedule == "cosine":
            scheduler.step()
    for own, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(own, other, atol=1e-7)


@pytest.mark.parametrize("name", SETTINGS)
def test_parameters_that_come_later_and_slower_are_trained_as_torch_does(name):
    ours, theirs = network(), network()
    optimiser, reference = Optimiser(settings(name)), torchs(name, theirs[2].parameters())
    optimiser.add(ours[2].parameters(), 0.01)
    for number in range(STEPS):
        if number == 8:
            optimiser.add(ours[0].parameters(), 0.002)
            reference.add_param_group({"params": list(theirs[0].parameters()), "lr": 0.002})
        optimiser.step(loss_of(ours), number)
        reference.zero_grad()
        loss_of(theirs).backward()
        reference.step()
    for own, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(own, other, atol=1e-7)


@pytest.mark.parametrize("name", SETTINGS)
def test_an_optimiser_with_the_state_of_another_goes_on_as_that_one(name):
    models = [network() for _ in range(2)]
    optimisers = []
    for model in models:
        optimisers.append(Optimiser(settings(name)))
        optimisers[-1].add(model.parameters(), 0.01)
    for number in range(5):
        optimisers[0].step(loss_of(models[0]), number)
    models[1].load_state_dict(models[0].state_dict())
    for key, tensor in optimisers[1].state().items():
        tensor.copy_(optimisers[0].state()[key])
    for optimiser, model in zip(optimisers, models, strict=True):
        optimiser.step(loss_of(model), 5)
    assert all(map(torch.equal, *(model.parameters() for model in models)))


def test_the_cosine_ends_near_zero():
    assert schedule_factor("cosine", 0, 100) == 1
    assert schedule_factor("cosine", 50, 100) == pytest.approx(0.5)
    assert 0 < schedule_factor("cosine", 99, 100) < 1e-3
