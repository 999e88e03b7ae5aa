"""Gain of transfer against labelled examples: over scratch, and over the standard protocol."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from defrost.figures.dodge import dodges
from defrost.figures.legends import add_legend_above, source_handles
from defrost.figures.panels import panel_figure
from defrost.figures.size_axis import closest_sizes, set_size_axis
from defrost.figures.style import LABELS, in_style, source_looks

_KINDS = {"gain": "over scratch", "gain_over_standard": "over the standard protocol"}
_COLUMNS = [
    *("source", "protocol", "size"),
    *(f"{kind}{limit}" for kind in _KINDS for limit in ("", "_low", "_high")),
]
_LABEL = "gain (test accuracy)"
_LINEAR = 0.02  # of accuracy: the axis is linear below, logarithmic above
_TICKS = [0.01, 0.03, 0.1, 0.3, 1]
_TICK_ROOM = 0.085  # of the axis, that a tick's label needs
_LEAST_RANGE = 0.02  # of the axis, to either side of 0
_MARGIN = 0.05  # of the axis, beyond what is drawn


@in_style()
def draw_transfer_gain(
    optimal: pd.DataFrame,
    sources: list[str],
    protocols: list[str],
    dials: dict[str, float] | None = None,
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    A row of two panels for every protocol, gain over scratch and over the standard protocol, on
    one axis. Losses of the standard protocol of 0.7 and of 0.01 are both worth seeing: the axis is
    linear around 0 and logarithmic from 0.02 on. Points of a size are shifted a little, sideways.

    Args:
        optimal: the table of optimal depths of a study.
        sources, protocols: their names in the order of legend and panels.
        dials: the values of the dial that the study sweeps, by source.

    Returns:
        The figure; the cross-fitted gains of the table with their 95 % intervals.
    """
    sizes = sorted(optimal["size"].unique())
    looks = source_looks(sources, dials)
    prefixes = [f"protocol: {protocol}\n" if len(protocols) > 1 else "" for protocol in protocols]
    titles = [[prefix + kind for kind in _KINDS.values()] for prefix in prefixes]
    figure, panels = panel_figure(titles, LABELS["size"], _LABEL)
    cells = [(protocol, kind) for protocol in protocols for kind in _KINDS]
    for panel, (protocol, kind) in zip(panels, cells, strict=True):
        panel.axhline(0, color="black", linewidth=0.6, zorder=1)
        panel.grid(axis="y", color="0.93", linewidth=0.5)
        rows = optimal[optimal["protocol"] == protocol]
        _draw_lines(panel, rows, kind, looks, closest_sizes(sizes))
    set_size_axis(panels, sizes)
    _set_gain_axis(panels[0], optimal)
    add_legend_above(figure, source_handles(looks))
    return figure, optimal[_COLUMNS]


def _draw_lines(
    panel: Axes, rows: pd.DataFrame, kind: str, looks: dict[str, dict], closest: float
) -> None:
    sideways = np.exp(dodges(len(looks), step=0.05, most=0.5 * closest))
    for (source, look), factor in zip(looks.items(), sideways, strict=True):
        line = rows[rows["source"] == source].dropna(subset=[kind]).sort_values("size")
        limits = [line[kind] - line[f"{kind}_low"], line[f"{kind}_high"] - line[kind]]
        panel.errorbar(line["size"] * factor, line[kind], yerr=limits, elinewidth=0.7, **look)
    if rows[kind].isna().all():
        panel.text(0.5, 0.7, "no value", ha="center", va="center", transform=panel.transAxes)


def _set_gain_axis(panel: Axes, optimal: pd.DataFrame) -> None:
    """Set the vertical axis, which all panels share."""
    panel.set_yscale("function", functions=(_stretched, lambda y: _LINEAR * np.sinh(y)))
    drawn = optimal[_COLUMNS[3:]]
    lowest, highest = drawn.min(axis=None), drawn.max(axis=None)
    # in this order, so that a table without any gain has an axis as well
    ends = _stretched(np.array([min(-_LEAST_RANGE, lowest), max(_LEAST_RANGE, highest)]))
    margin = _MARGIN * np.ptp(ends)
    panel.set_ylim(_LINEAR * np.sinh(ends + [-margin, margin]))
    panel.yaxis.set_major_locator(FixedLocator(_readable_ticks(_TICK_ROOM * np.ptp(ends))))
    panel.yaxis.set_major_formatter(lambda gain, _: f"{gain:g}".replace("-", "−"))
    panel.yaxis.set_minor_locator(NullLocator())


def _readable_ticks(room: float) -> list[float]:
    """Return 0 and, to either side, the ticks that leave room for one another on the axis."""
    ticks = [0.0]
    for tick in _TICKS:
        if _stretched(tick) - _stretched(ticks[-1]) >= room:
            ticks.append(tick)
    return [-tick for tick in ticks[:0:-1]] + ticks


def _stretched(gain: np.ndarray) -> np.ndarray:
    return np.arcsinh(gain / _LINEAR)
