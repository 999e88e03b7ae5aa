"""Similarity of every block of one network to every block of another, as maps."""

from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from defrost.figures.legends import add_legend_above
from defrost.figures.measures import in_order, set_value_ticks, shown_measure
from defrost.figures.panels import balanced_columns, set_whole_ticks
from defrost.figures.style import (
    COLUMN_WIDTH,
    FULL_WIDTH,
    LABELS,
    NO_VALUE,
    STYLE,
    display_name,
    in_style,
    pale_to_dark,
)
from defrost.figures.summaries import mean_of_networks

# Debiased CKA compares global geometry, and is 0 by chance in blocks of any width. Information
# imbalance compares nearest neighbours, and its two directions say which network knows more: low
# from source to target alone, the source's block holds what the target's does, and more.
_MEASURES = (
    "debiased_linear_cka",
    "information_imbalance_source_to_target",
    "information_imbalance_target_to_source",
)
_CEILING = "target"

_MOST_ABREAST = 8
_FEWEST_BELOW = 7  # abreast, of maps in several lines: larger ones would not fit onto a page
_NARROW = 3  # maps abreast that fit into a column of a page

# inches
_AROUND = 1.2  # what labels and colour bar take of the width
_BAR_WIDTH = 0.08
_GAP = 0.08
_LINE_HEIGHT = 0.13
_BELOW = 0.25  # axis label
_LETTER_WIDTH = 0.063

_NULL = {"color": "black", "marker": ">", "linestyle": "none"}


@in_style()
def draw_similarity_matrix(
    similarity: pd.DataFrame, sources: list[str]
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    For every measure a row of maps, one for each source and a last one, the ceiling, of pairs of
    target networks; more lines of rows where there are many sources. Block 1 of both networks is
    at the lower left. All maps of a measure have one scale of colours, darker is more similar.

    Args:
        similarity: the similarity table of a study.
        sources: their names in the order of the maps.

    Returns:
        The figure; its cells as `mean_matrices` returns them.
    """
    plotted = mean_matrices(similarity, sources)
    measures = list(plotted["measure"].unique())
    names = list(plotted["source"].unique())
    abreast = balanced_columns(len(names), _MOST_ABREAST)
    if len(names) > abreast:
        abreast = max(abreast, _FEWEST_BELOW)
    lines = [names[start : start + abreast] for start in range(0, len(names), abreast)]
    figure, grid, letters = _add_figure(lines, len(measures))
    scales = {measure: _scale(plotted, measure) for measure in measures}
    bars = []
    for row, (line, measure) in enumerate(product(lines, measures)):
        cells = plotted[plotted["measure"] == measure]
        panels = [figure.add_subplot(grid[2 * row + 1, column]) for column in range(len(line))]
        for panel, name in zip(panels, line, strict=True):
            _draw_map(panel, cells[cells["source"] == name], scales[measure])
            panel.tick_params(labelleft=panel is panels[0], labelbottom=measure == measures[-1])
            panel.set_title(display_name(name, letters) if measure == measures[0] else "")
        _write_title(figure.add_subplot(grid[2 * row, :]), measure)
        bars.append(figure.add_subplot(grid[2 * row + 1, abreast]))
        _draw_bar(bars[-1], scales[measure], cells, measure)
    figure.align_ylabels(bars)
    figure.supxlabel("block of the target network", fontsize=STYLE["axes.labelsize"])
    figure.supylabel("block of the source network", fontsize=STYLE["axes.labelsize"])
    handles = _handles(plotted)
    if handles:
        add_legend_above(figure, handles)
    return figure, plotted


def mean_matrices(similarity: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Return the mean similarity of every pair of blocks over the largest target networks.

    Args:
        similarity: the similarity table of a study.
        sources: their names in order.

    Returns:
        A row for each measure, source (`target` for pairs of target networks), block of the
        source's and of the target's network: size, value, networks, missing, points and reason
        (see `summaries`), and null_mean, the mean of the permutation null. Of the measures, those
        shown by default, or, where a table has none of these, its first three.
    """
    compared = similarity[similarity["comparison"].isin(["source_to_target", "target_to_target"])]
    largest = compared[compared["size"] == compared["size"].max()]
    found = in_order(largest["measure"])
    measures = [name for name in found if name in _MEASURES] or found[: len(_MEASURES)]
    return pd.DataFrame(
        [
            {
                "measure": measure,
                "source": source,
                "size": cell["size"].iloc[0],
                "source_block": source_block,
                "target_block": target_block,
                **_without_interval(mean_of_networks(cell)),
                "null_mean": cell["null_mean"].mean(),
            }
            for measure in measures
            for source in [*sources, _CEILING]
            for (source_block, target_block), cell in largest[
                (largest["measure"] == measure) & (largest["source"] == source)
            ].groupby(["source_block", "target_block"])
        ]
    )


def _without_interval(summary: dict[str, object]) -> dict[str, object]:
    return {name: summary[name] for name in ("value", "networks", "missing", "points", "reason")}


def _add_figure(lines: list[list[str]], measures: int) -> tuple[Figure, GridSpec, int]:
    """Return a figure, its grid and how many letters a map is wide.

    The grid has, for every line and measure, a row for the title and one for the maps; its last
    column is for colour bars.
    """
    abreast = len(lines[0])
    width = COLUMN_WIDTH if abreast <= _NARROW else FULL_WIDTH
    side = (width - _AROUND) / abreast - _GAP
    letters = int((side + _GAP) / _LETTER_WIDTH)
    name_lines = sum(max(display_name(n, letters).count("\n") + 1 for n in line) for line in lines)
    rows = len(lines) * measures
    height = rows * (side + 3 * _GAP + _LINE_HEIGHT) + _BELOW
    # of every line, names above and ticks below
    height += (name_lines + 2 * len(lines)) * _LINE_HEIGHT
    figure = Figure(figsize=(width, height))
    figure.get_layout_engine().set(h_pad=_GAP / 2, w_pad=_GAP / 2, hspace=0, wspace=0)
    grid = figure.add_gridspec(
        2 * rows,
        abreast + 1,
        height_ratios=[_LINE_HEIGHT, side] * rows,
        width_ratios=[side] * abreast + [_BAR_WIDTH],
    )
    return figure, grid, letters


def _write_title(row: Axes, measure: str) -> None:
    row.axis("off")
    title = shown_measure(measure).title.replace("\n", " ")
    row.text(0, 0, title, fontsize=STYLE["axes.titlesize"], transform=row.transAxes)


def _scale(plotted: pd.DataFrame, name: str) -> ScalarMappable:
    """Return the colours of a measure, from the least similar value, or chance, to the most.

    Measures on a logarithmic scale have one range: they are compared with one another.
    """
    measure = shown_measure(name)
    together = [
        other
        for other in plotted["measure"].unique()
        if other == name or shown_measure(other).scale == measure.scale == "log"
    ]
    numbers = plotted.loc[plotted["measure"].isin(together), ["value", "null_mean"]]
    low, high = numbers.min(axis=None), numbers.max(axis=None)
    if np.isnan(low):  # no value at all
        low, high = 0.1, 1
    colours = pale_to_dark("mako_r")
    if measure.larger_is_more_similar is False:
        colours = colours.reversed()
    return ScalarMappable((LogNorm if measure.scale == "log" else Normalize)(low, high), colours)


def _draw_map(panel: Axes, cells: pd.DataFrame, scale: ScalarMappable) -> None:
    """Draw blocks x blocks as cells; those without a value show the hatched background."""
    values = cells.pivot(index="source_block", columns="target_block", values="value")
    panel.patch.set(**NO_VALUE)
    panel.pcolormesh(
        np.arange(values.shape[1] + 1) + 0.5,
        np.arange(values.shape[0] + 1) + 0.5,
        np.ma.masked_invalid(values.to_numpy(float)),
        norm=scale.norm,
        cmap=scale.cmap,
        edgecolor="white",
        linewidth=0.4,
    )
    for axis in (panel.xaxis, panel.yaxis):
        set_whole_ticks(axis)
    panel.spines[:].set_visible(False)
    panel.tick_params(length=0)


def _draw_bar(axes: Axes, scale: ScalarMappable, cells: pd.DataFrame, name: str) -> None:
    """Draw a colour bar, more similar up, with a mark at the mean of the null."""
    bar = axes.figure.colorbar(scale, cax=axes)
    bar.outline.set_visible(False)
    measure = shown_measure(name)
    set_value_ticks(axes.yaxis, measure)
    if measure.larger_is_more_similar is not None:
        bar.set_label(LABELS["similarity"])
        axes.yaxis.set_inverted(not measure.larger_is_more_similar)
    if cells["null_mean"].notna().any():
        beside = axes.get_yaxis_transform()
        (mark,) = axes.plot(-0.6, cells["null_mean"].mean(), transform=beside, **_NULL)
        # it stands in the gap, which need not be wider for it
        mark.set(clip_on=False, in_layout=False)


def _handles(plotted: pd.DataFrame) -> list[Line2D | Patch]:
    handles = []
    if plotted["null_mean"].notna().any():
        handles.append(Line2D([], [], label="null: images permuted, mean", **_NULL))
    if plotted["value"].isna().any():
        handles.append(Patch(label="no value", **NO_VALUE))
    return handles
