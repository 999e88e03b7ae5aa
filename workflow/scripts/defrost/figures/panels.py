"""Figures of several panels with common axes."""

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from defrost.figures.style import COLUMN_WIDTH, FULL_WIDTH

_MOST_COLUMNS = 3  # of a full page width: with more, ticks and titles run into one another
_LINE_HEIGHT = 0.13  # inches, of a line of a title


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
    columns = max(_balanced_columns(len(group)) for group in groups)
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


def set_whole_ticks(axis: Axis) -> None:
    """Have ticks at whole numbers only, at every one where they are few."""
    axis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))


def _balanced_columns(count: int) -> int:
    """Return how many panels stand side by side: as few rows as possible, equally full."""
    rows = -(-count // _MOST_COLUMNS)
    return -(-count // rows)


def _in_rows(titles: list[str], columns: int) -> list[list[str]]:
    return [titles[start : start + columns] for start in range(0, len(titles), columns)]
