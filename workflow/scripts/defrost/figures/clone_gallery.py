"""Images of the target beside those of its clones: a row for each, a column for every class."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from defrost.data.dataset import Dataset
from defrost.figures.style import COLUMN_WIDTH, FULL_WIDTH, display_name, in_style

_LETTER_WIDTH = 0.06  # inches, of the names left of the images
_CLASSES_HEIGHT = 0.42  # inches, above them
_LARGEST_IMAGE = 0.6  # inches


@in_style()
def draw_clone_gallery(
    target: Dataset, target_name: str, clones: dict[str, Dataset]
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    The image of a class is its first in the training split. One scale holds for all: black is
    the lowest value of the target's training images and white the highest, in every channel. A
    clone's values may lie outside, and are drawn as black or white.

    Args:
        target: the target's data set.
        target_name: what the data set is called.
        clones: the clones by name, in the order of the rows.

    Returns:
        The figure; a row for each pixel, with its value before it is cut to the scale.
    """
    datasets = {"target": target, **clones}
    images = np.stack([first_of_each_class(dataset) for dataset in datasets.values()])
    lowest, highest = (float(limit) for limit in target.splits["train"].images.aminmax())
    brightness = ((images - lowest) / (highest - lowest)).clip(0, 1)

    names = [f"target\n({display_name(target_name, 18)})", *(display_name(n, 18) for n in clones)]
    rows, classes = images.shape[:2]
    width = COLUMN_WIDTH if classes <= 5 else FULL_WIDTH
    names_width = _LETTER_WIDTH * max(len(line) for name in names for line in name.split("\n"))
    side = min((width - names_width) / classes, _LARGEST_IMAGE)
    figure = Figure(figsize=(width, rows * side + _CLASSES_HEIGHT), layout="compressed")
    _draw_tiles(figure, brightness, names)
    return figure, _pixels(images, list(datasets))


def first_of_each_class(dataset: Dataset) -> np.ndarray:
    """Return the first training image of each class: classes x channels x height x width."""
    images, labels = dataset.splits["train"]
    first = [int((labels == label).nonzero()[0]) for label in range(dataset.classes)]
    return images[first].numpy()


def _draw_tiles(figure: Figure, brightness: np.ndarray, names: list[str]) -> None:
    """Draw rows x classes x channels x height x width as one picture with white gaps."""
    rows, classes, _, height, width = brightness.shape
    gap = max(1, round(height / 10))
    picture = np.ones((rows * (height + gap) - gap, classes * (width + gap) - gap, 3))
    for row, column in np.ndindex(rows, classes):
        top, left = row * (height + gap), column * (width + gap)
        # a grey image has one channel, which goes to all three
        tile = brightness[row, column].transpose(1, 2, 0)
        picture[top : top + height, left : left + width] = tile

    axes = figure.add_subplot()
    axes.imshow(picture, interpolation="nearest")
    axes.spines[:].set_visible(False)
    axes.set_yticks([(height - 1) / 2 + row * (height + gap) for row in range(rows)], names)
    middles = [(width - 1) / 2 + column * (width + gap) for column in range(classes)]
    axes.set_xticks(middles, range(classes))
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("class")
    axes.tick_params(length=0)


def _pixels(images: np.ndarray, names: list[str]) -> pd.DataFrame:
    _, classes, channels, height, width = images.shape
    index = pd.MultiIndex.from_product(
        [names, range(classes), range(channels), range(height), range(width)],
        names=["dataset", "class", "channel", "row", "column"],
    )
    return pd.DataFrame({"value": images.ravel()}, index=index).reset_index()
