"""Intrinsic dimension of every block's representation: a line for every source and the target."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from defrost.figures.dodge import dodges
from defrost.figures.legends import add_legend_above, source_handles
from defrost.figures.panels import panel_figure, say_why_empty, set_whole_ticks
from defrost.figures.style import LABELS, in_style, source_looks
from defrost.figures.summaries import mean_of_networks

# What networks are, by their files below the study's folder.
_NETWORKS = r"(?:sources/(?P<source>[^/]+)/seed-\d+|references/size-(?P<size>\d+)/replicate-\d+)$"
_FEW_SOURCES = 6  # that one column of a page has room for
_TARGET = {"marker": "*", "markersize": 4.5}
_PALEST = 0.6  # grey
_ROOM_ABOVE = 1.05  # of the highest value: the axis starts at 0


@in_style()
def draw_intrinsic_dimension(
    dimension: pd.DataFrame, sources: list[str], dials: dict[str, float] | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    Args:
        dimension: the table of intrinsic dimensions of a study.
        sources: their names in the order of the legend.
        dials: the values of the dial that the study sweeps, by source.

    Returns:
        The figure; its points as `mean_dimensions` returns them.
    """
    plotted = mean_dimensions(dimension, sources)
    looks = source_looks(sources, dials)
    shades = _shades(sorted(plotted["size"].dropna().unique(), reverse=True))
    figure, (panel,) = panel_figure(
        [[""]], LABELS["block"], LABELS["intrinsic_dimension"], wide=len(sources) > _FEW_SOURCES
    )
    lines = [(plotted[plotted["source"] == source], look) for source, look in looks.items()]
    lines += [(plotted[plotted["size"] == size], look) for size, look in shades.items()]
    for (line, look), shift in zip(lines, dodges(len(lines), step=0.06, most=0.4), strict=True):
        _draw_line(panel, line, look, shift)
    if plotted["value"].isna().all():
        say_why_empty(panel)
    panel.set_ylim(0, _ROOM_ABOVE * panel.dataLim.y1 if np.isfinite(panel.dataLim.y1) else 1)
    panel.yaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))
    panel.set_xlim(plotted["block"].min() - 0.5, plotted["block"].max() + 0.5)
    set_whole_ticks(panel.xaxis)
    add_legend_above(figure, [*source_handles(looks), *_size_handles(shades)])
    return figure, plotted


def mean_dimensions(dimension: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Return the mean intrinsic dimension of every block over the networks of one kind.

    Args:
        dimension: the table of intrinsic dimensions of a study.
        sources: their names in order.

    Returns:
        A row for each source, and for `target` and each size of its networks, and block: value,
        low, high, interval, networks, missing, points and reason (see `summaries`). Networks that
        are neither, such as sources' after transfer, are left out.
    """
    rows = dimension.join(dimension["network"].str.extract(_NETWORKS))
    rows = rows.assign(
        source=rows["source"].mask(rows["size"].notna(), "target"),
        size=pd.to_numeric(rows["size"]).astype("Int64"),
    )
    return pd.DataFrame(
        [
            {"source": source, "size": size, "block": block, **mean_of_networks(cell)}
            for source in [*sources, "target"]
            for (size, block), cell in rows[rows["source"] == source].groupby(
                ["size", "block"], dropna=False
            )
        ]
    ).astype({"size": "Int64"})


def _shades(sizes: list[int]) -> dict[int, dict]:
    """Return the look of the target's networks of every size, black for the first."""
    greys = np.linspace(0, _PALEST, len(sizes))
    return {
        size: {**_TARGET, "color": f"{grey:.2f}"} for size, grey in zip(sizes, greys, strict=True)
    }


def _draw_line(panel: Axes, line: pd.DataFrame, look: dict[str, object], shift: float) -> None:
    # a dimension is positive, whatever the interval of few networks says
    limits = [line["value"] - line["low"].clip(lower=0), line["high"] - line["value"]]
    panel.errorbar(line["block"] + shift, line["value"], yerr=limits, elinewidth=0.7, **look)


def _size_handles(shades: dict[int, dict]) -> list[Line2D]:
    """Return a legend's entries for the target's networks."""
    return [
        Line2D([], [], label=f"target network, $n$ = {size:,}", **look)
        for size, look in shades.items()
    ]
