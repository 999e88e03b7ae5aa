"""Figures of several panels with common axes."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from defrost.figures.style import COLUMN_WIDTH, FULL_WIDTH, STYLE

_MOST_COLUMNS = 3  # of a full page width: with more, ticks and titles run into one another
_STRIPS_ABREAST = {1: 4, 2: 2, 3: 2}  # by their panels; wider strips stand alone
_WIDE_COLUMNS = 4  # a title in one line must not end beyond twice the width of a panel
_LINE_HEIGHT = 0.13  # inches, of a line of a title
_HEADING_POINTS = 10  # of its line, above a panel


def panel_figure(
    groups: list[list[str]],
    x_label: str,
    y_label: str,
    beside: float = 0,
    wide: bool = False,
    same_y: bool = True,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a panel for every title, and its panels in the order of the titles.

    Every group of titles begins a new row. All panels have the same axes; ticks and labels stand
    at the left and below the lowest panel of each column only.

    Args:
        beside: width, in inches, that a legend to the right will take.
        wide: whether a figure of one column of panels is as wide as the page too.
        same_y: whether all panels share the vertical axis; else each has ticks of its own.
    """
    columns = max(balanced_columns(len(group)) for group in groups)
    rows = [row for group in groups for row in _in_rows(group, columns)]
    lines = max(title.count("\n") for group in groups for title in group) + 1

    width = FULL_WIDTH if wide or columns > 1 else COLUMN_WIDTH
    panel_height = min(1.9, 0.72 * (width - beside - 0.4) / columns + 0.2)
    height = len(rows) * (panel_height + lines * _LINE_HEIGHT) + 0.35
    figure = Figure(figsize=(width, height))
    grid = figure.add_gridspec(len(rows), columns)

    panels: list[Axes] = []
    for row, titles in enumerate(rows):
        for column, title in enumerate(titles):
            first = panels[0] if panels else None
            panel = figure.add_subplot(
                grid[row, column], sharex=first, sharey=first if same_y else None
            )
            panel.set_title(title)
            lowest = row + 1 == len(rows) or column >= len(rows[row + 1])
            panel.tick_params(labelleft=column == 0 or not same_y, labelbottom=lowest)
            panel.set_xlabel(x_label if lowest else "")
            panel.set_ylabel(y_label if column == 0 else "")
            panels.append(panel)
    return figure, panels


def strip_figure(
    titles: list[str], headings: list[str], x_label: str
) -> tuple[Figure, list[list[Axes]]]:
    """Return a figure with a strip of panels for every title, and the panels of every strip.

    In a strip a panel for every heading, side by side on one vertical axis; the horizontal one is
    common to all. One heading alone is not shown.

    Args:
        titles: in lines for narrow panels; there is one line where there is room.
    """
    abreast = balanced_columns(len(titles), _STRIPS_ABREAST.get(len(headings), 1))
    columns = abreast * len(headings)
    rows = -(-len(titles) // abreast)
    if columns == 1 or (len(headings) > 1 and columns <= _WIDE_COLUMNS):
        titles = [title.replace("\n", " ") for title in titles]
    lines = max(title.count("\n") for title in titles) + 1 + (len(headings) > 1)

    width = FULL_WIDTH if columns > 1 else COLUMN_WIDTH
    panel_height = float(np.clip(0.62 * width / columns, 0.95, 1.7))
    height = rows * (panel_height + lines * _LINE_HEIGHT + 0.1) + 0.35
    figure = Figure(figsize=(width, height))
    grid = figure.add_gridspec(rows, columns)

    first, strips = None, []
    for place, title in enumerate(titles):
        row, left = divmod(place, abreast)
        lowest = place + abreast >= len(titles)
        strip: list[Axes] = []
        for column, heading in enumerate(headings, start=left * len(headings)):
            leftmost = strip[0] if strip else None
            panel = figure.add_subplot(grid[row, column], sharex=first, sharey=leftmost)
            panel.tick_params(labelleft=not strip, labelbottom=lowest)
            if len(headings) > 1:
                _write_above(panel, heading)
            first = first or panel
            strip.append(panel)
        strip[0].set_title(title, loc="left", pad=4 + _HEADING_POINTS * (len(headings) > 1))
        strips.append(strip)
    figure.supxlabel(x_label, fontsize=STYLE["axes.labelsize"])
    return figure, strips


def set_whole_ticks(axis: Axis) -> None:
    """Have ticks at whole numbers only, at every one where they are few."""
    axis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))


def say_why_empty(panel: Axes, words: str = "no value") -> None:
    """Write into a panel with nothing to draw in it why that is so."""
    panel.text(0.5, 0.5, words, ha="center", va="center", transform=panel.transAxes)


def balanced_columns(count: int, most: int = _MOST_COLUMNS) -> int:
    """Return how many of `count` stand side by side: as few rows as possible, equally full."""
    rows = -(-count // most)
    return -(-count // rows)


def _write_above(panel: Axes, heading: str) -> None:
    panel.annotate(
        heading, (0.5, 1), (0, 3), xycoords="axes fraction", textcoords="offset points", ha="center"
    )


def _in_rows(titles: list[str], columns: int) -> list[list[str]]:
    return [titles[start : start + columns] for start in range(0, len(titles), columns)]
