"""Similarity of networks in blocks of the same number: a panel for every measure."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from defrost.figures.dodge import dodges
from defrost.figures.legends import add_legend_above, source_handles
from defrost.figures.measures import ShownMeasure, in_order, set_value_ticks, shown_measure
from defrost.figures.panels import say_why_empty, set_whole_ticks, strip_figure
from defrost.figures.style import LABELS, in_style, source_looks
from defrost.figures.summaries import mean_of_networks, range_of_pairs

_NULL = {"facecolor": "0.87", "linewidth": 0, "zorder": 0}
_CEILING = {"facecolor": "#cfe3d0", "linewidth": 0, "zorder": 0.5}
_CEILING_LINE = {"color": "0.25", "linestyle": (0, (4, 2)), "linewidth": 0.8, "zorder": 1}
_MARGIN = 0.06  # of an axis, beyond what is drawn


@in_style()
def draw_similarity_by_block(
    similarity: pd.DataFrame, sources: list[str], dials: dict[str, float] | None = None
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    A strip of panels for every measure, source networks against the target's, a panel for every
    size of these; more similar is up, so that the axis of a distance is reversed. A last strip,
    where the table has it, is of source networks before and after they were fine-tuned, by one
    measure: it shows which blocks change.

    Args:
        similarity: the similarity table of a study.
        sources: their names in the order of the legend.
        dials: the values of the dial that the study sweeps, by source.

    Returns:
        The figure; its points as `mean_similarities` returns them.
    """
    plotted = mean_similarities(similarity, sources)
    looks = source_looks(sources, dials)
    ceiling = plotted["comparison"] == "target_to_target"
    lines, ceilings = plotted[~ceiling], plotted[ceiling]
    sizes = sorted(lines["size"].unique())
    keys = list(dict.fromkeys(zip(lines["comparison"], lines["measure"], strict=True)))
    figure, strips = strip_figure(
        [_title(*key) for key in keys], [f"$n$ = {size:,}" for size in sizes], LABELS["block"]
    )
    for (comparison, name), strip in zip(keys, strips, strict=True):
        measure = shown_measure(name)
        drawn = lines[(lines["comparison"] == comparison) & (lines["measure"] == name)]
        above = ceilings[(ceilings["measure"] == name) & (comparison == "source_to_target")]
        drawn, above = _within(drawn, measure), _within(above, measure)
        for size, panel in zip(sizes, strip, strict=True):
            _draw_bands(panel, drawn[drawn["size"] == size], above[above["size"] == size])
            _draw_lines(panel, drawn[drawn["size"] == size], looks)
        _set_scale(strip[0], pd.concat([drawn, above]), measure)
    _align_ratios([strip[0] for strip in strips])
    for (_, name), strip in zip(keys, strips, strict=True):
        set_value_ticks(strip[0].yaxis, shown_measure(name))
    first = strips[0][0]
    set_whole_ticks(first.xaxis)
    first.set_xlim(lines["block"].min() - 0.5, lines["block"].max() + 0.5)
    add_legend_above(figure, [*source_handles(looks), *_band_handles(plotted)])
    return figure, plotted


def mean_similarities(similarity: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Return the mean similarity of blocks of the same number, and what to hold it against.

    Of source networks before and after fine-tuning, only the first measure and the sizes of the
    target's networks.

    Args:
        similarity: the similarity table of a study.
        sources: their names in order.

    Returns:
        A row for each comparison, measure, source, size and block: value, low, high, interval,
        networks, missing, points and reason (see `summaries`) over the networks trained with that
        size, or over pairs of them where both are the target's, the ceiling; null_low and
        null_high, the limits of the permutation null, means over all sources and networks.
    """
    same = similarity[similarity["source_block"] == similarity["target_block"]]
    to_target, of_target, change = (
        same[same["comparison"] == comparison]
        for comparison in ("source_to_target", "target_to_target", "before_to_after")
    )
    change = change[
        change["measure"].isin(in_order(change["measure"])[:1])
        & change["size"].isin(to_target["size"])
    ]
    points = pd.DataFrame(
        [
            *_points(to_target, sources, mean_of_networks),
            *_points(of_target, ["target"], range_of_pairs),
            *_points(change, sources, mean_of_networks),
        ]
    )
    keys = ["comparison", "measure", "size", "block"]
    nulls = same.rename(columns={"source_block": "block"}).groupby(keys)[["null_low", "null_high"]]
    return points.merge(nulls.mean().reset_index(), on=keys, how="left")


def _points(
    rows: pd.DataFrame, sources: list[str], summarise: Callable[[pd.DataFrame], dict]
) -> list[dict]:
    """Return a point for each measure, source, size and block of one comparison."""
    return [
        {
            "comparison": cell["comparison"].iloc[0],
            "measure": measure,
            "source": source,
            "size": size,
            "block": block,
            **summarise(cell),
        }
        for measure in in_order(rows["measure"])
        for source in sources
        for (size, block), cell in rows[
            (rows["measure"] == measure) & (rows["source"] == source)
        ].groupby(["size", "source_block"])
    ]


def _title(comparison: str, measure: str) -> str:
    title = shown_measure(measure).title
    if comparison == "source_to_target":
        return title
    return "change by fine-tuning:\n" + title.replace("\n", " ")


def _within(points: pd.DataFrame, measure: ShownMeasure) -> pd.DataFrame:
    """Return points whose intervals end where the measure does."""
    lowest = 2 / points["points"] if measure.scale == "log" else measure.low
    return points.assign(
        low=points["low"].clip(lowest, measure.high), high=points["high"].clip(lowest, measure.high)
    )


def _draw_bands(panel: Axes, lines: pd.DataFrame, ceiling: pd.DataFrame) -> None:
    null = lines.drop_duplicates("block").sort_values("block")  # the same for all sources
    for rows, low, high, look in (
        (null, "null_low", "null_high", _NULL),
        (ceiling, "low", "high", _CEILING),
    ):
        # a step wide for each block
        edges = np.add.outer(rows["block"].to_numpy(), [-0.5, 0.5]).ravel()
        panel.fill_between(edges, rows[low].repeat(2), rows[high].repeat(2), **look)
    panel.plot(ceiling["block"], ceiling["value"], **_CEILING_LINE)


def _draw_lines(panel: Axes, points: pd.DataFrame, looks: dict[str, dict]) -> None:
    shifts = dodges(len(looks), step=0.09, most=0.5)
    for (source, look), shift in zip(looks.items(), shifts, strict=True):
        line = points[points["source"] == source]
        limits = [line["value"] - line["low"], line["high"] - line["value"]]
        panel.errorbar(line["block"] + shift, line["value"], yerr=limits, elinewidth=0.7, **look)
    if points["value"].isna().all():
        say_why_empty(panel, "not compared" if points.empty else "no value")


def _set_scale(panel: Axes, points: pd.DataFrame, measure: ShownMeasure) -> None:
    """Set the vertical axis so that it shows all points and bands, more similar up."""
    drawn = points[["value", "low", "high", "null_low", "null_high"]]
    panel.set_yscale(measure.scale)
    transform = panel.yaxis.get_transform()
    numbers = transform.transform(drawn.to_numpy(float).ravel())
    numbers = numbers[np.isfinite(numbers)]
    if not numbers.size:  # no value at all
        numbers = transform.transform([0.1, 1])
    margin = _MARGIN * np.ptp(numbers) or 0.1
    limits = [numbers.min() - margin, numbers.max() + margin]
    panel.set_ylim(transform.inverted().transform(limits))
    if measure.larger_is_more_similar is not None:
        panel.set_ylabel(LABELS["similarity"])
        panel.yaxis.set_inverted(not measure.larger_is_more_similar)


def _align_ratios(panels: list[Axes]) -> None:
    """Give all panels on a logarithmic axis the same limits: they are compared with one another."""
    ratios = [panel for panel in panels if panel.get_yscale() == "log"]
    limits = [limit for panel in ratios for limit in panel.get_ylim()]
    for panel in ratios:
        panel.set_ylim(max(limits), min(limits))


def _band_handles(plotted: pd.DataFrame) -> list[Artist | tuple[Artist, ...]]:
    """Return a legend's entries for null and ceiling, where they are."""
    handles = []
    if (plotted["comparison"] == "target_to_target").any():
        line = Line2D([], [], label="ceiling: two target networks", **_CEILING_LINE)
        handles.append((Patch(**_CEILING), line))
    if plotted["null_low"].notna().any():
        handles.append(Patch(label="null: images permuted", **_NULL))
    return handles
