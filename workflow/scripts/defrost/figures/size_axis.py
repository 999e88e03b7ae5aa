"""The axis of labelled examples: logarithmic, with a tick at every size."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

_DIGIT_WIDTH = 0.07  # inches, of a tick label
_LABELS_WIDTH = 0.4  # inches, of ticks and label at the left of a panel


def set_size_axis(panels: list[Axes], sizes: list[int]) -> None:
    """Set the horizontal axis, which all panels share, for ascending sizes.

    Where sizes are too close for their numbers, these stand upright.
    """
    first = panels[0]
    margin = max((sizes[-1] / sizes[0]) ** 0.06, 1.3)
    limits = sizes[0] / margin, sizes[-1] * margin
    first.set_xscale("log")
    first.set_xlim(limits)
    first.xaxis.set_major_locator(FixedLocator(sizes))
    first.xaxis.set_major_formatter(lambda size, _: f"{size:,.0f}")
    first.xaxis.set_minor_locator(NullLocator())

    width = first.figure.get_figwidth() / first.get_gridspec().ncols - _LABELS_WIDTH
    room = closest_sizes(sizes) / np.log(limits[1] / limits[0]) * width
    if room < _DIGIT_WIDTH * len(f"{sizes[-1]:,}"):
        for panel in panels:
            panel.tick_params(axis="x", labelrotation=90)


def closest_sizes(sizes: list[int]) -> float:
    """Return the smallest logarithm of the ratio of two neighbouring sizes, 1 at most."""
    return np.diff(np.log(sizes)).min(initial=1)
