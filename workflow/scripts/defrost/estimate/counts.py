"""What a network costs, counted from its settings alone: nothing is computed."""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from defrost.networks.build import build_network
from defrost.networks.replicates import stackable
from defrost.training.cost import forward_flops, step_flops

_BATCH = 2  # the fewest that normalisation takes; operations are in proportion to the batch


@dataclass(frozen=True)
class Counts:
    """Operations and sizes of a network of L blocks; entry k of each is for depth k of 0..L.

    Attributes:
        forward: operations of the first k blocks for one example.
        whole: operations of the network and its readout for one example.
        pair: operations of a training step on two examples, of all behind the first k blocks.
        calls: how often such a step starts an operation on the device.
        shapes: what the first k blocks put out for an example.
        parameters: numbers that train in a step behind the first k blocks.
        bytes: of the network in a file.
        stacks: whether several of these networks train side by side as one.
    """

    forward: tuple[int, ...]
    whole: int
    pair: tuple[int, ...]
    calls: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]
    parameters: tuple[int, ...]
    bytes: int
    stacks: bool


def count_network(settings: dict, shape: tuple[int, ...], classes: int) -> Counts:
    """Return the counts of a network; `settings` is its part of the config.

    Raises UserError where the network takes no images of `shape`.
    """
    names = tuple((k, tuple(v) if isinstance(v, list) else v) for k, v in settings.items())
    return _count(names, tuple(shape), classes)


@lru_cache
def _count(names: tuple, shape: tuple[int, ...], classes: int) -> Counts:
    settings = {key: list(v) if isinstance(v, tuple) else v for key, v in names}
    network = build_network(settings, shape, classes, seed_of_block=lambda number: number)
    stacks = stackable(network)
    network = network.to("meta")  # where operations have shapes and no numbers
    images = torch.zeros(_BATCH, *shape, device="meta")
    labels = torch.zeros(_BATCH, dtype=torch.int64, device="meta")
    depths = range(len(network.blocks) + 1)
    with torch.no_grad():
        seen = [images, *_outputs(network.eval().blocks, images)]
    forward = tuple(forward_flops(network.prefix(depth), images[:1]) for depth in depths)
    whole = forward_flops(network, images[:1])
    suffixes = [network.suffix(depth).train() for depth in depths]
    pairs = list(zip(suffixes, seen, strict=True))
    return Counts(
        forward=forward,
        whole=whole,
        pair=tuple(step_flops(suffix, inputs, labels) for suffix, inputs in pairs),
        calls=tuple(_calls(suffix, inputs, labels) for suffix, inputs in pairs),
        shapes=tuple(tuple(outputs.shape[1:]) for outputs in seen),
        parameters=tuple(sum(p.numel() for p in suffix.parameters()) for suffix in suffixes),
        bytes=sum(t.numel() * t.element_size() for t in network.state_dict().values()),
        stacks=stacks,
    )


class Tally(TorchDispatchMode):
    """Counts what runs in its context: `calls` of the device, and their `operations` as torch does.

    Unlike torch's own counter it does not ask which module they are of, which fails for gradients
    of gradients.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls = self.operations = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        self.calls += 1
        if count := flop_registry.get(function.overloadpacket):
            self.operations += count(*args, **(kwargs or {}), out_val=out)
        return out


def _calls(suffix: nn.Module, inputs: torch.Tensor, labels: torch.Tensor) -> int:
    parameters = list(suffix.parameters())
    with Tally() as tally:
        torch.autograd.grad(nn.functional.cross_entropy(suffix(inputs), labels), parameters)
    return tally.calls


def _outputs(blocks: nn.ModuleList, inputs: torch.Tensor) -> list[torch.Tensor]:
    outputs = []
    for block in blocks:
        inputs = block(inputs)
        outputs.append(inputs)
    return outputs


def step_operations(counts: Counts, depth: int, batch: int) -> int:
    """Return the operations of a training step on a batch, behind the first `depth` blocks."""
    return counts.pair[depth] * batch // _BATCH


def features(shape: tuple[int, ...], maps: str = "flatten") -> int:
    """Return how many numbers are kept of what a block puts out, as activations are."""
    return shape[0] if maps == "pool" and len(shape) == 3 else math.prod(shape)
