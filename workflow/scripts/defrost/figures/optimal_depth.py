"""Optimal transfer depth against the number of labelled examples: a line for every source."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from defrost.figures.dodge import dodges
from defrost.figures.legends import add_legend_above, source_handles
from defrost.figures.panels import panel_figure, set_whole_ticks
from defrost.figures.style import LABELS, in_style, source_looks

_COLUMNS = ["source", "protocol", "size", "optimal_depth", "depth_low", "depth_high"]
_FEW_SOURCES = 6  # that one column of a page has room for
_DIGIT_WIDTH = 0.07  # inches, of a tick label


@in_style()
def draw_optimal_depth(
    optimal: pd.DataFrame,
    sources: list[str],
    protocols: list[str],
    depths: list[int],
    dials: dict[str, float] | None = None,
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    Optimal depths are whole numbers and often the same for two sources: lines are shifted a
    little, sideways and up, to be seen beside one another. The numbers are not shifted.

    Args:
        optimal: the table of optimal depths of a study.
        sources, protocols: their names in the order of legend and panels.
        depths: the depths that were tried, for the range of the axis.
        dials: the values of the dial that the study sweeps, by source.
    """
    sizes = sorted(optimal["size"].unique())
    looks = source_looks(sources, dials)
    titles = [f"protocol: {protocol}" for protocol in protocols] if len(protocols) > 1 else [""]
    figure, panels = panel_figure(
        [titles], LABELS["size"], LABELS["optimal_depth"], wide=len(sources) > _FEW_SOURCES
    )
    for panel, protocol in zip(panels, protocols, strict=True):
        panel.grid(axis="y", color="0.9", linewidth=0.5)
        _draw_lines(panel, optimal[optimal["protocol"] == protocol], looks, _closest(sizes))
    _set_sizes(panels, sizes)
    set_whole_ticks(panels[0].yaxis)
    panels[0].set_ylim(-0.4, max(depths) + 0.4)
    add_legend_above(figure, source_handles(looks))
    return figure, optimal[_COLUMNS]


def _draw_lines(panel: Axes, rows: pd.DataFrame, looks: dict[str, dict], closest: float) -> None:
    sideways = np.exp(dodges(len(looks), step=0.06, most=0.5 * closest))
    up = dodges(len(looks), step=0.07, most=0.4)
    for (source, look), factor, shift in zip(looks.items(), sideways, up, strict=True):
        line = rows[rows["source"] == source].sort_values("size")
        depth = line["optimal_depth"]
        limits = [depth - line["depth_low"], line["depth_high"] - depth]
        panel.errorbar(line["size"] * factor, depth + shift, yerr=limits, elinewidth=0.7, **look)


def _set_sizes(panels: list[Axes], sizes: list[int]) -> None:
    """Set the axis of sizes, which all panels share: logarithmic, with a tick at every size."""
    first = panels[0]
    margin = max((sizes[-1] / sizes[0]) ** 0.06, 1.3)
    limits = sizes[0] / margin, sizes[-1] * margin
    first.set_xscale("log")
    first.set_xlim(limits)
    first.xaxis.set_major_locator(FixedLocator(sizes))
    first.xaxis.set_major_formatter(lambda size, _: f"{size:,.0f}")
    first.xaxis.set_minor_locator(NullLocator())

    columns = first.get_gridspec().ncols
    width = first.figure.get_figwidth() / columns - 0.4  # without the labels on the left
    closest = _closest(sizes) / np.log(limits[1] / limits[0]) * width
    if closest < _DIGIT_WIDTH * len(f"{sizes[-1]:,}"):
        for panel in panels:
            panel.tick_params(axis="x", labelrotation=90)


def _closest(sizes: list[int]) -> float:
    """Return the smallest distance between two sizes on a logarithmic axis, 1 at most."""
    return np.diff(np.log(sizes)).min(initial=1)
