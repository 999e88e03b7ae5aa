"""The optimisers."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.sgd import sgd


class Optimiser:
    """SGD with momentum, Adam (Kingma & Ba 2015) or AdamW (Loshchilov & Hutter 2019).

    By torch's own functions and with torch's defaults. `torch.optim` has classes that compute the
    same, but their first step imports torch's compiler. That takes 0.9 s, as long as importing
    torch itself, in every one of many short jobs that compile nothing.

    `settings` holds `optimiser`, `weight_decay`, `schedule`, `steps` and, for `sgd`, `momentum`.
    """

    def __init__(self, settings: dict) -> None:
        self.groups: list[_Group] = []
        self.settings = settings

    def add(self, parameters: Iterable[nn.Parameter], learning_rate: float) -> None:
        """Train these parameters as well from now on, at a learning rate of their own."""
        if parameters := list(parameters):
            self.groups.append(_Group(parameters, learning_rate, self.settings))

    @torch.no_grad()
    def step(self, loss: Tensor, number: int) -> None:
        """Take a step, the one of this number (from 0), down the gradient of `loss`."""
        parameters = [parameter for group in self.groups for parameter in group.parameters]
        gradients = list(torch.autograd.grad(loss, parameters))
        factor = schedule_factor(self.settings["schedule"], number, self.settings["steps"])
        for group in self.groups:
            group.step(gradients[: len(group.parameters)], factor)
            del gradients[: len(group.parameters)]

    def state(self) -> dict[str, Tensor]:
        """Return what the optimiser remembers, by name; the tensors are its own."""
        return {
            f"{number}.{name}.{place}": tensor
            for number, group in enumerate(self.groups)
            for name, tensors in group.memory.items()
            for place, tensor in enumerate(tensors)
        }


def schedule_factor(schedule: str, number: int, steps: int) -> float:
    """Return what the learning rate of a step, of this number from 0, is multiplied by.

    `constant` is 1; `cosine` falls from 1 to nearly 0 at the last step (Loshchilov & Hutter 2017,
    without restarts).
    """
    return 1 if schedule == "constant" else 0.5 * (1 + math.cos(math.pi * number / steps))


class _Group:
    """Parameters of one learning rate, and what the optimiser remembers of each."""

    def __init__(self, parameters: list[nn.Parameter], rate: float, settings: dict) -> None:
        self.parameters = parameters
        self.rate = rate
        self.settings = settings
        names = ("velocities",) if settings["optimiser"] == "sgd" else ("means", "squares")
        self.memory = {name: [torch.zeros_like(p) for p in parameters] for name in names}
        if "means" in self.memory:
            self.memory["steps"] = [torch.zeros((), device=p.device) for p in parameters]

    def step(self, gradients: list[Tensor], factor: float) -> None:
        common = {
            "lr": factor * self.rate,
            "weight_decay": self.settings["weight_decay"],
            "maximize": False,
            "fused": True,
        }
        if self.settings["optimiser"] == "sgd":
            sgd(
                self.parameters,
                gradients,
                self.memory["velocities"],
                momentum=self.settings["momentum"],
                dampening=0.0,
                nesterov=False,
                **common,
            )
            return
        adam(
            self.parameters,
            gradients,
            self.memory["means"],
            self.memory["squares"],
            [],  # maxima of the squares, which only the AMSGrad variant keeps
            self.memory["steps"],
            beta1=0.9,
            beta2=0.999,
            eps=1e-8,
            amsgrad=False,
            decoupled_weight_decay=self.settings["optimiser"] == "adamw",
            **common,
        )
