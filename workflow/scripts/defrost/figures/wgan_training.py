"""How the WGAN clones were trained: for each its loss curve, and images beside real ones."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defrost.data.dataset import Dataset
from defrost.figures.style import FULL_WIDTH, GREY, display_name, in_style
from defrost.figures.tiles import brightness_of, draw_tiles, first_of_classes

_IMAGES = 3  # of each class, of target and clone alike: enough to see whether they differ
_CLASSES = 10  # of more, the first: images would be too small
_CURVE_WIDTH = 2.3  # inches, the least, of the loss curve with its labels
_NAMES_WIDTH = 0.6  # inches, of the words left of the images
_AROUND = 0.55  # inches, of titles above the panels and labels below them
_LARGEST_IMAGE = 0.42  # inches
_LEAST_HEIGHT = 1.2  # inches, of a loss curve


@in_style()
def draw_wgan_training(
    target: Dataset, clones: dict[str, Dataset], losses: dict[str, pd.DataFrame]
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in its curves.

    Shown are the first three training images of the first ten classes, fewer where there are no
    more. Black is the lowest value of the target's training images and white the highest, in
    every channel.

    Args:
        target: the target's data set.
        clones: the WGAN clones by name, in the order of the rows.
        losses: what `train_wgan` reported, by the same names.

    Returns:
        The figure; a row for each point of the curves with source, step and Wasserstein estimate.
    """
    images = _shown_images(target, clones)
    brightness = brightness_of(images, target)

    rows, classes = images.shape[1:3]
    side = min((FULL_WIDTH - _CURVE_WIDTH - _NAMES_WIDTH) / classes, _LARGEST_IMAGE)
    pictures = classes * side + _NAMES_WIDTH
    height = max(2 * rows * side, _LEAST_HEIGHT) + _AROUND
    figure = Figure(figsize=(FULL_WIDTH, len(clones) * height), layout="compressed")
    panels = figure.subplots(
        len(clones), 2, squeeze=False, width_ratios=[FULL_WIDTH - pictures, pictures]
    )
    real, *drawn = brightness
    for (left, right), name, clone in zip(panels, clones, drawn, strict=True):
        _draw_curve(left, losses[name])
        left.set_title(display_name(f"source: {name}"))
        draw_tiles(right, np.stack([real, clone]), ["target", "clone"])
    columns = ["step", "wasserstein_estimate"]
    curves = [losses[name][columns].assign(source=name) for name in clones]
    return figure, pd.concat(curves, ignore_index=True)[["source", *columns]]


def _shown_images(target: Dataset, clones: dict[str, Dataset]) -> np.ndarray:
    """Return images of every data set, the target first, as many of each as all of them have."""
    datasets = [target, *clones.values()]
    classes = min(target.classes, _CLASSES)
    counts = [dataset.splits["train"].labels.bincount()[:classes] for dataset in datasets]
    count = min(_IMAGES, *(int(of_classes.min()) for of_classes in counts))
    return np.stack([first_of_classes(dataset, count, classes) for dataset in datasets])


def _draw_curve(axes: Axes, losses: pd.DataFrame) -> None:
    # a single point would be an invisible line
    axes.plot(losses["step"], losses["wasserstein_estimate"], marker="." if len(losses) < 2 else "")
    axes.axhline(0, color=GREY, linewidth=0.6, zorder=1)
    axes.set_xlabel("generator step")
    axes.set_ylabel("Wasserstein estimate")
