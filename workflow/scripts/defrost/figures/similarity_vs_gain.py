"""Does similarity of representations explain the gain? A panel for every measure of it."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from defrost.figures.legends import add_legend_above, source_handles
from defrost.figures.measures import set_value_ticks, shown_measure
from defrost.figures.panels import balanced_columns, say_why_empty
from defrost.figures.similarities_and_gains import similarities_and_gains
from defrost.figures.style import (
    COLUMN_WIDTH,
    FULL_WIDTH,
    LABELS,
    STYLE,
    in_style,
    size_colours,
    source_looks,
)

_Y_LABEL = "gain over scratch (test accuracy)"

# inches
_PANEL_HEIGHT, _TICKS_HEIGHT, _LINE_HEIGHT = 1.15, 0.25, 0.13
# points
_AGREEMENT_SIZE, _AGREEMENT_LINE, _KEY_LEFT, _GAP = 6, 8.5, -8, 6
_DIAMETERS = 8, 3.5  # of markers of the smallest and the largest size
_EDGE = {"markeredgecolor": "white", "markeredgewidth": 0.3}

_NULL = {"facecolor": "0.87", "linewidth": 0, "zorder": 0}
_CEILING = {"facecolor": "#cfe3d0", "linewidth": 0, "zorder": 0.5}
_CEILING_LINE = {"color": "0.25", "linestyle": (0, (4, 2)), "linewidth": 0.8, "zorder": 1}
_BARS = {"elinewidth": 0.6, "capsize": 0}
_MARGIN = 0.06  # of an axis, beyond what is drawn
_LEAST_GAIN = 0.02  # that the axis of gains reaches to either side of 0

_BANDS = ["null_low", "null_high", "ceiling", "ceiling_low", "ceiling_high"]


@in_style()
def draw_similarity_vs_gain(
    similarity: pd.DataFrame, optimal: pd.DataFrame, sources: list[str], protocols: list[str]
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    A panel for every measure, and for every protocol where there are several; of more than twelve
    the first measures only. In a panel a point for every source, told by its marker, and size,
    told by its colour; markers of larger sizes are smaller and in front, so that equal points are
    seen one within the other. More similar is right, so that the axis of a distance is reversed;
    gains share one axis. Above a panel Kendall's tau of every size by itself, with the range that
    chance gives it and the number of sources: over all sizes together it would also count that
    gains fall with size.

    Args:
        similarity, optimal: the tables of similarity and of optimal depths of a study.
        sources, protocols: their names in the order of legend and panels.

    Returns:
        The figure; its points as `similarities_and_gains` returns them.
    """
    plotted = similarities_and_gains(similarity, optimal, sources, protocols)
    markers = {source: look["marker"] for source, look in source_looks(sources).items()}
    sizes = sorted(plotted["size"].unique())
    colours = size_colours(sizes)
    cells = list(plotted.groupby(["protocol", "measure"], sort=False))
    titles = [_title(*key, len(protocols)) for key, _ in cells]
    block = plotted["block"].iloc[0]
    figure, panels = _add_panels(titles, len(sizes), f"similarity of block {block} to the target's")
    for panel, ((_, name), points) in zip(panels, cells, strict=True):
        panel.axhline(0, color="0.7", linewidth=0.6, zorder=0.7)
        _draw_bands(panel, points.iloc[0])
        _draw_points(panel, points, markers, colours)
        _write_agreements(panel, points, colours)
        _set_similarity_axis(panel, points, name)
    _set_gain_axis(panels[0], plotted)
    add_legend_above(figure, _handles(plotted, markers, colours))
    return figure, plotted


def _title(protocol: str, measure: str, protocols: int) -> str:
    title = shown_measure(measure).title.replace("\n", " ")
    return title if protocols == 1 else f"{title}\nprotocol: {protocol}"


def _add_panels(titles: list[str], sizes: int, x_label: str) -> tuple[Figure, list[Axes]]:
    """Return a figure and its panels, with room above each for a line for every size."""
    columns = balanced_columns(len(titles))
    rows = -(-len(titles) // columns)
    lines = max(title.count("\n") for title in titles) + 1 + sizes
    width = FULL_WIDTH if columns > 1 else COLUMN_WIDTH
    height = rows * (_PANEL_HEIGHT + _TICKS_HEIGHT + lines * _LINE_HEIGHT) + _LINE_HEIGHT
    figure = Figure(figsize=(width, height))
    grid = figure.add_gridspec(rows, columns)
    panels: list[Axes] = []
    for place, title in enumerate(titles):
        row, column = divmod(place, columns)
        panel = figure.add_subplot(grid[row, column], sharey=panels[0] if panels else None)
        pad = _GAP + sizes * _AGREEMENT_LINE
        panel.set_title(title, loc="left", pad=pad, fontsize=STYLE["font.size"])
        panel.tick_params(labelleft=column == 0)
        panels.append(panel)
    figure.supxlabel(f"{x_label}: {LABELS['similarity']}", fontsize=STYLE["axes.labelsize"])
    figure.supylabel(_Y_LABEL, fontsize=STYLE["axes.labelsize"])
    return figure, panels


def _draw_bands(panel: Axes, row: pd.Series) -> None:
    for low, high, look in (
        ("null_low", "null_high", _NULL),
        ("ceiling_low", "ceiling_high", _CEILING),
    ):
        if row[low] <= row[high]:
            panel.axvspan(row[low], row[high], **look)
    if np.isfinite(row["ceiling"]):
        panel.axvline(row["ceiling"], **_CEILING_LINE)


def _draw_points(
    panel: Axes, points: pd.DataFrame, markers: dict[str, str], colours: dict[int, str]
) -> None:
    drawn = points.dropna(subset=["similarity", "gain"])
    diameters = dict(zip(sorted(colours), np.linspace(*_DIAMETERS, len(colours)), strict=True))
    for place, size in enumerate(diameters):
        for point in drawn[drawn["size"] == size].itertuples():
            x, y = point.similarity, point.gain
            panel.errorbar(
                x,
                y,
                xerr=[[x - point.similarity_low], [point.similarity_high - x]],
                yerr=[[y - point.gain_low], [point.gain_high - y]],
                color=colours[size],
                marker=markers[point.source],
                markersize=diameters[size],
                zorder=3 + place,
                **_EDGE,
                **_BARS,
            )
    if drawn.empty:
        say_why_empty(panel)


def _write_agreements(panel: Axes, points: pd.DataFrame, colours: dict[int, str]) -> None:
    """Write above a panel, beside the colour of every size, how similarity and gain agree there."""
    agreements = points.drop_duplicates("size").sort_values("size", ascending=False)
    for line, row in enumerate(agreements.itertuples()):
        words = "no $\\tau$"
        if np.isfinite(row.kendall_tau):
            tau = f"{row.kendall_tau:+.2f}".replace("-", "−")
            words = f"$\\tau$={tau} (chance ±{row.tau_null_high:.2f})"
        counted = f"{row.compared_sources} source{'s' if row.compared_sources != 1 else ''}"
        for left, text, colour in (
            (_KEY_LEFT, "■", colours[row.size]),
            (0, f"$n$={row.size:,}, {counted}: {words}", "black"),
        ):
            panel.annotate(
                text,
                (0, 1),
                (left, _GAP + line * _AGREEMENT_LINE),
                xycoords="axes fraction",
                textcoords="offset points",
                fontsize=_AGREEMENT_SIZE,
                color=colour,
            )


def _set_similarity_axis(panel: Axes, points: pd.DataFrame, name: str) -> None:
    """Set the horizontal axis so that it shows all points and bands, more similar right."""
    measure = shown_measure(name)
    lowest = 2 / points["points"].max() if measure.scale == "log" else measure.low
    panel.set_xscale(measure.scale)
    transform = panel.xaxis.get_transform()
    drawn = points[["similarity", "similarity_low", "similarity_high", *_BANDS]]
    numbers = transform.transform(drawn.to_numpy(float).clip(lowest, measure.high).ravel())
    numbers = numbers[np.isfinite(numbers)]
    if not numbers.size:  # no value at all
        numbers = transform.transform([0.1, 1])
    margin = _MARGIN * np.ptp(numbers) or 0.1
    panel.set_xlim(transform.inverted().transform([numbers.min() - margin, numbers.max() + margin]))
    set_value_ticks(panel.xaxis, measure)
    panel.xaxis.set_inverted(measure.larger_is_more_similar is False)


def _set_gain_axis(panel: Axes, plotted: pd.DataFrame) -> None:
    """Set the vertical axis, which all panels share; gains that are all 0 would leave it none."""
    drawn = plotted[["gain", "gain_low", "gain_high"]]
    # in this order, so that a table without any gain has an axis as well
    low = min(-_LEAST_GAIN, drawn.min(axis=None))
    high = max(_LEAST_GAIN, drawn.max(axis=None))
    margin = _MARGIN * (high - low)
    panel.set_ylim(low - margin, high + margin)


def _handles(
    plotted: pd.DataFrame, markers: dict[str, str], colours: dict[int, str]
) -> list[Artist | tuple[Artist, ...]]:
    looks = {
        source: {"color": "0.35", "marker": marker, "linestyle": "", "markersize": 5}
        for source, marker in markers.items()
    }
    handles: list[Artist | tuple[Artist, ...]] = [*source_handles(looks)]
    handles += [
        Line2D([], [], color=colour, linewidth=3, label=f"gain at $n$ = {size:,}")
        for size, colour in sorted(colours.items())
    ]
    if plotted["ceiling"].notna().any():
        line = Line2D([], [], label="ceiling: two target networks", **_CEILING_LINE)
        handles.append((Patch(**_CEILING), line))
    if plotted["null_low"].notna().any():
        handles.append(Patch(label="null: images permuted", **_NULL))
    return handles
