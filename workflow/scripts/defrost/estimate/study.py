"""What is known of a study before anything of it is made."""

from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from defrost.config import origins
from defrost.data.catalogue import KNOWN, class_count, data_kind, image_shape
from defrost.estimate.counts import Counts, count_network
from defrost.provenance.seeds import Seeds
from defrost.transfer.cross_validation import draw_folds
from defrost.transfer.pupils import Draw, ReplicateSeeds, draw_replicate

_MANY = 10**6  # training examples of a source that does not say: more than a batch, whatever it is


class Images(NamedTuple):
    """Channels, height and width of a study's images, and the number of the target's classes."""

    shape: tuple[int, int, int]
    classes: int


def known_images(target: dict, dataset: Path) -> Images | None:
    """Return what the config says of a target's images, or the file `dataset` if it is there.

    None where neither does: shape or classes of a user's own files are known once they are read.
    """
    shape, classes = image_shape(target), class_count(target)
    if (shape is None or classes is None) and dataset.exists():
        from safetensors import safe_open

        with safe_open(dataset, framework="pt") as file:
            shape = tuple(file.get_slice("train.images").get_shape()[1:])
            classes = int(file.get_tensor("train.labels").max()) + 1
    return None if shape is None or classes is None else Images(tuple(shape), classes)


class Study:
    """A study of a resolved config, the shape of its images, and the draws of its replicates.

    Draws are those of the run, because they depend on seeds and on how many examples there are of
    each class; which examples they are is all that labels would add.
    """

    def __init__(self, config: dict, name: str, images: Images) -> None:
        self.config = config
        self.name = name
        self.study = config["studies"][name]
        self.shape, self.classes = images
        self.draw = cache(self._draw)
        self.folds = cache(self._folds)

    @cached_property
    def seeds(self) -> ReplicateSeeds:
        """Seeds of the replicates."""
        return ReplicateSeeds(self.study["target"]["dataset"], Seeds(self.config["root_seed"]))

    @cached_property
    def labels(self) -> Tensor:
        """As many labels as the training split has, as many of each class."""
        return torch.arange(self.study["target"]["split"]["train"]) % self.classes

    def counts(self, classes: int | None = None) -> Counts:
        """Return the counts of the study's network, with a readout of so many classes."""
        return count_network(self.study["network"], self.shape, classes or self.classes)

    def examples(self, dataset: str) -> dict[str, int]:
        """Return how many examples the splits of a data set have, as far as that is known."""
        asked = origins.examples_of(self.study, dataset)
        kind = data_kind(self.study["sources"].get(dataset, self.study["target"]))
        if dataset == "target" or kind not in KNOWN:
            return asked
        known, classes = KNOWN[kind], self.source_classes(dataset)
        parts = {"train": known.smallest_train, "test": known.smallest_test or 0}
        return {part: classes * count for part, count in parts.items()} | asked

    def source_classes(self, source: str) -> int:
        """Return the number of classes of a source's task."""
        if origins.origin(self.study, source) == "real source":
            return class_count(origins.real_task(self.study, source)) or self.classes
        return self.classes

    def source_examples(self, source: str) -> int:
        """Return how many examples a source's network is trained on."""
        control = origins.origin(self.study, source) == "control"
        return self.examples("target" if control else source).get("train", _MANY)

    def _draw(self, size: int, replicate: int) -> Draw:
        settings = {"size": size, "training": self.study["training"]}
        return draw_replicate(settings, self.labels, replicate, self.seeds)

    def _folds(self, size: int, replicate: int) -> list[Draw]:
        settings = {
            "size": size,
            "training": self.study["training"],
            "folds": self.study["selection"]["folds"],
            "first": replicate,
            "last": replicate,
            "source_seeds": 1,
            "source_seed": 0,
        }
        return [draw for (draw,) in draw_folds(settings, self.labels, self.seeds)]
