"""The cells of the transfer grid: a source, a protocol, a depth and a size, over replicates."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from defrost.data.dataset import Dataset
from defrost.data.splits import balanced_order
from defrost.networks.build import build_network
from defrost.networks.catalogue import number_of_blocks
from defrost.networks.network import Network
from defrost.networks.replicates import Replicates, stackable
from defrost.provenance.resume import Resume
from defrost.provenance.seeds import Seeds
from defrost.training.augment import augmentation_of
from defrost.training.evaluate import evaluate
from defrost.training.held_out import held_out_count
from defrost.training.loop import batches
from defrost.transfer.frozen import FrozenBlocks
from defrost.transfer.phases import Lesson, train_phases
from defrost.transfer.protocols import SCRATCH, Plan, plan_of


def train_cell(
    settings: dict,
    target: Dataset,
    source: Network | None,
    seeds: Seeds,
    resume: Resume,
    memory: float = math.inf,
) -> Iterator[dict]:
    """Train a block of replicates of one cell and yield a row of the accuracy table for each.

    `settings` names the cell (`study`, `source`, `protocol`, `depth`, `size`, and the replicates
    `first` to `last`) and holds `network` and `training`. Without a source the cell is the
    from-scratch baseline. What frozen blocks put out for the examples of the training and test
    splits takes at most `memory` bytes each; the rest is kept in files.
    """
    cell = {key: settings[key] for key in ("study", "source", "protocol", "depth", "size")}
    plan = SCRATCH
    if source:
        plan = plan_of(settings["protocol"], settings["depth"], len(source.blocks))
    depth = plan.frozen[-1]
    pupils = Pupils(settings, target, range(settings["first"], settings["last"] + 1), seeds)
    frozen = FrozenBlocks(source, pupils.images, memory, resume.folder / "train")
    test = target.normalised("test")
    tested = FrozenBlocks(source, test.images, memory, resume.folder / "test")

    rows = list(resume.facts.get("rows", []))
    yield from rows
    for group in pupils.groups(len(rows)):
        networks = pupils.start(group, source, plan)
        lesson = pupils.lesson(group)
        costs = train_phases(
            Replicates(networks), plan, frozen, lesson, settings["training"], resume
        )
        for place, (replicate, network, cost) in enumerate(
            zip(group, networks, costs, strict=True)
        ):
            suffix, seen = network.suffix(depth), lesson.order[:, place].unique()
            train_accuracy, _ = evaluate(suffix, frozen.features(depth), pupils.labels, seen)
            test_accuracy, test_loss = evaluate(suffix, tested.features(depth), test.labels)
            print(f"replicate {replicate}: test accuracy {test_accuracy:.4f}")
            row = {
                **cell,
                "replicate": replicate,
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
    group = [settings["replicate"]]
    pupils = Pupils(settings, target, group, seeds)
    (network,) = pupils.start(group, source, plan)
    images = FrozenBlocks(source, pupils.images, math.inf, resume.folder)
    lesson, training = pupils.lesson(group), settings["training"]
    (cost,) = train_phases(Replicates([network]), plan, images, lesson, training, resume)
    return network, cost


class Draw(NamedTuple):
    """What a replicate sees, as rows of the target's training split.

    Attributes:
        order: steps x B, the batches.
        held_out: V, the examples that early stopping looks at; not in any batch.
        augmentation: draws how images are changed.
    """

    order: Tensor
    held_out: Tensor
    augmentation: Generator


def _uses(network: dict) -> list[tuple]:
    """Return what a replicate's network needs seeds for."""
    return [*(("block", number + 1) for number in range(number_of_blocks(network) + 1)), ("noise",)]


class Pupils:
    """The replicates of a job, and the images that they see.

    What a replicate starts from and sees depends on the target, the replicate and the size alone,
    so that sources, depths and protocols are compared in pairs. The examples of a smaller size
    are the first of a larger one.
    """

    def __init__(
        self, settings: dict, target: Dataset, replicates: range | list[int], seeds: Seeds
    ) -> None:
        self.settings = settings
        self.target = target
        self.seeds = seeds
        self.draws = {replicate: self._draw(replicate) for replicate in replicates}
        for replicate in replicates:  # so that a job that goes on after a stop records them all
            for use in _uses(settings["network"]):
                self._seed(replicate, *use)
        rows = [torch.cat([d.order.flatten(), d.held_out]) for d in self.draws.values()]
        self._rows = torch.cat(rows).unique()
        self.images, self.labels = target.normalised("train", self._rows)

    def groups(self, done: int) -> list[list[int]]:
        """Return which of the replicates, but for those that are done, train side by side."""
        left = list(self.draws)[done:]
        if left and stackable(self._fresh(left[0])):
            return [left]
        return [[replicate] for replicate in left]

    def start(self, group: list[int], source: Network | None, plan: Plan) -> list[Network]:
        """Return the networks as the plan starts them.

        What they draw while they train comes from torch's own generator; only networks that
        train alone draw anything.
        """
        networks = [self._fresh(replicate) for replicate in group]
        for network in networks:
            if plan.copied:
                network.copy_blocks(source, plan.copied)
        torch.manual_seed(self._seed(group[0], "noise"))
        return networks

    def lesson(self, group: list[int]) -> Lesson:
        """Return what the replicates of a group see, as rows of `images`."""
        draws = [self.draws[replicate] for replicate in group]
        order = torch.stack([draw.order for draw in draws], dim=1)
        held_out = torch.stack([draw.held_out for draw in draws])
        generators = [draw.augmentation for draw in draws]
        changes = augmentation_of(self.settings["training"], order.shape[::2], generators)
        place = torch.searchsorted
        return Lesson(self.labels, place(self._rows, order), place(self._rows, held_out), changes)

    def _draw(self, replicate: int) -> Draw:
        training = self.settings["training"]
        generator = self._generator(replicate, "subset")
        subset = balanced_order(self.target.splits["train"].labels, generator)
        subset = subset[: self.settings["size"]]
        count = len(subset) - held_out_count(training, len(subset))
        order = batches(count, training, self._generator(replicate, "batches"))
        changes = self._generator(replicate, "augmentation")
        return Draw(subset[order], subset[count:], changes)

    def _fresh(self, replicate: int) -> Network:
        return build_network(
            self.settings["network"],
            self.target.image_shape,
            self.target.classes,
            seed_of_block=lambda number: self._seed(replicate, "block", number),
        )

    def _generator(self, replicate: int, use: str) -> Generator:
        return Generator().manual_seed(self._seed(replicate, use))

    def _seed(self, replicate: int, *use: str | int) -> int:
        return self.seeds(self.settings["target"], "replicate", replicate, *use)
