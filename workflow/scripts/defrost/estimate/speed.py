"""How long a training step takes on this machine, measured on the networks of the study."""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch

from defrost.estimate.clock import work_seconds
from defrost.estimate.counts import Counts, count_network, step_operations
from defrost.estimate.study import Images
from defrost.networks.build import build_network
from defrost.networks.replicates import Replicates
from defrost.training.loop import descend
from defrost.training.optimiser import Optimiser
from defrost.training.torch_setup import seconds_on

_SECONDS = 0.03  # of steps that are timed together, if as many are not too long
_MOST_STEPS = 10
_TIMES = 3
_OPERATIONS = {"cpu": 3 * 10**10, "cuda": 10**13}  # of a step that is timed: a second at most
_FORWARD = 1 / 3  # of a step: the backward pass has two products for each of the forward one's
_DEPTHS = 6  # that are measured; those between them are interpolated


class Speed(NamedTuple):
    """Seconds of a training step: `start`, and `example` times the batch, of R networks as one."""

    start: float
    example: float

    def step(self, batch: int) -> float:
        """Return the seconds of a step."""
        return self.start + self.example * batch


class Silent:
    """Progress that nobody reads."""

    def report(self, done: int, message: str) -> None:
        """Print nothing."""


class Assumed:
    """Speeds of a network on a device that is not here.

    A step takes its operations at `rate` a second, or as long as the host takes to start them,
    `call` seconds each, whichever is longer: as often for networks that train as one as for one.
    """

    def __init__(self, counts: Counts, rate: float, call: float) -> None:
        self.counts, self.rate, self.call = counts, rate, call

    def step(self, networks: int, depth: int, batch: int) -> float:
        """Return the seconds of a step of `networks` behind `depth` frozen blocks."""
        one_by_one = 1 if self.counts.stacks else networks
        work = networks * step_operations(self.counts, depth, batch) / self.rate
        return max(work, one_by_one * self.counts.calls[depth] * self.call)

    def forward(self, networks: int, depth: int, examples: float) -> float:
        """Return the seconds of a forward pass of each over so many examples, as `step`."""
        each = self.counts.whole - self.counts.forward[depth]
        return networks * examples * each / self.rate


class Measured:
    """Speeds of a network on a device that is here, each measured when it is first asked for."""

    def __init__(self, settings: dict, images: Images, training: dict, device: str) -> None:
        """`settings` is the study's `network`, `training` that of the steps."""
        self.settings, self.images, self.training = settings, images, training
        self.device = device
        self._clock = work_seconds if device == "cpu" else lambda: seconds_on(device)
        self.counts = count_network(settings, *images)
        self._measured = cache(self._measure)

    def step(self, networks: int, depth: int, batch: int) -> float:
        """Return the seconds of a step of `networks` behind `depth` frozen blocks."""
        return self.of(networks, depth).step(batch)

    def forward(self, networks: int, depth: int, examples: float) -> float:
        """Return the seconds of a forward pass of each over so many examples, as `step`."""
        return _FORWARD * examples * self.of(networks, depth).example

    def call(self) -> float:
        """Return the seconds of starting an operation: all that a step of a readout takes."""
        depth = len(self.counts.shapes) - 1
        return self.of(1, depth).start / self.counts.calls[depth]

    def of(self, networks: int, depth: int) -> Speed:
        """Return the speed of `networks` as one, or one after another, behind `depth` blocks."""
        if networks > 1 and not self.counts.stacks:
            return Speed(*(networks * part for part in self.of(1, depth)))
        last = len(self.counts.shapes) - 1
        grid = torch.linspace(0, last, min(_DEPTHS, last + 1)).round().int().tolist()
        below, above = max(d for d in grid if d <= depth), min(d for d in grid if d >= depth)
        share = (depth - below) / max(above - below, 1)
        low, high = self._measured(networks, below), self._measured(networks, above)
        return Speed(*(a + share * (b - a) for a, b in zip(low, high, strict=True)))

    def _measure(self, networks: int, depth: int) -> Speed:
        each = networks * max(step_operations(self.counts, depth, 2) // 2, 1)
        batch = self.training["batch_size"]
        high = max(min(batch, _OPERATIONS[self.device] // each), 2)
        low = max(high // 4, 2)
        time_of = self._timed(networks, depth)
        slow = time_of(high)
        if low == high or high < batch:  # so much work that its start is nothing
            return Speed(0.0, slow / high)
        example = max((slow - time_of(low)) / (high - low), 0.0)
        return Speed(max(slow - example * high, 0.0), example)

    def _timed(self, networks: int, depth: int) -> Callable[[int], float]:
        replicates = Replicates(
            [
                build_network(self.settings, *self.images, seed_of_block=lambda number: number)
                for _ in range(networks)
            ]
        ).to(self.device)
        suffix = replicates.suffix(depth)
        optimiser = Optimiser(self.training)
        # so slow that nothing diverges on images that are noise
        optimiser.add([p for layer in replicates.layers[depth:] for p in layer.parameters()], 1e-9)

        def seconds(batch: int) -> float:
            shape = (networks, batch, *self.counts.shapes[depth])
            inputs = torch.randn(shape).to(self.device)
            labels = torch.randint(self.images.classes, shape[:2]).to(self.device)

            def steps(count: int) -> float:
                began = self._clock()
                descend(
                    suffix,
                    lambda number: inputs,
                    labels.expand(count, *shape[:2]),
                    optimiser,
                    range(count),
                    None,
                    lambda done: None,
                    Silent(),
                )
                return self._clock() - began

            steps(1)  # the first is slower
            once = steps(1)
            count = min(math.ceil(_SECONDS / once), _MOST_STEPS)
            # the best of a few: others may be at work on the machine
            return min(steps(count) / count for _ in range(_TIMES)) if count > 1 else once

        return seconds


def product_rate() -> float:
    """Return operations a second of float32 matrix products, the best of three."""
    a, seconds = torch.randn(1024, 1024), []
    for _ in range(3):
        began = work_seconds()
        a @ a
        seconds.append(work_seconds() - began)
    return 2 * len(a) ** 3 / min(seconds)
