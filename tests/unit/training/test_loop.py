"""The training loop: deterministic, stops on a loss that is not finite, sees every example."""

import copy
import subprocess
import sys

import pytest
import torch
from torch import nn

from defrost.provenance.logs import Progress
from defrost.training.cost import forward_flops, step_flops
from defrost.training.evaluate import evaluate
from defrost.training.loop import batches, train
from defrost.training.optimiser import Adam

SETTINGS = {"steps": 30, "batch_size": 8, "learning_rate": 0.01}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def task(examples=40):
    inputs = torch.randn(examples, 6, generator=generator(1))
    return inputs, (inputs[:, 0] > 0).long()


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 2))


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    trained = []
    for seed in (0, 0, 1):
        model = network()
        train(model, *task(), SETTINGS, generator(seed))
        trained.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    assert torch.equal(trained[0], trained[1])
    assert not torch.equal(trained[0], trained[2])


def test_training_learns():
    model, (inputs, labels) = network(), task()
    before, _ = evaluate(model, inputs, labels)
    train(model, inputs, labels, {**SETTINGS, "steps": 300}, generator())
    after, loss = evaluate(model, inputs, labels)
    assert after > max(before, 0.95)
    assert loss < 0.2
    assert not model.training


def step_both(optimiser, ours, reference, theirs, inputs, labels):
    """Take one step with our optimiser and one with torch's, on two networks that began equal."""
    optimiser.step(nn.functional.cross_entropy(ours(inputs), labels))
    reference.zero_grad()
    nn.functional.cross_entropy(theirs(inputs), labels).backward()
    reference.step()


def test_the_optimiser_takes_the_steps_of_torchs_own():
    ours, theirs = network(), network()
    optimiser, reference = Adam(), torch.optim.Adam(theirs.parameters(), 0.01)
    optimiser.add(ours.parameters(), 0.01)
    for _ in range(20):
        step_both(optimiser, ours, reference, theirs, *task())
    for own, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(own, other, atol=1e-7)


def test_parameters_that_come_later_and_slower_are_trained_as_torch_does():
    ours, theirs = network(), network()
    optimiser, reference = Adam(), torch.optim.Adam(theirs[2].parameters(), 0.01)
    optimiser.add(ours[2].parameters(), 0.01)
    for step in range(20):
        if step == 8:
            optimiser.add(ours[0].parameters(), 0.002)
            reference.add_param_group({"params": list(theirs[0].parameters()), "lr": 0.002})
        step_both(optimiser, ours, reference, theirs, *task())
    for own, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(own, other, atol=1e-7)


def test_a_loss_that_is_not_finite_stops_the_run_and_says_where():
    inputs, labels = task()
    with pytest.raises(FloatingPointError, match=r"at step 3 of 30: learning_rate 0\.01"):
        train(network(), inputs * float("inf"), labels, SETTINGS, generator())


def test_progress_says_how_far_and_how_long(capsys):
    train(network(), *task(), SETTINGS, generator(), Progress(30, "step"))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("step 3 of 30: loss ")
    assert lines[-1].endswith("0 s left")


@pytest.mark.parametrize(("examples", "size"), [(40, 8), (5, 5), (13, 8)])
def test_every_example_is_seen_as_often_as_any_other(examples, size):
    order = batches(examples, SETTINGS, generator())
    assert order.shape == (30, size)
    counts = order.flatten().bincount(minlength=examples)
    assert counts.max() - counts.min() <= 1


def test_counting_the_cost_leaves_no_trace():
    model, (inputs, labels) = nn.Sequential(nn.Linear(6, 2), nn.BatchNorm1d(2)), task(8)
    before = copy.deepcopy(model.state_dict())
    step_flops(model, inputs, labels)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_flops_are_those_of_the_layers():
    model, (inputs, labels) = network(), task(8)
    forward = 2 * 8 * (6 * 5 + 5 * 2)
    # backward: gradients of both layers' weights, and of the second layer's inputs
    backward = 2 * 8 * (6 * 5 + 5 * 2 + 5 * 2)
    assert forward_flops(model, inputs) == forward
    assert step_flops(model, inputs, labels) == forward + backward


def test_training_does_not_import_the_compiler(root):
    code = (
        "import sys, torch; sys.path.insert(0, 'workflow/scripts')\n"
        "from defrost.training.cost import step_flops\n"
        "from defrost.training.loop import train\n"
        "from defrost.training.torch_setup import set_up_torch\n"
        "set_up_torch(1)\n"
        "x, y, model = torch.randn(4, 3), torch.arange(4) % 2, torch.nn.Linear(3, 2)\n"
        "step_flops(model, x, y)\n"
        "settings = {'steps': 2, 'batch_size': 4, 'learning_rate': 0.1}\n"
        "train(model, x, y, settings, torch.Generator())\n"
        "assert torch.are_deterministic_algorithms_enabled()\n"
        "print('torch._dynamo' in sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert result.stdout == "False\n", result.stderr
