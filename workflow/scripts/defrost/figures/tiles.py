"""Images of several data sets beside one another, as one picture."""

import numpy as np
import torch
from matplotlib.axes import Axes

from defrost.data.dataset import Dataset


def first_of_classes(dataset: Dataset, count: int, classes: int) -> np.ndarray:
    """Return the first training images of the first classes: count x classes x C x H x W."""
    images, labels = dataset.splits["train"]
    first = [(labels == label).nonzero()[:count, 0] for label in range(classes)]
    return images[torch.stack(first, dim=1)].numpy()


def brightness_of(images: np.ndarray, target: Dataset) -> np.ndarray:
    """Return images on the target's scale: 0 its lowest training value, 1 its highest."""
    low, high = (float(limit) for limit in target.splits["train"].images.aminmax())
    return ((images - low) / (high - low)).clip(0, 1)


def draw_tiles(axes: Axes, brightness: np.ndarray, names: list[str]) -> None:
    """Draw data sets x images x classes x C x H x W, a wider gap between two data sets.

    Every data set has its name at the left, every class its number above.
    """
    datasets, count, classes, _, height, width = brightness.shape
    gap = max(1, round(height / 12))
    apart = 3 * gap if count > 1 else gap
    band = count * (height + gap) - gap  # of one data set
    picture = np.ones((datasets * (band + apart) - apart, classes * (width + gap) - gap, 3))
    for dataset, row, column in np.ndindex(datasets, count, classes):
        top = dataset * (band + apart) + row * (height + gap)
        left = column * (width + gap)
        # a grey image has one channel, which goes to all three
        tile = brightness[dataset, row, column].transpose(1, 2, 0)
        picture[top : top + height, left : left + width] = tile
    axes.imshow(picture, interpolation="nearest")
    axes.spines[:].set_visible(False)
    axes.set_yticks([(band - 1) / 2 + place * (band + apart) for place in range(datasets)], names)
    middles = [(width - 1) / 2 + column * (width + gap) for column in range(classes)]
    axes.set_xticks(middles, range(classes))
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("class")
    axes.tick_params(length=0)
