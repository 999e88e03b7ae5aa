"""Cross-validation inside the labelled examples: what a depth is worth, by them alone.

A fold trains as its replicate does, from the same initial parameters and for as many steps, on
the examples outside the fold. Folds are the same for all sources, protocols and depths of a
replicate and size, and neither the probe nor the test split is looked at.
"""

import math
from collections.abc import Iterator

from torch import Tensor

from defrost.data.dataset import Dataset
from defrost.errors import UserError
from defrost.networks.network import Network
from defrost.networks.replicates import Replicates
from defrost.provenance.resume import Resume
from defrost.provenance.seeds import Seeds
from defrost.selection.folds import Fold, stratified_folds
from defrost.training.evaluate import evaluate
from defrost.training.held_out import held_out_count
from defrost.training.loop import batches
from defrost.transfer.frozen import FrozenBlocks
from defrost.transfer.phases import train_phases
from defrost.transfer.protocols import SCRATCH, plan_of
from defrost.transfer.pupils import Draw, Pupils, ReplicateSeeds, labelled_examples, replicates_of


def cross_validate(
    settings: dict,
    target: Dataset,
    source: Network | None,
    seeds: Seeds,
    resume: Resume,
    memory: float = math.inf,
) -> Iterator[dict]:
    """Train every fold of a block of replicates and yield a row of the table for each.

    The replicates of a fold train side by side, as in a cell. `settings` names the cells (`study`,
    `source`, `protocol`, `depths`, `size`, and what `replicates_of` asks for) and holds
    `network`, `training` and the number of `folds`. Without a source it is the from-scratch
    baseline. What frozen blocks put out for the labelled examples takes at most `memory` bytes;
    the rest is kept in files.

    Raises UserError where the examples are too few: no class has two of them, or early stopping
    leaves less than two to train on.
    """
    if not replicates_of(settings):
        return
    names = ("study", "source", "source_seed", "protocol", "size")
    cell = {key: settings[key] for key in names}
    named = ReplicateSeeds(settings["target"], seeds)
    folds = draw_folds(settings, target.splits["train"].labels, named)
    pupils = Pupils(settings, target, [draw for draws in folds for draw in draws], named)
    frozen = FrozenBlocks(source, pupils.images, memory, resume.folder)

    rows = list(resume.facts.get("rows", []))
    own = [row for row in rows if row["source_seed"] == settings["source_seed"]]
    yield from own
    done = len(own)
    parts = [(depth, *part) for depth in settings["depths"] for part in enumerate(folds)]
    for depth, fold, draws in parts:
        left, done = draws[done:], max(done - len(draws), 0)
        plan = plan_of(settings["protocol"], depth, len(source.blocks)) if source else SCRATCH
        for group in pupils.groups(left):
            networks = pupils.start(group, source, plan)
            costs = train_phases(
                Replicates(networks),
                plan,
                frozen,
                pupils.lesson(group),
                settings["training"],
                resume,
            )
            for draw, network, cost in zip(group, networks, costs, strict=True):
                suffix, features = (x(plan.frozen[-1]) for x in (network.suffix, frozen.features))
                seen = pupils.places(draw.validation)
                accuracy, _ = evaluate(suffix, features, pupils.labels, seen)
                row = {
                    **cell,
                    "depth": depth,
                    "replicate": draw.replicate,
                    "fold": fold,
                    "validation_examples": len(seen),
                    "correct": round(accuracy * len(seen)),
                    "train_flops": cost["train_flops"],
                    "train_seconds": cost["train_seconds"],
                }
                rows.append(row)
                yield row
            resume.forget(rows=rows)


def labelled_folds(
    labels: Tensor, size: int, count: int, replicate: int, seeds: ReplicateSeeds
) -> tuple[Tensor, list[Fold]]:
    """Return the labelled examples of a replicate, as rows of `labels`, and their folds."""
    subset = labelled_examples(labels, size, replicate, seeds)
    return subset, stratified_folds(
        labels[subset], count, seeds.generator(replicate, "folds", size)
    )


def draw_folds(settings: dict, labels: Tensor, seeds: ReplicateSeeds) -> list[list[Draw]]:
    """Return what the networks of every fold see: a list of replicates for each fold."""
    of_replicates = [
        _of_replicate(settings, labels, replicate, seeds) for replicate in replicates_of(settings)
    ]
    return [list(draws) for draws in zip(*of_replicates, strict=True)]


def _of_replicate(
    settings: dict, labels: Tensor, replicate: int, seeds: ReplicateSeeds
) -> list[Draw]:
    """Return what each fold of a replicate sees.

    Training parts may differ by an example: the batches, and what early stopping holds out, are
    as large as the smallest part allows, so that folds and replicates train side by side.
    """
    size, training = settings["size"], settings["training"]
    subset, folds = labelled_folds(labels, size, settings["folds"], replicate, seeds)
    where = f"selection: size {size}"
    if not folds:
        allowed = "allowed are sizes above the number of classes"
        raise UserError(where, "found no class with two examples", allowed)
    smallest = min(len(fold.train) for fold in folds)
    held_out = held_out_count(training, smallest)
    if smallest - held_out < 2:  # which normalisation needs
        found = f"found {held_out} of the {smallest} examples beside a fold held out"
        raise UserError(where, found, "allowed are sizes that leave two or more to train on")
    batched = {**training, "batch_size": min(training["batch_size"], smallest - held_out)}
    draws = []
    for number, fold in enumerate(folds):
        rows, count = subset[fold.train], len(fold.train) - held_out
        order = batches(count, batched, seeds.generator(replicate, "fold", number, "batches"))
        changes = seeds(replicate, "fold", number, "augmentation")
        draws.append(Draw(replicate, rows[order], rows[count:], changes, subset[fold.validation]))
    return draws
