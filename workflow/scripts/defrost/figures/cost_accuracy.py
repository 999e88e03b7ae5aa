"""Test accuracy against the cost of training: a panel for every source and size."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from defrost.figures.legends import add_legend_above
from defrost.figures.panels import panel_figure
from defrost.figures.style import GREY, LABELS, display_name, in_style
from defrost.statistics.cells import scratch_rows
from defrost.statistics.intervals import mean_interval
from defrost.statistics.pareto import on_pareto_front

_COST_LABEL = "training cost (FLOPs per network)"

# of Paul Tol's palettes, told apart by colour-blind eyes as well, and light enough for black edges
# to be seen on them; none is the colour of a source
_LOOKS = {
    "scratch": {"color": "0.25", "marker": "*"},
    "freeze": {"color": "#88ccee", "marker": "o"},
    "finetune": {"color": "#ee6677", "marker": "^"},
    "defrost": {"color": "#aa4499", "marker": "s"},
    "gradual": {"color": "#aaaa00", "marker": "D"},
}
_FRONT = {"color": "black", "linewidth": 0.8, "zorder": 1}
_DEPTH = {"color": GREY, "marker": "o"}
_EDGE = {"edgecolors": "white", "linewidths": 0.3, "zorder": 3}
_FRONT_EDGE = {"edgecolors": "black", "linewidths": 0.7, "zorder": 4}
_BARS = {"fmt": "none", "elinewidth": 0.6, "capsize": 0, "alpha": 0.8, "zorder": 2}

# points
_SCRATCH_DIAMETER, _KEY_DIAMETER = 6.5, 5
_DIAMETERS = 3, 6  # of the markers of the smallest and the largest depth
_NUMBER_SIZE = 6
_NUMBER_SHIFT = -3, 2.5  # up to the left, where a point of the front has nothing beside it
# of a panel's width and height
_DIGIT_WIDTH, _NUMBER_HEIGHT = 0.05, 0.1

# The numbers of a cell that was trained: another one has other losses.
_NUMBERS = ["train_flops", "test_accuracy", "test_loss"]
_DIGITS = 12  # equal accuracies in another order have means that differ in the last of 16 digits


@in_style()
def draw_cost_accuracy(
    accuracy: pd.DataFrame, sources: list[str], protocols: list[str]
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    A row of panels for every source, with at most three of its sizes: the smallest, the middle
    and the largest. All panels share the axis of costs, but each has its own accuracies: what is
    compared are the protocols and depths within it.

    Args:
        accuracy: the accuracy table of a study.
        sources, protocols: their names in the order of panels and legend.

    Returns:
        The figure; a row for each point with the mean operations of training a network, the mean
        test accuracy over the replicates with the limits of its 95 % interval (empty with one
        replicate), and whether it is on the Pareto front of its panel. Scratch has the protocol
        `scratch`; cells that are the same by definition are one point of the first protocol.
    """
    plotted = costs_and_accuracies(accuracy, sources, protocols)
    cells = list(plotted.groupby(["source", "size"], sort=False))
    titles = [[_title(*cell) for cell, _ in cells if cell[0] == source] for source in sources]
    if max(map(len, titles)) == 1:
        titles = [sum(titles, [])]
    figure, panels = panel_figure(titles, _COST_LABEL, LABELS["accuracy"], same_y=False)
    panels[0].set_xscale("log")
    diameters = _depth_diameters(plotted)
    for panel, (_, points) in zip(panels, cells, strict=True):
        panel.margins(0.1)
        _draw_front(panel, points)
        _draw_points(panel, points, diameters)
    # now that the points of all panels have set the axis of costs
    for panel, (_, points) in zip(panels, cells, strict=True):
        _write_depths(panel, points)
    add_legend_above(figure, _handles(list(plotted["protocol"].unique()), diameters))
    return figure, plotted


def costs_and_accuracies(
    accuracy: pd.DataFrame, sources: list[str], protocols: list[str]
) -> pd.DataFrame:
    """Return the mean cost and test accuracy of every cell, and which are on the Pareto front."""
    panels = []
    for source in sources:
        for size in _shown_sizes(accuracy.loc[accuracy["source"] == source, "size"]):
            rows = accuracy[accuracy["size"] == size]
            points = pd.DataFrame(_points(rows, source, size, protocols))
            cost, value = points["train_flops"], points["test_accuracy"].round(_DIGITS)
            points["on_front"] = on_pareto_front(cost.to_numpy(), value.to_numpy())
            panels.append(points)
    return pd.concat(panels, ignore_index=True)


def _shown_sizes(sizes: pd.Series) -> list[int]:
    ordered = sorted(sizes.unique())
    return sorted({ordered[0], ordered[len(ordered) // 2], ordered[-1]})


def _points(accuracy: pd.DataFrame, source: str, size: int, protocols: list[str]) -> Iterator[dict]:
    """Yield scratch and the cells of a source at one size, those with the same numbers once."""
    of_source = accuracy[accuracy["source"] == source]
    groups = {"scratch": scratch_rows(accuracy)}
    groups |= {protocol: of_source[of_source["protocol"] == protocol] for protocol in protocols}
    drawn = set()
    for protocol, rows in groups.items():
        for depth, cell in rows.sort_values("replicate").groupby("depth"):
            numbers = tuple(cell[_NUMBERS].itertuples(index=False, name=None))
            if numbers in drawn:
                continue
            drawn.add(numbers)
            mean, low, high = mean_interval(cell["test_accuracy"].to_numpy())
            yield {
                "source": source,
                "protocol": protocol,
                "size": size,
                "depth": depth,
                "train_flops": cell["train_flops"].mean(),
                "test_accuracy": mean,
                "low": low,
                "high": high,
                "replicates": len(cell),
            }


def _title(source: str, size: int) -> str:
    return f"{display_name(f'source: {source}')}\n$n$ = {size:,}"


def _depth_diameters(plotted: pd.DataFrame) -> dict[int, float]:
    """Return the diameter of a marker for every transfer depth, the larger the deeper."""
    depths = np.unique(plotted.loc[plotted["protocol"] != "scratch", "depth"])
    return dict(zip(depths, np.interp(depths, depths[[0, -1]], _DIAMETERS), strict=True))


def _draw_front(panel: Axes, points: pd.DataFrame) -> None:
    """Draw the accuracy to be had for a cost, up to the highest cost in the panel."""
    front = points[points["on_front"]].sort_values("train_flops")
    costs = [*front["train_flops"], points["train_flops"].max()]
    best = [*front["test_accuracy"], front["test_accuracy"].max()]
    panel.step(costs, best, where="post", **_FRONT)


def _draw_points(panel: Axes, points: pd.DataFrame, diameters: dict[int, float]) -> None:
    for (protocol, on_front), group in points.groupby(["protocol", "on_front"], sort=False):
        look = _LOOKS[protocol]
        cost, mean = group["train_flops"], group["test_accuracy"]
        # an interval may reach beyond what an accuracy can be
        limits = [mean - group["low"].clip(lower=0), group["high"].clip(upper=1) - mean]
        panel.errorbar(cost, mean, yerr=limits, ecolor=look["color"], **_BARS)
        scratch = protocol == "scratch"
        diameter = _SCRATCH_DIAMETER if scratch else group["depth"].map(diameters)
        panel.scatter(cost, mean, s=diameter**2, **look, **(_FRONT_EDGE if on_front else _EDGE))


def _write_depths(panel: Axes, points: pd.DataFrame) -> None:
    """Write the depths of the front, from the most accurate, where they have room."""
    transferred = points[points["on_front"] & (points["protocol"] != "scratch")]
    panel.autoscale_view()
    to_panel = panel.transScale + panel.transLimits
    written: list[np.ndarray] = []
    for point in transferred.sort_values("test_accuracy", ascending=False).itertuples():
        place = point.train_flops, point.test_accuracy
        corner = to_panel.transform(place)
        room = _DIGIT_WIDTH * len(str(point.depth)), _NUMBER_HEIGHT
        if all((abs(corner - other) >= room).any() for other in written):
            written.append(corner)
            panel.annotate(
                point.depth,
                place,
                _NUMBER_SHIFT,
                textcoords="offset points",
                ha="right",
                va="bottom",
                fontsize=_NUMBER_SIZE,
            )


def _handles(protocols: list[str], diameters: dict[int, float]) -> list[Line2D]:
    """Return a legend's entries for protocols, front, and the smallest and largest depth."""
    point = {"linestyle": "none", "markeredgewidth": 0}
    key = {"marker": "o", "markerfacecolor": "none", "markeredgewidth": 0.8}
    return [
        *(
            Line2D([], [], label=protocol, markersize=_KEY_DIAMETER, **point, **_LOOKS[protocol])
            for protocol in protocols
        ),
        Line2D([], [], label="Pareto front", markersize=_KEY_DIAMETER, **key, **_FRONT),
        *(
            Line2D([], [], label=f"depth {k}", markersize=diameters[k], **point, **_DEPTH)
            for k in sorted({min(diameters), max(diameters)})
        ),
    ]
