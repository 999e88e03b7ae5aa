"""What every planned job trains, and how many operations that takes."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from defrost.config.grid import source_seeds
from defrost.config.selected import validated_depths
from defrost.estimate.counts import Counts, step_operations
from defrost.estimate.plan import Job
from defrost.estimate.study import Study
from defrost.training.held_out import held_out_count
from defrost.transfer.protocols import SCRATCH, Plan, plan_of
from defrost.transfer.pupils import Draw, replicates_of


class Phase(NamedTuple):
    """Steps of a training behind `depth` frozen blocks.

    `seen` is how many examples the frozen blocks put through, over all networks.
    """

    depth: int
    steps: int
    seen: int


class Training(NamedTuple):
    """Networks that train side by side, on batches of one size.

    Attributes:
        networks: how many.
        classes: of their readout.
        batch: examples in a batch.
        phases: of the training; none where nothing trains.
        settings: `training` or `pretraining` of the study.
        tested: examples that each network is evaluated on.
        featured: examples of those that the frozen blocks put through once for all networks.
    """

    networks: int
    classes: int
    batch: int
    phases: tuple[Phase, ...]
    settings: dict
    tested: int
    featured: int = 0


def trainings(job: Job, study: Study) -> Iterator[Training]:
    """Yield what a job trains; nothing for a rule that does not."""
    if job.rule in _TRAINED:
        yield from _TRAINED[job.rule](job.wildcards, study)


def operations(training: Training, counts: Counts) -> int:
    """Return the operations of a training as its cost will report them, over all networks.

    With early stopping every step is counted, which is the most there may be.
    """
    return sum(
        training.networks * phase.steps * step_operations(counts, phase.depth, training.batch)
        + phase.seen * counts.forward[phase.depth]
        for phase in training.phases
    )


def _pretraining(wildcards: dict, study: Study) -> Iterator[Training]:
    source, settings = wildcards["source"], study.study["pretraining"]
    examples = study.source_examples(source)
    classes, test = study.source_classes(source), study.examples(source).get("test", 0)
    batch = min(settings["batch_size"], examples - held_out_count(settings, examples))
    if study.study["sources"][source]["kind"] == "untrained":
        # its normalisation sees every example, nothing trains
        yield Training(1, classes, batch, (), settings, examples + test)
    else:
        phases = (Phase(0, settings["steps"], 0),)
        yield Training(1, classes, batch, phases, settings, test)


def _cell(wildcards: dict, study: Study) -> Iterator[Training]:
    source, plan = wildcards.get("source", "scratch"), SCRATCH
    if source != "scratch":
        blocks = len(study.counts().shapes) - 1
        plan = plan_of(wildcards["protocol"], int(wildcards["depth"]), blocks)
    size, test = int(wildcards["size"]), study.study["target"]["split"]["test"]
    for replicates in _by_source_seed(wildcards, study, source):
        draws = [study.draw(size, replicate) for replicate in replicates]
        yield _training(draws, plan, study, tested=size + test, featured=test)


def _reference(wildcards: dict, study: Study) -> Iterator[Training]:
    plan, test = SCRATCH, study.study["target"]["split"]["test"]
    if "source" in wildcards:
        blocks = len(study.counts().shapes) - 1
        plan = plan_of("finetune", blocks, blocks)
    draw = study.draw(int(wildcards["size"]), int(wildcards["replicate"]))
    yield _training([draw], plan, study, tested=test)


def _folds(wildcards: dict, study: Study) -> Iterator[Training]:
    source, plans = wildcards.get("source", "scratch"), [SCRATCH]
    if source != "scratch":
        protocol, blocks = wildcards["protocol"], len(study.counts().shapes) - 1
        depths = validated_depths(study.study)[protocol]
        plans = [plan_of(protocol, depth, blocks) for depth in depths]
    size = int(wildcards["size"])
    for replicates in _by_source_seed(wildcards, study, source):
        folds = zip(*(study.folds(size, replicate) for replicate in replicates), strict=True)
        for draws in folds:
            for plan in plans:
                yield _training(list(draws), plan, study, tested=len(draws[0].validation))


_TRAINED: dict[str, Callable[[dict, Study], Iterator[Training]]] = {
    "pretrain_source": _pretraining,
    "train_scratch": _cell,
    "train_transfer": _cell,
    "train_reference": _reference,
    "finetune_source": _reference,
    "cross_validate_scratch": _folds,
    "cross_validate": _folds,
}


def _by_source_seed(wildcards: dict, study: Study, source: str) -> Iterator[list[int]]:
    """Yield the replicates of a job, those that start from one network together."""
    block = {"first": int(wildcards["first"]), "last": int(wildcards["last"])}
    count = source_seeds(study.study, source)
    for seed in range(count):
        if found := replicates_of({**block, "source_seeds": count, "source_seed": seed}):
            yield found


def _training(
    draws: list[Draw], plan: Plan, study: Study, tested: int, featured: int = 0
) -> Training:
    settings = study.study["training"]
    augmented = settings["augmentation"]["flip"] or settings["augmentation"]["shift"]
    orders = [draw.order for draw in draws]
    steps, batch = orders[0].shape
    phases = []
    parts = torch.arange(steps).tensor_split(len(plan.frozen))
    for number, (depth, part) in enumerate(zip(plan.frozen, parts, strict=True)):
        seen = len(draws) * len(part) * batch
        if not augmented:  # each example once, and none where nothing is frozen
            seen = sum(_seen(order, len(parts))[number] for order in orders) if depth else 0
        phases.append(Phase(depth, len(part), seen))
    shown = max(phase.seen for phase in phases)
    if not augmented:  # to all networks together
        shown = min(shown, len(study.labels))
    return Training(
        len(draws), study.classes, batch, tuple(phases), settings, tested, featured + shown
    )


@lru_cache(maxsize=4096)
def _seen(order: Tensor, phases: int) -> tuple[int, ...]:
    """Return how many examples are in the batches (steps x B) of each phase.

    Kept by the tensor's identity: the draws of a study are made once and serve all its cells.
    """
    return tuple(len(part.unique()) for part in order.tensor_split(phases))
