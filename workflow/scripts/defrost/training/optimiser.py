"""The optimiser."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.optim.adam import adam


class Adam:
    """Adam (Kingma & Ba 2015), by torch's own function and with torch's defaults.

    `torch.optim.Adam` computes the same, but its first step imports torch's compiler. That takes
    0.9 s, as long as importing torch itself, in every one of many short jobs that compile nothing.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], learning_rate: float) -> None:
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps = [torch.zeros(()) for _ in self.parameters]

    @torch.no_grad()
    def step(self, loss: torch.Tensor) -> None:
        """Take one step down the gradient of `loss`."""
        adam(
            self.parameters,
            list(torch.autograd.grad(loss, self.parameters)),
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
