"""The training loop."""

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

from defrost.provenance.logs import Progress
from defrost.training.early_stopping import EarlyStopping
from defrost.training.optimiser import Optimiser

_CHECKS = 10  # how often a run looks at its loss: often enough to stop early, too rare to cost


def descend(
    model: nn.Module,
    inputs: Callable[[int], Tensor],
    labels: Tensor,
    optimiser: Optimiser,
    numbers: range,
    stopping: EarlyStopping | None,
    after_step: Callable[[int], None],
    progress: Progress,
) -> None:
    """Take the steps of these `numbers` on R networks side by side, and end in eval mode.

    Args:
        model: from R x B x ... to logits R x classes x B.
        inputs: what `model` sees at a step.
        labels: steps x R x B.
        optimiser: holds the parameters that train.
        numbers: of the steps, counted over all phases of the training.
        stopping: ends the training of replicates that no longer improve, if any.
        after_step: called with the number of every step that is done.
        progress: told how far the run is.

    Raises:
        FloatingPointError: as soon as a loss that is looked at is not finite.
    """
    if stopping and stopping.numbers == numbers:  # else it goes on after a stop
        stopping.look(model.eval(), numbers.start)
    for number in numbers:
        model.train()
        logits = model(inputs(number))
        losses = nn.functional.cross_entropy(logits, labels[number], reduction="none").mean(dim=1)
        # the gradient of a sum: each network's own, as if it were alone
        optimiser.step(losses.sum(), number)
        done, steps = number + 1, len(labels)
        if done % math.ceil(steps / _CHECKS) == 0 or done == steps:
            _check(losses[stopping.training] if stopping else losses, done, steps, optimiser)
            progress.report(done, f"loss {losses.mean().item():.4f}")
        if stopping and stopping.due(done) and stopping.look(model.eval(), done):
            break
        after_step(done)
    if stopping:
        stopping.restore_best(model)
    model.eval()


def batches(examples: int, settings: dict, generator: Generator) -> Tensor:
    """Return steps x batch indices: one shuffled pass over the examples after another, cut up.

    A batch may span two passes, so that every step sees as many examples as the others; a set
    smaller than a batch is one batch.
    """
    size = min(settings["batch_size"], examples)
    passes = math.ceil(settings["steps"] * size / examples)
    order = torch.cat([torch.randperm(examples, generator=generator) for _ in range(passes)])
    return order[: settings["steps"] * size].view(settings["steps"], size)


def _check(losses: Tensor, done: int, steps: int, optimiser: Optimiser) -> None:
    if not torch.isfinite(losses).all():
        rates = ", ".join(f"{group.rate:g}" for group in optimiser.groups)
        worst = losses[~torch.isfinite(losses)][0].item()
        raise FloatingPointError(
            f"the loss is {worst} at step {done} of {steps}: learning_rate {rates} may be too large"
        )
