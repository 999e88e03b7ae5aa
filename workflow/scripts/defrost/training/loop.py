"""The training loop."""

import math

import torch
from torch import Generator, Tensor, nn

from defrost.provenance.logs import Progress
from defrost.training.optimiser import Adam

_CHECKS = 10  # how often a run looks at its loss: often enough to stop early, too rare to cost


def train(
    model: nn.Module,
    inputs: Tensor,
    labels: Tensor,
    settings: dict,
    generator: Generator,
    progress: Progress | None = None,
) -> None:
    """Train all parameters of `model` on the cross-entropy, in place.

    `inputs` (N x ...) and `labels` (N) are all the examples; `settings` holds `steps`,
    `batch_size` (smaller sets are one batch) and `learning_rate`; `generator` orders the batches.
    Raises FloatingPointError as soon as a loss that is looked at is not finite.
    """
    optimiser = Adam()
    optimiser.add(model.parameters(), settings["learning_rate"])
    order = batches(len(labels), settings, generator)
    descend(model, inputs, labels, order, optimiser, progress)


def descend(
    model: nn.Module,
    inputs: Tensor,
    labels: Tensor,
    order: Tensor,
    optimiser: Adam,
    progress: Progress | None = None,
) -> None:
    """Take a step on every batch (steps x batch indices), as `train` does, and end in eval mode."""
    model.train()
    steps = len(order)
    for step, batch in enumerate(order, start=1):
        loss = nn.functional.cross_entropy(model(inputs[batch]), labels[batch])
        optimiser.step(loss)
        if step % math.ceil(steps / _CHECKS) == 0 or step == steps:
            if not torch.isfinite(loss):
                rates = ", ".join(f"{group.learning_rate:g}" for group in optimiser.groups)
                raise FloatingPointError(
                    f"the loss is {loss.item()} at step {step} of {steps}: "
                    f"learning_rate {rates} may be too large"
                )
            if progress:
                progress.report(step, f"loss {loss.item():.4f}")
    model.eval()


def batches(examples: int, settings: dict, generator: Generator) -> Tensor:
    """Return steps x batch indices: one shuffled pass over the examples after another, cut up.

    A batch may span two passes, so that every step sees as many examples as the others.
    """
    size = min(settings["batch_size"], examples)
    passes = math.ceil(settings["steps"] * size / examples)
    order = torch.cat([torch.randperm(examples, generator=generator) for _ in range(passes)])
    return order[: settings["steps"] * size].view(settings["steps"], size)
