"""Optimal transfer depth against the number of labelled examples: a line for every source."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from defrost.figures.dodge import dodges
from defrost.figures.legends import add_legend_above, source_handles
from defrost.figures.panels import panel_figure, set_whole_ticks
from defrost.figures.size_axis import closest_sizes, set_size_axis
from defrost.figures.style import LABELS, in_style, source_looks

_COLUMNS = ["source", "protocol", "size", "optimal_depth", "depth_low", "depth_high"]
_FEW_SOURCES = 6  # that one column of a page has room for


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
        _draw_lines(panel, optimal[optimal["protocol"] == protocol], looks, closest_sizes(sizes))
    set_size_axis(panels, sizes)
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
