"""What can be said of a data set from its name alone, without reading it or loading torch."""

from typing import NamedTuple


class Known(NamedTuple):
    """Shape of a data set's images, its classes, and how many of each class there are at least.

    `smallest_test` counts in the official test part, `smallest_train` in the rest; a set without
    such a part is one pool.
    """

    channels: int
    height: int
    width: int
    classes: int
    smallest_train: int
    smallest_test: int | None


# as counted in the files, or published by those who made them
KNOWN = {
    "digits": Known(1, 8, 8, 10, 174, None),
    "MNIST": Known(1, 28, 28, 10, 5421, 892),
    "FashionMNIST": Known(1, 28, 28, 10, 6000, 1000),
    "KMNIST": Known(1, 28, 28, 10, 6000, 1000),
    "EMNIST": Known(1, 28, 28, 47, 2400, 400),
    "CIFAR10": Known(3, 32, 32, 10, 5000, 1000),
    "CIFAR100": Known(3, 32, 32, 100, 500, 100),
    "SVHN": Known(3, 32, 32, 10, 4659, 1595),
}
REAL = (*KNOWN, "folder", "arrays")


def data_kind(data: dict) -> str:
    """Return what a target (by its `dataset`) or a source (by its `kind`) is made of."""
    return data["dataset"] if "dataset" in data else data["kind"]


def image_shape(target: dict) -> tuple[int, int, int] | None:
    """Return channels, height and width of a target's images; None where only its files say."""
    if target["dataset"] == "hidden_manifold":
        return 1, 1, target["input_dimension"]
    if "image" in target:
        return tuple(target["image"][key] for key in ("channels", "height", "width"))
    known = KNOWN.get(target["dataset"])
    return known and known[:3]


def class_count(target: dict) -> int | None:
    """Return the number of classes of a target; None where only its files say."""
    if target["dataset"] == "hidden_manifold":
        return target["class_count"]
    if "classes" in target:
        return len(target["classes"])
    known = KNOWN.get(target["dataset"])
    return known and known.classes
