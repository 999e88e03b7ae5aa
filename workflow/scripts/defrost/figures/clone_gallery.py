"""Images of the target beside those of its clones: a row for each, a column for every class."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from defrost.data.dataset import Dataset
from defrost.figures.style import COLUMN_WIDTH, FULL_WIDTH, display_name, in_style
from defrost.figures.tiles import brightness_of, draw_tiles, first_of_classes

_LETTER_WIDTH = 0.06  # inches, of the names left of the images
_CLASSES_HEIGHT = 0.42  # inches, above them
_LARGEST_IMAGE = 0.6  # inches
_CLASSES = 10  # of more, the first: images would be too small
_LEAST_ROW = 0.3  # inches: two lines of a name


@in_style()
def draw_clone_gallery(
    target: Dataset, target_name: str, clones: dict[str, Dataset]
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    The image of a class is its first in the training split; of more than ten classes the first
    ten are shown. One scale holds for all: black is the lowest value of the target's training
    images and white the highest, in every channel. A clone's values may lie outside, and are
    drawn as black or white.

    Args:
        target: the target's data set.
        target_name: what the data set is called.
        clones: the clones by name, in the order of the rows.

    Returns:
        The figure; a row for each pixel, with its value before it is cut to the scale.
    """
    datasets = {"target": target, **clones}
    classes = min(target.classes, _CLASSES)
    first = [first_of_classes(dataset, 1, classes)[0] for dataset in datasets.values()]
    images = np.stack(first)
    brightness = brightness_of(images, target)

    names = [f"target\n({display_name(target_name, 18)})", *(display_name(n, 18) for n in clones)]
    width = COLUMN_WIDTH if classes <= 5 else FULL_WIDTH
    names_width = _LETTER_WIDTH * max(len(line) for name in names for line in name.split("\n"))
    side = min((width - names_width) / classes, _LARGEST_IMAGE)
    height = len(names) * max(side, _LEAST_ROW) + _CLASSES_HEIGHT
    figure = Figure(figsize=(width, height), layout="compressed")
    draw_tiles(figure.add_subplot(), brightness[:, None], names)
    return figure, _pixels(images, list(datasets))


def _pixels(images: np.ndarray, names: list[str]) -> pd.DataFrame:
    _, classes, channels, height, width = images.shape
    index = pd.MultiIndex.from_product(
        [names, range(classes), range(channels), range(height), range(width)],
        names=["dataset", "class", "channel", "row", "column"],
    )
    return pd.DataFrame({"value": images.ravel()}, index=index).reset_index()
