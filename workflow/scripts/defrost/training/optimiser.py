"""The optimiser."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim.adam import adam


class Adam:
    """Adam (Kingma & Ba 2015), by torch's own function and with torch's defaults.

    `torch.optim.Adam` computes the same, but its first step imports torch's compiler. That takes
    0.9 s, as long as importing torch itself, in every one of many short jobs that compile nothing.
    """

    def __init__(self) -> None:
        self.groups: list[_Group] = []

    def add(self, parameters: Iterable[nn.Parameter], learning_rate: float) -> None:
        """Train these parameters as well from now on, at a learning rate of their own."""
        if parameters := list(parameters):
            self.groups.append(_Group(parameters, learning_rate))

    @torch.no_grad()
    def step(self, loss: Tensor) -> None:
        """Take one step down the gradient of `loss`."""
        parameters = [parameter for group in self.groups for parameter in group.parameters]
        gradients = list(torch.autograd.grad(loss, parameters))
        for group in self.groups:
            group.step(gradients[: len(group.parameters)])
            del gradients[: len(group.parameters)]


class _Group:
    """Parameters of one learning rate, and what Adam remembers of each."""

    def __init__(self, parameters: list[nn.Parameter], learning_rate: float) -> None:
        self.parameters = parameters
        self.learning_rate = learning_rate
        self.means = [torch.zeros_like(parameter) for parameter in parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in parameters]
        self.steps = [torch.zeros(()) for _ in parameters]

    def step(self, gradients: list[Tensor]) -> None:
        adam(
            self.parameters,
            gradients,
            self.means,
            self.squares,
            [],  # maxima of the squares, which only the AMSGrad variant keeps
            self.steps,
            lr=self.learning_rate,
            beta1=0.9,
            beta2=0.999,
            eps=1e-8,
            weight_decay=0.0,
            amsgrad=False,
            maximize=False,
            fused=True,
        )
