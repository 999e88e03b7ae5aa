"""The training of networks side by side, phase by phase, and what it costs."""

import resource
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from defrost.networks.replicates import Replicates
from defrost.provenance.logs import Progress
from defrost.provenance.resume import Resume
from defrost.training.augment import Augmentation
from defrost.training.cost import forward_flops, step_flops
from defrost.training.early_stopping import EarlyStopping
from defrost.training.loop import descend
from defrost.training.optimiser import Optimiser
from defrost.transfer.frozen import FrozenBlocks
from defrost.transfer.protocols import Plan
from defrost.transfer.run import Run


@dataclass(frozen=True)
class Lesson:
    """What R networks trained side by side see, as rows of the images of a job, on their device.

    Attributes:
        labels: N, of every image.
        order: steps x R x B, the batches.
        held_out: R x V, what early stopping looks at; V may be 0.
        augmentation: of the images of each step, if any.
    """

    labels: Tensor
    order: Tensor
    held_out: Tensor
    augmentation: Augmentation | None = None


def train_phases(
    replicates: Replicates,
    plan: Plan,
    frozen: FrozenBlocks,
    lesson: Lesson,
    training: dict,
    resume: Resume,
) -> list[dict]:
    """Train what the plan does not freeze, in place, and return what each network cost.

    The frozen blocks of a phase see every example once and the rest trains on what they put out;
    with augmentation, which shows them a new image at every step, they run at every step. Blocks
    that a phase releases start with a fresh optimiser, the others go on with theirs, but with
    early stopping, where all start afresh from the best state of the phase before. `training`
    holds `steps`, `batch_size`, `learning_rate`, what the optimiser asks for, `early_stopping`
    (may be absent) and, for each block, by which factor of `block_factors` a copied block learns
    more slowly.
    """
    run = Run(replicates, Optimiser(training), resume)
    progress = Progress(training["steps"], "step", run.done)
    labels, trained = lesson.labels[lesson.order], replicates.depth + 1
    flops = torch.zeros(replicates.count, dtype=torch.int64)
    phases = torch.arange(training["steps"]).tensor_split(len(plan.frozen))
    for index, (phase, depth) in enumerate(zip(phases, plan.frozen, strict=True)):
        numbers = range(int(phase[0]), int(phase[-1]) + 1) if len(phase) else range(0)
        if "early_stopping" in training:  # the phase before went back to its best state
            run.optimiser, trained = Optimiser(training), replicates.depth + 1
        for rate, parameters in _released(replicates, plan, range(depth, trained), training):
            run.optimiser.add(parameters, rate)
        trained = depth
        if index >= len(run.taken):
            run.enter(_stopping(frozen, lesson, depth, training, numbers))
            descend(
                replicates.suffix(depth),
                _inputs(frozen, lesson, depth),
                labels,
                run.optimiser,
                numbers[max(run.done - numbers.start, 0) :],
                run.stopping,
                run.after_step,
                progress,
            )
            run.leave(numbers)
        flops += _flops(replicates, frozen, lesson, depth, numbers, run.taken[index])
    replicates.write_back()
    suffix = replicates.networks[0].suffix(trained)
    return [
        {
            "steps": sum(steps[number] for steps in run.taken),
            "train_seconds": run.seconds / replicates.count,
            "train_flops": int(flops[number]),
            "trainable_parameters": sum(p.numel() for p in suffix.parameters()),
            "peak_memory": _peak_memory(),
        }
        for number in range(replicates.count)
    ]


def _inputs(frozen: FrozenBlocks, lesson: Lesson, depth: int) -> Callable[[int], Tensor]:
    """Return what gives, at each step, what the blocks behind `depth` see."""
    if lesson.augmentation:
        return lambda step: frozen.apply(
            depth, lesson.augmentation(frozen.images[lesson.order[step]], step)
        )
    return lambda step: frozen.of_rows(depth, lesson.order[step])


def _stopping(
    frozen: FrozenBlocks, lesson: Lesson, depth: int, training: dict, numbers: range
) -> EarlyStopping | None:
    if "early_stopping" not in training:
        return None
    rows = lesson.held_out
    return EarlyStopping(
        training["early_stopping"],
        lambda part: frozen.of_rows(depth, rows[:, part]),
        lesson.labels[rows],
        numbers,
    )


def _flops(
    replicates: Replicates,
    frozen: FrozenBlocks,
    lesson: Lesson,
    depth: int,
    numbers: range,
    steps: list[int],
) -> Tensor:
    """Return the operations of a phase for each network, as if it were trained alone."""
    batch = lesson.order[0, 0]
    network, images = replicates.networks[0], frozen.images
    each = forward_flops(network.prefix(depth).eval(), images[:1])
    step = step_flops(
        network.suffix(depth), frozen.apply(depth, images[batch]), lesson.labels[batch]
    )
    rows = lesson.order[numbers.start : numbers.stop].unbind(1)
    if lesson.augmentation:
        seen = [taken * len(batch) for taken in steps]
    else:
        seen = [len(of_network.unique()) for of_network in rows]
    return torch.tensor(steps) * step + torch.tensor(seen) * each


def _released(
    replicates: Replicates, plan: Plan, indices: range, training: dict
) -> Iterable[tuple[float, list[nn.Parameter]]]:
    """Return the parameters of blocks, and of the readout behind them, by their learning rate."""
    parameters: dict[float, list[nn.Parameter]] = {}
    for index in indices:
        factor = training["block_factors"][index] if index < plan.copied else 1
        rate = factor * training["learning_rate"]
        parameters.setdefault(rate, []).extend(replicates.layers[index].parameters())
    return parameters.items()


def _peak_memory() -> float:
    """Return the most main memory that this process has held so far, in MiB; a GPU's is apart."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, KiB elsewhere
