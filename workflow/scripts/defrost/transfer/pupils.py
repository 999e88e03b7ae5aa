"""What trains in a job: replicates, or folds of them, and the images that they see."""

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from defrost.data.dataset import Dataset
from defrost.data.splits import balanced_order
from defrost.networks.build import build_network
from defrost.networks.catalogue import number_of_blocks
from defrost.networks.network import Network
from defrost.networks.replicates import stackable
from defrost.provenance.seeds import Seeds
from defrost.training.augment import augmentation_of
from defrost.training.held_out import held_out_count
from defrost.training.loop import batches
from defrost.transfer.phases import Lesson
from defrost.transfer.protocols import Plan


class Draw(NamedTuple):
    """What one network of a job sees, as rows of the target's training split.

    Attributes:
        replicate: whose initialisation it starts from.
        order: steps x B, the batches.
        held_out: V, the examples that early stopping looks at; not in any batch.
        augmentation: seed of how images are changed.
        validation: labelled examples of the replicate that this network is told nothing of; none
            but in cross-validation.
    """

    replicate: int
    order: Tensor
    held_out: Tensor
    augmentation: int
    validation: Tensor = torch.empty(0, dtype=torch.int64)


class ReplicateSeeds:
    """Seeds of what belongs to a replicate: by target, replicate and use alone.

    So that sources, depths and protocols are compared in pairs.
    """

    def __init__(self, target: str, seeds: Seeds) -> None:
        self.target = target
        self.seeds = seeds

    def __call__(self, replicate: int, *use: str | int) -> int:
        """Return the seed for a use."""
        return self.seeds(self.target, "replicate", replicate, *use)

    def generator(self, replicate: int, *use: str | int) -> Generator:
        """Return a generator with that seed."""
        return Generator().manual_seed(self(replicate, *use))


def replicates_of(settings: dict) -> list[int]:
    """Return the replicates `first` to `last` that start from one of a source's networks.

    Replicate r starts from network r mod `source_seeds`; `source_seed` is the network's number.
    """
    block = range(settings["first"], settings["last"] + 1)
    return [r for r in block if r % settings["source_seeds"] == settings["source_seed"]]


def labelled_examples(labels: Tensor, size: int, replicate: int, seeds: ReplicateSeeds) -> Tensor:
    """Return the `size` labelled examples of a replicate, as rows of the N `labels`.

    The examples of a smaller size are the first of a larger one.
    """
    return balanced_order(labels, seeds.generator(replicate, "subset"))[:size]


def draw_replicate(settings: dict, labels: Tensor, replicate: int, seeds: ReplicateSeeds) -> Draw:
    """Return what a replicate sees; `settings` holds `size` and `training`."""
    subset = labelled_examples(labels, settings["size"], replicate, seeds)
    count = len(subset) - held_out_count(settings["training"], len(subset))
    order = batches(count, settings["training"], seeds.generator(replicate, "batches"))
    return Draw(replicate, subset[order], subset[count:], seeds(replicate, "augmentation"))


class Pupils:
    """The networks of a job, by what they see, and the images of all of them.

    `settings` holds `network` and `training`.
    """

    def __init__(
        self, settings: dict, target: Dataset, draws: list[Draw], seeds: ReplicateSeeds
    ) -> None:
        self.settings = settings
        self.target = target
        self.draws = draws
        self.seeds = seeds
        for draw in draws:  # so that a job that goes on after a stop records them all
            for use in _uses(settings["network"]):
                seeds(draw.replicate, *use)
        rows = [torch.cat([d.order.flatten(), d.held_out, d.validation]) for d in draws]
        self._rows = torch.cat(rows).unique()
        self.images, self.labels = target.normalised("train", self._rows)

    def groups(self, draws: list[Draw]) -> list[list[Draw]]:
        """Return which of these networks train side by side."""
        if draws and stackable(self._fresh(draws[0])):
            return [draws]
        return [[draw] for draw in draws]

    def start(self, group: list[Draw], source: Network | None, plan: Plan) -> list[Network]:
        """Return the networks as the plan starts them.

        What they draw while they train comes from torch's own generator; only networks that
        train alone draw anything.
        """
        networks = [self._fresh(draw).to(self.target.device) for draw in group]
        for network in networks:
            if plan.copied:
                network.copy_blocks(source, plan.copied)
        torch.manual_seed(self.seeds(group[0].replicate, "noise"))
        return networks

    def lesson(self, group: list[Draw]) -> Lesson:
        """Return what the networks of a group see, as rows of `images`."""
        order = torch.stack([draw.order for draw in group], dim=1)
        held_out = torch.stack([draw.held_out for draw in group])
        generators = [Generator().manual_seed(draw.augmentation) for draw in group]
        changes = augmentation_of(self.settings["training"], order.shape[::2], generators)
        return Lesson(self.labels, self.places(order), self.places(held_out), changes)

    def places(self, rows: Tensor) -> Tensor:
        """Return rows of the training split as rows of `images`, on their device."""
        return torch.searchsorted(self._rows, rows).to(self.images.device)

    def _fresh(self, draw: Draw) -> Network:
        return build_network(
            self.settings["network"],
            self.target.image_shape,
            self.target.classes,
            seed_of_block=lambda number: self.seeds(draw.replicate, "block", number),
        )


def _uses(network: dict) -> list[tuple]:
    """Return what a replicate's network needs seeds for."""
    return [*(("block", number + 1) for number in range(number_of_blocks(network) + 1)), ("noise",)]
