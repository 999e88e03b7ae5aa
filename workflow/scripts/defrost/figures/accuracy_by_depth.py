"""Test accuracy against transfer depth: a panel for every source, a curve for every size."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from defrost.figures.panels import panel_figure, set_whole_ticks
from defrost.figures.style import GREY, LABELS, display_name, in_style, size_colours
from defrost.statistics.cells import by_depth
from defrost.statistics.intervals import mean_interval
from defrost.statistics.optimal_depth import optimal_column

_LEGEND_WIDTH = 1.2  # inches
# A ring and not a larger point, which would hide short error bars; a band that leads from
# optimum to optimum, behind everything, shows how they move with the size.
_OPTIMA = {
    "marker": "o",
    "markersize": 7.5,
    "markerfacecolor": "none",
    "markeredgecolor": "black",
    "markeredgewidth": 0.9,
    "color": "0.85",
    "linewidth": 5,
    "zorder": 1,
}
_TICKS = [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 1]
_TICK_ROOM = 0.08  # of the axis, that a tick's label needs
_RING_ROOM = 0.06  # of the axis, beyond the first and last point: a ring must not be cut
_LEAST_RANGE = 0.2  # of the stretched axis
_NO_ERROR = 1.02  # just above 1, where an axis of ratios of errors would never end
_SCRATCH = {"linestyle": (0, (4, 2)), "linewidth": 0.6, "zorder": 1}


@in_style()
def draw_accuracy_by_depth(
    accuracy: pd.DataFrame, sources: list[str], protocols: list[str]
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    Args:
        accuracy: the accuracy table of a study.
        sources, protocols: their names in the order of the panels.

    Returns:
        The figure; a row for each point with its mean over the replicates, the limits of the
        95 % interval (empty with one replicate) and whether the curve has its optimum there.
    """
    plotted = mean_accuracies(accuracy, sources, protocols)
    groups = [[_title(s, p, len(protocols)) for s in sources] for p in protocols]
    figure, panels = panel_figure(groups, LABELS["depth"], LABELS["accuracy"], beside=_LEGEND_WIDTH)
    colours = size_colours(list(accuracy["size"].unique()))
    cells = [(source, protocol) for protocol in protocols for source in sources]
    scratch = accuracy[accuracy["source"] == "scratch"].groupby("size")["test_accuracy"].mean()
    for panel, (source, protocol) in zip(panels, cells, strict=True):
        curves = plotted[(plotted["source"] == source) & (plotted["protocol"] == protocol)]
        for size, curve in curves.groupby("size"):
            _draw_curve(panel, curve, colours[size])
            panel.axhline(scratch[size], color=colours[size], **_SCRATCH)
        optima = curves[curves["optimal"]].sort_values("size")
        panel.plot(optima["depth"], optima["test_accuracy"], **_OPTIMA)
    set_whole_ticks(panels[0].xaxis)
    _stretch_towards_one(panels[0], plotted)
    _add_legend(figure, colours)
    return figure, plotted


def mean_accuracies(
    accuracy: pd.DataFrame, sources: list[str], protocols: list[str]
) -> pd.DataFrame:
    """Return the mean test accuracy at every depth, scratch included, and where it is highest."""
    points = []
    for protocol in protocols:
        for source in sources:
            for size, cell in by_depth(accuracy, source, protocol).groupby("size"):
                values = cell.pivot(index="replicate", columns="depth", values="test_accuracy")
                best = values.columns[optimal_column(values.to_numpy())]
                for depth, column in values.items():
                    mean, low, high = mean_interval(column.to_numpy())
                    points.append(
                        {
                            "source": source,
                            "protocol": protocol,
                            "size": size,
                            "depth": depth,
                            "test_accuracy": mean,
                            "low": low,
                            "high": high,
                            "replicates": len(column),
                            "optimal": depth == best,
                        }
                    )
    return pd.DataFrame(points)


def _title(source: str, protocol: str, protocols: int) -> str:
    name = display_name(f"source: {source}")
    return name if protocols == 1 else f"{name}\nprotocol: {protocol}"


def _draw_curve(panel: Axes, curve: pd.DataFrame, colour: str) -> None:
    mean = curve["test_accuracy"]
    # an interval may reach beyond what an accuracy can be
    limits = [mean - curve["low"].clip(lower=0), curve["high"].clip(upper=1) - mean]
    panel.errorbar(
        curve["depth"], mean, yerr=limits, color=colour, marker="o", elinewidth=0.7, zorder=2
    )


def _stretch_towards_one(panel: Axes, plotted: pd.DataFrame) -> None:
    """Let the axis show ratios of errors where accuracies are high.

    Good networks lie within a few hundredths of one another just below 1, poor ones far apart:
    on a linear axis the curves of large sizes, where the optimum moves, would be one line.
    """
    panel.set_yscale("function", functions=(_stretched, _accuracy))
    lowest = max(plotted[["test_accuracy", "low"]].min(axis=None), 0)
    highest = min(plotted[["test_accuracy", "high"]].max(axis=None), 1)
    low, high = _stretched(lowest), _stretched(highest)
    room = _RING_ROOM * max(high - low, _LEAST_RANGE)
    limits = _accuracy(low - room), _accuracy(high + room)
    panel.set_ylim(limits)
    panel.yaxis.set_major_locator(FixedLocator(_readable_ticks(*limits)))
    panel.yaxis.set_major_formatter("{x:.2f}")
    panel.yaxis.set_minor_locator(NullLocator())


def _stretched(accuracy: np.ndarray) -> np.ndarray:
    return -np.log(_NO_ERROR - accuracy)


def _accuracy(stretched: np.ndarray) -> np.ndarray:
    return _NO_ERROR - np.exp(-stretched)


def _readable_ticks(low: float, high: float) -> list[float]:
    """Return the ticks between the limits, from the top, that leave room for one another."""
    room = _TICK_ROOM * (_stretched(high) - _stretched(low))
    ticks: list[float] = []
    for tick in reversed(_TICKS):
        if low <= tick <= high and (not ticks or _stretched(ticks[-1]) - _stretched(tick) >= room):
            ticks.append(tick)
    return ticks


def _add_legend(figure: Figure, colours: dict[int, str]) -> None:
    # the largest first, because its curve is the highest
    sizes = [
        Line2D([], [], color=colour, marker="o", label=f"{size:,}")
        for size, colour in sorted(colours.items(), reverse=True)
    ]
    key = [
        Line2D([], [], linestyle="none", label=" "),
        Line2D([], [], label="optimal depth", **_OPTIMA),
        Line2D([], [], color=GREY, label="scratch", **_SCRATCH),
    ]
    figure.legend(
        handles=[*sizes, *key],
        title=LABELS["size"],
        loc="outside right upper",
        alignment="left",
    )
