"""The cells of the transfer grid: a source, a protocol, a depth and a size, over replicates."""

import math
from collections.abc import Iterable, Iterator

from defrost.data.dataset import Dataset
from defrost.networks.network import Network
from defrost.networks.replicates import Replicates
from defrost.provenance.resume import Resume
from defrost.provenance.seeds import Seeds
from defrost.training.evaluate import evaluate
from defrost.transfer.frozen import FrozenBlocks
from defrost.transfer.phases import train_phases
from defrost.transfer.protocols import SCRATCH, plan_of
from defrost.transfer.pupils import Pupils, ReplicateSeeds, draw_replicate, replicates_of


def train_cell(
    settings: dict,
    target: Dataset,
    source: Network | None,
    seeds: Seeds,
    resume: Resume,
    memory: float = math.inf,
) -> Iterator[dict]:
    """Train a block of replicates of one cell and yield a row of the accuracy table for each.

    `settings` names the cell (`study`, `source`, `protocol`, `depth`, `size`, and what
    `replicates_of` asks for) and holds `network` and `training`. Without a source the cell is the
    from-scratch baseline. What frozen blocks put out for the examples of the training and test
    splits takes at most `memory` bytes each; the rest is kept in files.
    """
    replicates = replicates_of(settings)
    if not replicates:
        return
    names = ("study", "source", "source_seed", "protocol", "depth", "size")
    cell = {key: settings[key] for key in names}
    plan = SCRATCH
    if source:
        plan = plan_of(settings["protocol"], settings["depth"], len(source.blocks))
    depth = plan.frozen[-1]
    pupils = pupils_of(settings, target, replicates, seeds)
    frozen = FrozenBlocks(source, pupils.images, memory, resume.folder / "train")
    test = target.normalised("test")
    tested = FrozenBlocks(source, test.images, memory, resume.folder / "test")

    rows = list(resume.facts.get("rows", []))
    done = [row for row in rows if row["source_seed"] == settings["source_seed"]]
    yield from done
    for group in pupils.groups(pupils.draws[len(done) :]):
        networks = pupils.start(group, source, plan)
        lesson = pupils.lesson(group)
        costs = train_phases(
            Replicates(networks), plan, frozen, lesson, settings["training"], resume
        )
        for place, (draw, network, cost) in enumerate(zip(group, networks, costs, strict=True)):
            suffix, seen = network.suffix(depth), lesson.order[:, place].unique()
            train_accuracy, _ = evaluate(suffix, frozen.features(depth), pupils.labels, seen)
            test_accuracy, test_loss = evaluate(suffix, tested.features(depth), test.labels)
            print(f"replicate {draw.replicate}: test accuracy {test_accuracy:.4f}")
            row = {
                **cell,
                "replicate": draw.replicate,
                "train_accuracy": train_accuracy,
                "test_accuracy": test_accuracy,
                "test_loss": test_loss,
                **cost,
            }
            rows.append(row)
            yield row
        resume.forget(rows=rows)


def train_reference(
    settings: dict, target: Dataset, source: Network | None, seeds: Seeds, resume: Resume
) -> tuple[Network, dict]:
    """Return a target network trained as a cell's `replicate` is, and what it cost.

    From scratch, or from a source's network of which all blocks are copied and fine-tuned.
    """
    plan = plan_of("finetune", len(source.blocks), len(source.blocks)) if source else SCRATCH
    pupils = pupils_of(settings, target, [settings["replicate"]], seeds)
    (network,) = pupils.start(pupils.draws, source, plan)
    images = FrozenBlocks(source, pupils.images, math.inf, resume.folder)
    lesson, training = pupils.lesson(pupils.draws), settings["training"]
    (cost,) = train_phases(Replicates([network]), plan, images, lesson, training, resume)
    return network, cost


def pupils_of(settings: dict, target: Dataset, replicates: Iterable[int], seeds: Seeds) -> Pupils:
    """Return these replicates of a cell, ready to train."""
    named = ReplicateSeeds(settings["target"], seeds)
    labels = target.splits["train"].labels
    draws = [draw_replicate(settings, labels, replicate, named) for replicate in replicates]
    return Pupils(settings, target, draws, named)
