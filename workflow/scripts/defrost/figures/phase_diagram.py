"""Optimal transfer depth, and its gain, over source-target similarity and labelled examples."""

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, CenteredNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from defrost.figures.style import (
    FULL_WIDTH,
    LABELS,
    NO_VALUE,
    display_name,
    in_style,
    pale_to_dark,
)

_KEYS = ["study", "source", "protocol", "dial_value", "size"]
_VALUES = ["optimal_depth", "depth_low", "depth_high", "gain", "gain_low", "gain_high"]
_GAIN_LABEL = "gain over scratch (test accuracy)"

_AXIS_WIDTH = 0.8  # inches, of labels and ticks at the left and of the gap between the panels
_BAR_HEIGHT = 0.08  # inches, of a colour bar
_BAR_LABELS, _SIZE_LABELS, _LINE_HEIGHT = 0.4, 0.5, 0.17  # inches
_LETTER_WIDTH = 0.065  # inches, of an axis label
_CELL_HEIGHTS = 0.26, 0.4  # inches, the least and the most

# points
_NUMBER_SIZE, _SMALL_SIZE = 7, 6
_NUMBER_UP, _SMALL_DOWN = 2, -5.5  # from the middle of a cell
# widths of a bold `+0.26` and of a digit, in font sizes
_GAIN_WIDTH, _DIGIT_WIDTH = 3.75, 0.66

_LEAST_RANGE = 0.05  # of colours: smaller gains are never dark
_SMALL_LOSS = 0.1  # of the largest gain

_UNCERTAIN = "○"


@in_style()
def draw_phase_diagram(
    optimal: pd.DataFrame,
    dial: str,
    values: dict[str, float],
    protocols: list[str],
    depths: list[int],
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    A row of two panels for every protocol, depth and gain; in a panel a row for every source of
    the dial, the most similar at the top, and a column for every size. All cells are of one
    size: neither axis is to scale.

    Args:
        optimal: the table of optimal depths of a study.
        dial: name of the dial that was turned.
        values: its value, 0 to 1, in every source of the dial; other sources are left out.
        protocols: their names in the order of the panels.
        depths: the depths that were tried, for the colours.
    """
    plotted = _select(optimal, values, protocols)
    sizes = sorted(plotted["size"].unique())
    sources = sorted(values, key=values.get)
    dial_label = f"{display_name(dial)}\n(0 unrelated, 1 same)"

    cell_width = (FULL_WIDTH - _AXIS_WIDTH) / 2 / len(sizes)
    letters = max(len(line) for line in dial_label.split("\n"))
    height = max(np.clip(cell_width / 2, *_CELL_HEIGHTS) * len(sources), letters * _LETTER_WIDTH)
    figure, bars, panels = _add_panels(height, protocols)

    scales = _depth_scale(depths), _gain_scale(plotted)
    for protocol, pair in zip(protocols, panels, strict=True):
        rows = plotted[plotted["protocol"] == protocol]
        cells = {
            name: rows.pivot(index="source", columns="size", values=name)
            .reindex(index=sources, columns=sizes)
            .to_numpy(float)
            for name in _VALUES
        }
        _draw_cells(pair[0], cells["optimal_depth"], scales[0])
        _draw_cells(pair[1], cells["gain"], scales[1])
        _write_depths(pair[0], cells, scales[0], 72 * cell_width)
        _write_gains(pair[1], cells, scales[1], 72 * cell_width)
    _set_axes(
        panels, [f"{values[source]:.3g}" for source in sources], dial_label, sizes, cell_width
    )
    _add_bars(figure, bars, scales)
    _add_legend(figure, plotted, len(protocols) * len(sources) * len(sizes))
    return figure, plotted


def _select(optimal: pd.DataFrame, values: dict[str, float], protocols: list[str]) -> pd.DataFrame:
    """Return the rows of the dial's sources, with its value, in the order of panels and axes."""
    rows = optimal[optimal["source"].isin(values) & optimal["protocol"].isin(protocols)]
    return (
        rows.assign(
            dial_value=rows["source"].map(values), panel=rows["protocol"].map(protocols.index)
        )
        .sort_values(["panel", "dial_value", "source", "size"], ignore_index=True)
        .filter(_KEYS + _VALUES)
    )


def _add_panels(height: float, protocols: list[str]) -> tuple[Figure, list[Axes], list[list[Axes]]]:
    """Return a figure, its two colour bars above, and below them a pair of panels per protocol.

    `height` is that of a panel, in inches.
    """
    title = _LINE_HEIGHT if len(protocols) > 1 else 0
    labels = _BAR_HEIGHT + _BAR_LABELS + _SIZE_LABELS + _LINE_HEIGHT
    figure = Figure(figsize=(FULL_WIDTH, len(protocols) * (height + title) + labels))
    ratios = [_BAR_HEIGHT, *(height for _ in protocols)]
    grid = figure.add_gridspec(len(ratios), 2, height_ratios=ratios)
    bars = [figure.add_subplot(grid[0, column]) for column in range(2)]
    panels = [
        [figure.add_subplot(grid[row, column]) for column in range(2)]
        for row in range(1, len(ratios))
    ]
    if title:
        for protocol, (left, _) in zip(protocols, panels, strict=True):
            left.set_title(f"protocol: {protocol}", loc="left")
    return figure, bars, panels


def _depth_scale(depths: list[int]) -> ScalarMappable:
    """Return a colour for every depth, scratch (0) included, the darker the deeper."""
    tried = np.unique([0, *depths])
    edges = [-0.5, *(tried[:-1] + tried[1:]) / 2, tried[-1] + 0.5]
    scale = ScalarMappable(BoundaryNorm(edges, len(tried)), pale_to_dark("mako_r", len(tried)))
    scale.set_array(tried)
    return scale


def _gain_scale(plotted: pd.DataFrame) -> ScalarMappable:
    """Return colours for gains, the darker the larger, from 0: less than that is noise.

    Where a loss is certain, and not small beside the largest gain, both signs have colours. The
    array of the scale is the range in use.
    """
    gain = plotted["gain"]
    # in this order, so that a table without any gain has a scale as well
    most = max(_LEAST_RANGE, gain.abs().max())
    certain_losses = gain[(plotted["gain_high"] < 0) & (gain < -_SMALL_LOSS * most)]
    if certain_losses.empty:
        scale = ScalarMappable(Normalize(0, most), pale_to_dark("rocket_r"))
    else:
        scale = ScalarMappable(CenteredNorm(0, most), seaborn.color_palette("vlag", as_cmap=True))
    scale.set_array([certain_losses.min() if len(certain_losses) else 0, most])
    return scale


def _draw_cells(panel: Axes, values: np.ndarray, scale: ScalarMappable) -> None:
    """Draw sources x sizes as cells; those without a value show the hatched background."""
    panel.patch.set(**NO_VALUE)
    panel.pcolormesh(
        np.ma.masked_invalid(values),
        norm=scale.norm,
        cmap=scale.cmap,
        edgecolor="white",
        linewidth=0.6,
    )


def _write_depths(
    panel: Axes, cells: dict[str, np.ndarray], scale: ScalarMappable, width: float
) -> None:
    """Write every depth, and its range where it is one and fits into `width` points."""
    for cell, depth in np.ndenumerate(cells["optimal_depth"]):
        if np.isnan(depth):
            continue
        low, high = cells["depth_low"][cell], cells["depth_high"][cell]
        span = f"{low:.0f}–{high:.0f}"
        fits = len(span) * _DIGIT_WIDTH * _SMALL_SIZE < width
        colour = _readable_on(scale.to_rgba(depth))
        _write(panel, cell, f"{depth:.0f}", span if low < high and fits else "", colour)


def _write_gains(
    panel: Axes, cells: dict[str, np.ndarray], scale: ScalarMappable, width: float
) -> None:
    """Write every gain where `width` points have room; bold where its interval excludes 0."""
    size = min(_NUMBER_SIZE, width / _GAIN_WIDTH)
    fits = size >= _SMALL_SIZE
    for cell, gain in np.ndenumerate(cells["gain"]):
        if np.isnan(gain):
            continue
        low, high = cells["gain_low"][cell], cells["gain_high"][cell]
        # without an interval the number is neither bold nor has it a ring
        mark = _UNCERTAIN if low <= 0 <= high else ""
        weight = "bold" if low > 0 or high < 0 else "normal"
        colour = _readable_on(scale.to_rgba(gain))
        _write(
            panel,
            cell,
            _signed(gain) if fits else "",
            mark,
            colour,
            fontsize=size,
            fontweight=weight,
        )


def _write(
    panel: Axes, cell: tuple[int, int], number: str, below: str, colour: str, **font: object
) -> None:
    """Write a number into a cell, at the same height in all cells, and small words below it."""
    middle = cell[1] + 0.5, cell[0] + 0.5
    centred = {"textcoords": "offset points", "ha": "center", "va": "center", "color": colour}
    number_font = {"fontsize": _NUMBER_SIZE, **font}
    panel.annotate(number, middle, (0, _NUMBER_UP), **centred, **number_font)
    if below:
        panel.annotate(below, middle, (0, _SMALL_DOWN), **centred, fontsize=_SMALL_SIZE)


def _signed(gain: float) -> str:
    """Return a gain with its sign and two decimals; one that rounds to 0 has no sign."""
    words = f"{gain:+.2f}"
    return "0.00" if float(words) == 0 else words.replace("-", "−")


def _readable_on(colour: tuple[float, ...]) -> str:
    """Return black or white, whichever has the higher contrast (WCAG 2) on a colour."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "black" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "white"


def _set_axes(
    panels: list[list[Axes]],
    dial_values: list[str],
    dial_label: str,
    sizes: list[int],
    cell_width: float,
) -> None:
    """Label dial values at the left of each row, and sizes below the lowest panels."""
    names = [f"{size:,}" for size in sizes]
    upright = len(names[-1]) * _LETTER_WIDTH > cell_width
    for pair in panels:
        for panel in pair:
            panel.spines[:].set_visible(False)
            panel.tick_params(length=0)
            panel.set_yticks([])
            panel.set_xticks([])
        pair[0].set_yticks(np.arange(len(dial_values)) + 0.5, dial_values)
        pair[0].set_ylabel(dial_label)
    for panel in panels[-1]:
        panel.set_xticks(np.arange(len(sizes)) + 0.5, names, rotation=90 if upright else 0)
        panel.set_xlabel(LABELS["size"])


def _add_bars(figure: Figure, bars: list[Axes], scales: tuple[ScalarMappable, ...]) -> None:
    """Draw the colour bars: one labelled by depth, one with as much of its scale as is used."""
    labels = LABELS["optimal_depth"], _GAIN_LABEL
    for axes, scale, label in zip(bars, scales, labels, strict=True):
        bar = figure.colorbar(scale, cax=axes, orientation="horizontal", spacing="uniform")
        bar.set_label(label)
        bar.outline.set_visible(False)
        bar.minorticks_off()
        axes.xaxis.set_ticks_position("top")
        axes.xaxis.set_label_position("top")
        axes.tick_params(length=0)
    depths, gains = scales
    edges = depths.norm.boundaries
    bars[0].set_xticks((edges[:-1] + edges[1:]) / 2, depths.get_array())
    bars[1].set_xlim(gains.get_array().min(), gains.get_array().max())
    # steps that two decimals can write
    bars[1].xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    bars[1].xaxis.set_major_formatter("{x:.2f}")


def _add_legend(figure: Figure, plotted: pd.DataFrame, cells: int) -> None:
    """Explain, below the panels, what marks of uncertain and hatched cells mean where they are."""
    ring = {"marker": "o", "markerfacecolor": "none", "markeredgewidth": 0.5, "color": "black"}
    handles = []
    if ((plotted["gain_low"] <= 0) & (plotted["gain_high"] >= 0)).any():
        handles.append(Line2D([], [], linestyle="none", label="95 % interval contains 0", **ring))
    if plotted["gain"].count() < cells:
        handles.append(Patch(label="no value", **NO_VALUE))
    if handles:
        figure.legend(handles=handles, loc="outside lower right", ncols=len(handles))
