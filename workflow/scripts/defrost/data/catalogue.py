"""What can be said of a data set from its name alone, without reading it or loading torch."""

from typing import NamedTuple


class Shape(NamedTuple):
    """Size of a data set's images, and how many of them every class can give."""

    channels: int
    height: int
    width: int
    classes: int
    smallest_class: int


DATASETS = {"digits": Shape(1, 8, 8, classes=10, smallest_class=174)}
