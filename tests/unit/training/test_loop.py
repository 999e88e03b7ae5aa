"""The training loop: deterministic, stops on a loss that is not finite, sees every example."""

import subprocess
import sys

import pytest
import torch
from small_cells import TRAINING
from torch import nn

from defrost.provenance.logs import Progress
from defrost.training.cost import forward_flops, step_flops
from defrost.training.evaluate import evaluate
from defrost.training.loop import batches, descend
from defrost.training.optimiser import Optimiser
from defrost.training.torch_setup import set_up_torch

SETTINGS = {**TRAINING, "steps": 30}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def task(examples=40):
    inputs = torch.randn(examples, 6, generator=generator(1))
    return inputs, (inputs[:, 0] > 0).long()


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 2))


class One(nn.Module):
    """A network as the loop sees it: 1 x B x D to 1 x classes x B."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, inputs):
        return self.model(inputs[0]).T[None]


def train(model, inputs, labels, seed=0, steps=30):
    settings = {**SETTINGS, "steps": steps}
    order = batches(len(labels), settings, generator(seed))[:, None]
    optimiser = Optimiser(settings)
    optimiser.add(model.parameters(), settings["learning_rate"])
    descend(
        One(model),
        lambda step: inputs[order[step]],
        labels[order],
        optimiser,
        range(steps),
        None,
        lambda done: None,
        Progress(steps, "step"),
    )


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    trained = []
    for seed in (0, 0, 1):
        model = network()
        train(model, *task(), seed)
        trained.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    assert torch.equal(trained[0], trained[1])
    assert not torch.equal(trained[0], trained[2])


def test_training_learns():
    model, (inputs, labels) = network(), task()
    before, _ = evaluate(model, inputs, labels)
    train(model, inputs, labels, steps=300)
    after, loss = evaluate(model, inputs, labels)
    assert after > max(before, 0.95)
    assert loss < 0.2
    assert not model.training


def test_a_part_of_the_examples_can_be_evaluated():
    model, (inputs, labels) = network(), task()
    rows = torch.arange(5, 17)
    assert evaluate(model, inputs, labels, rows) == evaluate(model, inputs[rows], labels[rows])


def test_a_loss_that_is_not_finite_stops_the_run_and_says_where():
    inputs, labels = task()
    with pytest.raises(FloatingPointError, match=r"at step 3 of 30: learning_rate 0\.01"):
        train(network(), inputs * float("inf"), labels)


def test_progress_says_how_far_and_how_long(capsys):
    train(network(), *task())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("step 3 of 30: loss ")
    assert lines[-1].endswith("0 s left")


def test_progress_of_what_goes_on_counts_from_there(capsys):
    progress = Progress(100, "step", start=50)
    progress.began -= 10  # seconds for the ten steps since
    progress.report(60, "loss 1")
    assert capsys.readouterr().out == "step 60 of 100: loss 1; 40 s left\n"


@pytest.mark.parametrize(("examples", "size"), [(40, 8), (5, 5), (13, 8)])
def test_every_example_is_seen_as_often_as_any_other(examples, size):
    order = batches(examples, SETTINGS, generator())
    assert order.shape == (30, size)
    counts = order.flatten().bincount(minlength=examples)
    assert counts.max() - counts.min() <= 1


def test_counting_the_cost_leaves_no_trace():
    model, (inputs, labels) = nn.Sequential(nn.Linear(6, 2), nn.BatchNorm1d(2)), task(8)
    before = {name: value.clone() for name, value in model.state_dict().items()}
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


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_a_backward_pass_takes_two_forward_passes_in_a_grouped_convolution_too(groups):
    layers = [nn.Conv2d(8, 8, 3, groups=groups, stride=2), nn.Conv2d(8, 16, 3, groups=groups)]
    model, inputs = nn.Sequential(*layers, nn.Flatten(), nn.Linear(16, 2)), torch.randn(4, 8, 7, 7)
    first = 2 * 4 * 9 * 9 * 8 * 8 // groups
    second = 2 * 4 * 9 * 8 * 16 // groups
    last = 2 * 4 * 16 * 2
    assert forward_flops(model, inputs) == first + second + last
    # the first layer's inputs want no gradient
    assert step_flops(model, inputs, torch.arange(4) % 2) == 2 * first + 3 * (second + last)


def test_attention_is_counted():
    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
            self.readout = nn.Linear(8, 3)

        def forward(self, inputs):
            outputs, _ = self.attention(inputs, inputs, inputs, need_weights=False)
            return self.readout(outputs[:, 0])

    set_up_torch(1)
    model, inputs, labels = Attention(), torch.randn(4, 5, 8), torch.arange(4) % 3
    # 4 examples of 5 tokens of 8 features: three projections in, one out, two products of tokens
    projections, readout = 2 * 4 * 5 * 8 * (3 * 8 + 8), 2 * 4 * 8 * 3
    products = 2 * (2 * 4 * 5 * 5 * 8)
    assert forward_flops(model.eval(), inputs) == projections + products + readout
    counted = step_flops(model.train(), inputs, labels)
    # backward: twice the rest, and torch computes one of the products again
    no_input_gradient = 2 * 4 * 5 * 8 * 3 * 8
    expected = 3 * (projections + readout) - no_input_gradient + products * (1 + 2.5)
    assert counted == expected


def test_training_does_not_import_the_compiler(root):
    code = (
        "import math, sys, torch\n"
        "from pathlib import Path\n"
        "sys.path[:0] = ['workflow/scripts', 'tests']\n"
        "from small_cells import CELL\n"
        "from defrost.data.dataset import Dataset, Examples, channel_statistics\n"
        "from defrost.provenance.resume import Resume\n"
        "from defrost.provenance.seeds import Seeds\n"
        "from defrost.training.torch_setup import set_up_torch\n"
        "from defrost.transfer.cell import train_cell\n"
        "set_up_torch(1)\n"
        "images, labels = torch.randn(30, 1, 8, 8), torch.arange(30) % 3\n"
        "examples = Examples(images, labels)\n"
        "data = Dataset({'train': examples, 'test': examples}, *channel_statistics(images))\n"
        "resume = Resume(Path('unused'), '', math.inf)\n"
        "for optimiser in ('adam', 'sgd'):\n"
        "    training = {**CELL['training'], 'optimiser': optimiser, 'momentum': 0.9}\n"
        "    cell = {**CELL, 'depth': 0, 'training': training}\n"
        "    list(train_cell(cell, data, None, Seeds(0), resume))\n"
        "    resume.forget()\n"
        "assert torch.are_deterministic_algorithms_enabled()\n"
        "print('torch._dynamo' in sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert result.stdout.endswith("\nFalse\n"), result.stderr
