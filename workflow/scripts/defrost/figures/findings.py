"""The findings: a row for every statement, with its number, interval and verdict."""

import textwrap
from itertools import groupby

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.ticker import MaxNLocator

from defrost.figures.style import FULL_WIDTH, GREY, in_style
from defrost.findings.verdicts import COLOURS, REFUTED, SUPPORTED, UNDECIDED

_ACCURACY = "test accuracy"
# What the number of a statement is, and what it is claimed to lie above.
_NUMBERS = {
    "a": ("share of cases", 0.5),
    "e": ("Kendall's $\\tau$", 0),
    "f": ("test accuracy, or share of operations", 0),
}
_COLUMNS = ["finding", "statement", "value", "low", "high", "verdict", "reason"]

_MARKERS = {SUPPORTED: "o", REFUTED: "X", UNDECIDED: "D"}
_THRESHOLD = {"color": "0.3", "linestyle": (0, (4, 2)), "linewidth": 0.8, "zorder": 1}
_UNDECIDED_FACE = {"markerfacecolor": "white"}

# inches from the left: letters, statements, the panels with their ends, numbers and verdicts
_LETTER, _STATEMENT, _PANEL, _PANEL_END, _NUMBER, _VERDICT = 0.06, 0.22, 2.7, 4.64, 4.76, 6.16
_ROW, _AXIS, _HEAD = 0.3, 0.36, 0.28  # inches, heights of a row, an axis, the column titles
_STATEMENT_LETTERS, _REASON_LETTERS = 49, 44  # of a line
_REASON_SIZE = 6  # points
_MARGIN = 0.05  # of an axis, beyond what is drawn


@in_style()
def draw_findings(findings: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    Rows that follow one another and whose numbers are of one kind stand on one axis, and all axes
    of one kind are the same. The dashed line is what a number is claimed to lie above, so that
    right of it is for the statement. A verdict has a colour and a marker of its own. A row without
    a number says why.

    Args:
        findings: the table of findings of a study.

    Returns:
        The figure; finding, statement, value, low, high, verdict and reason of the table, and
        threshold, what value is claimed to lie above.
    """
    thresholds = [_number(letter)[1] for letter in findings["finding"]]
    plotted = findings[_COLUMNS].assign(threshold=thresholds)
    rows = list(plotted.itertuples())
    groups = [(unit, list(of_unit)) for unit, of_unit in groupby(rows, _unit)]
    heights = [len(of_unit) * _ROW + (_AXIS if _known(of_unit) else 0) for _, of_unit in groups]
    # every column has a fixed place; without an engine the second time of saving takes the style's
    engine = PlaceHolderLayoutEngine(adjust_compatible=True, colorbar_gridspec=True)
    figure = Figure(figsize=(FULL_WIDTH, sum(heights) + _HEAD), layout=engine)
    _write_heads(figure)
    limits = _limits(plotted)
    top = _HEAD
    for (unit, of_unit), height in zip(groups, heights, strict=True):
        panel = _add_panel(figure, top, len(of_unit))
        for place, row in enumerate(of_unit):
            _draw_row(panel, place, row)
        if _known(of_unit):
            panel.set_xlim(limits[unit])
            panel.set_xlabel(unit, labelpad=1)
        else:
            panel.spines["bottom"].set_visible(False)
            panel.xaxis.set_visible(False)
        top += height
    return figure, plotted


def _number(letter: str) -> tuple[str, float]:
    return _NUMBERS.get(letter, (_ACCURACY, 0))


def _unit(row: tuple) -> str:
    return _number(row.finding)[0]


def _known(rows: list[tuple]) -> bool:
    return any(not pd.isna(row.value) for row in rows)


def _limits(plotted: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return the ends of the axis of every kind of number, with room for all and the threshold."""
    limits = {}
    for unit, rows in plotted.groupby(plotted["finding"].map(lambda letter: _number(letter)[0])):
        drawn = rows[["value", "low", "high", "threshold"]]
        low, high = drawn.min(axis=None), drawn.max(axis=None)
        margin = _MARGIN * (high - low) or 0.1
        limits[unit] = low - margin, high + margin
    return limits


def _add_panel(figure: Figure, top: float, rows: int) -> Axes:
    """Return a panel of some rows, `top` inches below the upper edge; a row is 1 high."""
    width, height = figure.get_size_inches()
    bottom = height - top - rows * _ROW
    panel = figure.add_axes(
        (_PANEL / width, bottom / height, (_PANEL_END - _PANEL) / width, rows * _ROW / height)
    )
    panel.set_ylim(rows - 0.5, -0.5)
    panel.spines["left"].set_visible(False)
    panel.yaxis.set_visible(False)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    return panel


def _write_heads(figure: Figure) -> None:
    width, height = figure.get_size_inches()
    heads = {
        _STATEMENT: "statement",
        _PANEL: "right of the line: for the statement",
        _NUMBER: "value (95 % interval)",
        _VERDICT: "verdict",
    }
    for left, words in heads.items():
        figure.text(left / width, 1 - 0.06 / height, words, va="top", color=GREY)


def _draw_row(panel: Axes, place: int, row: tuple) -> None:
    colour = COLOURS[row.verdict]
    look = {"marker": _MARKERS[row.verdict], "color": colour, "markersize": 5}
    look |= _UNDECIDED_FACE if row.verdict == UNDECIDED else {}
    if pd.isna(row.value):
        reason = textwrap.wrap(
            row.reason.replace("`", ""), _REASON_LETTERS, max_lines=2, placeholder=" …"
        )
        _write(panel, place, _PANEL, "\n".join(reason), fontsize=_REASON_SIZE, color=GREY)
        _write(panel, place, _NUMBER, "none", color=GREY)
    else:
        panel.plot([row.threshold] * 2, [place - 0.5, place + 0.5], **_THRESHOLD)
        limits = [[row.value - row.low], [row.high - row.value]]
        panel.errorbar(row.value, place, xerr=limits, elinewidth=1.1, clip_on=False, **look)
        number, low, high = (
            f"{number + 0.0:.3f}".replace("-", "−") for number in (row.value, row.low, row.high)
        )
        _write(panel, place, _NUMBER, f"{number} ({low} to {high})")
    _write(panel, place, _LETTER, row.finding, fontweight="bold")
    statement = "\n".join(textwrap.wrap(row.statement, _STATEMENT_LETTERS, break_on_hyphens=False))
    _write(panel, place, _STATEMENT, statement)
    _write(panel, place, _VERDICT + 0.12, row.verdict, color=colour)
    place_of_marker = (_VERDICT + 0.04 - _PANEL) / (_PANEL_END - _PANEL)
    transform = panel.get_yaxis_transform()
    panel.plot(place_of_marker, place, transform=transform, clip_on=False, **look)


def _write(panel: Axes, place: int, left: float, words: str, **font: object) -> None:
    """Write words into a row, `left` inches from the left edge of the figure."""
    x = (left - _PANEL) / (_PANEL_END - _PANEL)
    panel.text(x, place, words, transform=panel.get_yaxis_transform(), va="center", **font)
