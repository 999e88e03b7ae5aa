"""Networks of one architecture, trained side by side as one.

A step of a small network is mostly the time that torch takes to start it. Ten networks in one
take a step in a third of the time of ten steps: their convolutions are the groups of one
convolution, their linear maps one product of batches of matrices, and what works element by
element or channel by channel does not see that there are several.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from defrost.networks.network import Network


class Replicates(nn.Module):
    """R networks that train as one: batches are R x B x ..., logits R x classes x B.

    A single network stays as it is; several (all `stackable`) are copied, and `write_back` hands
    them their trained parameters and statistics.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        super().__init__()
        self.networks = list(networks)  # a list hides them: what trains is the stack
        self.count = len(networks)
        first, layers = networks[0], [list(_layers(network)) for network in networks]
        stacked = layers[0] if self.count == 1 else list(map(_stack, zip(*layers, strict=True)))
        self.layers = nn.ModuleList(stacked)
        self.depth = len(first.blocks)

    def suffix(self, depth: int) -> nn.Sequential:
        """Return what follows the first `depth` blocks, readouts included."""
        if self.count == 1:
            return nn.Sequential(_EnterOne(), *self.layers[depth:], _LeaveOne())
        return nn.Sequential(_EnterSeveral(), *self.layers[depth:])

    @property
    def device(self) -> str:
        """`cpu` or `cuda`: where the networks are."""
        return next(self.parameters()).device.type

    def write_back(self) -> None:
        """Copy parameters and statistics to the networks, which end in eval mode."""
        for number, network in enumerate(self.networks):
            network.eval()
            if self.count == 1:
                return
            for own, stack in zip(_layers(network), self.layers, strict=True):
                state = stack.state_dict()
                own.load_state_dict(
                    {
                        name: _part(state[name], value, number)
                        for name, value in own.state_dict().items()
                    }
                )


def stackable(network: Network) -> bool:
    """Say whether several of these networks can train as one: chains of layers known here."""
    chains = (Network, nn.ModuleList, nn.Sequential)
    return all(
        isinstance(module, chains) or (type(module) in _STACKS and _is_whole(module))
        for module in network.modules()
    )


def _is_whole(layer: nn.Module) -> bool:
    return getattr(layer, "groups", 1) == 1


def _layers(network: Network) -> Iterator[nn.Module]:
    yield from network.blocks
    yield network.readout


def _part(stack: Tensor, like: Tensor, number: int) -> Tensor:
    """Return one network's part of a stacked tensor; counts of batches are common to all."""
    if not like.dim():
        return stack
    return stack[number * len(like) : (number + 1) * len(like)]


def _stack(modules: Sequence[nn.Module]) -> nn.Module:
    """Return one module that does what each of the modules does, with their state."""
    if isinstance(modules[0], nn.Sequential):
        return nn.Sequential(*map(_stack, zip(*modules, strict=True)))
    stack = _STACKS[type(modules[0])](modules[0], len(modules))
    states = [module.state_dict() for module in modules]
    for parameter in modules[0].parameters():
        stack.to(parameter)  # its device and precision
    stack.load_state_dict(
        {
            name: torch.cat([state[name] for state in states]) if value.dim() else value
            for name, value in states[0].items()
        }
    )
    # as `build_network` does, and for the same reason
    return stack.to(memory_format=torch.channels_last)


class _EnterOne(nn.Module):
    def forward(self, inputs: Tensor) -> Tensor:
        return inputs.squeeze(0)


class _LeaveOne(nn.Module):
    def forward(self, logits: Tensor) -> Tensor:
        return logits.T.unsqueeze(0)


class _EnterSeveral(nn.Module):
    """Images R x B x C x H x W to B x RC x H x W, the channels of a pixel together.

    Features R x B x D become R x D x B, so that normalisation finds its channels in place.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        if inputs.dim() == 3:
            return inputs.transpose(1, 2).contiguous()
        return inputs.permute(1, 3, 4, 0, 2).flatten(3).permute(0, 3, 1, 2)


class _Flatten(nn.Module):
    """B x RC x H x W to R x CHW x B; what is flat already stays as it is."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def forward(self, inputs: Tensor) -> Tensor:
        if inputs.dim() == 3:
            return inputs
        return inputs.unflatten(1, (self.count, -1)).flatten(2).permute(1, 2, 0)


class _Linear(nn.Linear):
    """R linear maps of R x D x B."""

    def __init__(self, like: nn.Linear, count: int) -> None:
        super().__init__(like.in_features, count * like.out_features, like.bias is not None)
        self.count = count

    def forward(self, inputs: Tensor) -> Tensor:
        weight = self.weight.unflatten(0, (self.count, -1))
        if self.bias is None:
            return torch.bmm(weight, inputs)
        return torch.baddbmm(self.bias.view(self.count, -1, 1), weight, inputs)


class _Norm1d(nn.BatchNorm1d):
    """Batch normalisation of R x D x B, as of one example of RD channels and B places."""

    def forward(self, inputs: Tensor) -> Tensor:
        return super().forward(inputs.flatten(0, 1).unsqueeze(0)).view(inputs.shape)


def _convolution(like: nn.Conv2d, count: int) -> nn.Conv2d:
    return nn.Conv2d(
        count * like.in_channels,
        count * like.out_channels,
        like.kernel_size,
        like.stride,
        like.padding,
        like.dilation,
        groups=count,
        bias=like.bias is not None,
        padding_mode=like.padding_mode,
    )


# from a module and the number of networks, the module that stands for as many of it
_STACKS = {
    nn.Conv2d: _convolution,
    nn.BatchNorm2d: lambda like, count: nn.BatchNorm2d(
        count * like.num_features, like.eps, like.momentum
    ),
    nn.BatchNorm1d: lambda like, count: _Norm1d(count * like.num_features, like.eps, like.momentum),
    nn.Linear: _Linear,
    nn.Flatten: lambda like, count: _Flatten(count),
    nn.ReLU: lambda like, count: nn.ReLU(),
    nn.MaxPool2d: lambda like, count: nn.MaxPool2d(
        like.kernel_size, like.stride, like.padding, like.dilation
    ),
}
