"""Networks trained side by side: each does what it does alone."""

import pytest
import torch
from torch import nn

from defrost.networks.build import build_network
from defrost.networks.network import Network
from defrost.networks.replicates import Replicates, stackable

CONVNET = {"name": "convnet", "widths": [4, 6, 5], "pool_after": [1]}
MLP = {"name": "mlp", "widths": [7, 5, 6]}
SHAPE = (2, 6, 4)


def networks(settings, count):
    made = [build_network(settings, SHAPE, 3, lambda n, r=r: 10 * r + n) for r in range(count)]
    for number, network in enumerate(made):
        for module in network.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.running_mean += 0.1 * number
    return made


def features(network, depth, count):
    images = torch.randn(count, 9, *SHAPE, generator=torch.Generator().manual_seed(depth))
    with torch.no_grad():
        outputs = network.prefix(depth).eval()(images.flatten(0, 1))
    return outputs.unflatten(0, (count, 9))


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("settings", [CONVNET, MLP])
def test_logits_gradients_and_statistics_are_those_of_each_alone(settings, depth, count):
    alone, together = networks(settings, count), networks(settings, count)
    inputs, labels = features(alone[0], depth, count), torch.arange(9).repeat(count, 1) % 3
    replicates = Replicates(together)
    suffix = replicates.suffix(depth).train()
    logits = suffix(inputs)
    assert logits.shape == (count, 3, 9)
    nn.functional.cross_entropy(logits, labels, reduction="none").mean(1).sum().backward()
    with torch.no_grad():
        for parameter in suffix.parameters():
            parameter -= 0.1 * parameter.grad
    replicates.write_back()
    for number, network in enumerate(alone):
        own = network.suffix(depth).train()
        outputs = own(inputs[number])
        assert torch.allclose(logits[number], outputs.T, atol=1e-6)
        nn.functional.cross_entropy(outputs, labels[number]).backward()
        with torch.no_grad():
            for parameter in own.parameters():
                parameter -= 0.1 * parameter.grad
        for name, value in network.state_dict().items():
            assert torch.allclose(together[number].state_dict()[name], value, atol=1e-6), name
        assert not together[number].training


def test_what_draws_numbers_or_is_unknown_trains_alone():
    blocks = {"hidden": nn.Sequential(nn.Flatten(), nn.Linear(48, 4), nn.ReLU())}
    assert stackable(Network(blocks, nn.Linear(4, 2)))
    assert not stackable(Network({**blocks, "noise": nn.Dropout()}, nn.Linear(4, 2)))
    grouped = nn.Conv2d(2, 4, 3, groups=2)
    assert not stackable(Network({"grouped": grouped}, nn.Linear(4, 2)))

    class Skipping(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.ReLU()

        def forward(self, inputs):
            return inputs + self.inner(inputs)

    assert not stackable(Network({"skipping": Skipping()}, nn.Linear(4, 2)))
