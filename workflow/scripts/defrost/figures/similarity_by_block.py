"""Similarity of source and target networks in every block: a panel for every measure."""

from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from defrost.figures.dodge import dodges
from defrost.figures.legends import add_legend_above, source_handles
from defrost.figures.panels import panel_figure, set_whole_ticks
from defrost.figures.style import GREY, LABELS, in_style, source_looks
from defrost.statistics.intervals import mean_interval


class _Measure(NamedTuple):
    """What a panel says of its measure."""

    name: str
    direction: str  # which values are the similar ones
    chance: float  # value for independent representations
    scale: str  # of its axis


_MEASURES = {
    "debiased_linear_cka": _Measure("debiased linear CKA", "larger is more similar", 0, "linear"),
    "information_imbalance_source_to_target": _Measure(
        "information imbalance\nsource → target", "smaller is more similar", 1, "log"
    ),
    "information_imbalance_target_to_source": _Measure(
        "information imbalance\ntarget → source", "smaller is more similar", 1, "log"
    ),
}

_CHANCE = {"color": GREY, "linewidth": 0.6, "zorder": 1}


@in_style()
def draw_similarity_by_block(
    similarity: pd.DataFrame, sources: list[str]
) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    Args:
        similarity: the similarity table of a study.
        sources: their names in the order of the legend.

    Returns:
        The figure; a row for each point with its mean over the target networks and the limits of
        the 95 % interval (empty with one target network).
    """
    plotted = mean_similarities(similarity, sources)
    looks = source_looks(sources)
    dashes = size_dashes(sorted(plotted["size"].unique()))
    measures = list(plotted["measure"].unique())
    titles = [f"{_MEASURES[m].name}\n({_MEASURES[m].direction})" for m in measures]
    figure, panels = panel_figure([titles], LABELS["block"], LABELS["similarity"], same_y=False)
    for panel, measure in zip(panels, measures, strict=True):
        panel.axhline(_MEASURES[measure].chance, **_CHANCE)
        _draw_lines(panel, plotted[plotted["measure"] == measure], looks, dashes)
        panel.set_yscale(_MEASURES[measure].scale)
    _align_ratios(panels)
    set_whole_ticks(panels[0].xaxis)
    chance = Line2D([], [], label="chance", **_CHANCE)
    handles = [*source_handles(looks), *_size_handles(dashes), chance]
    add_legend_above(figure, handles)
    return figure, plotted


def mean_similarities(similarity: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Return the mean similarity of blocks of the same number over the target networks."""
    same = similarity[similarity["source_block"] == similarity["target_block"]]
    points = []
    for measure in sorted(same["measure"].unique(), key=list(_MEASURES).index):
        for source in sources:
            rows = same[(same["measure"] == measure) & (same["source"] == source)]
            for (size, block), cell in rows.groupby(["size", "source_block"]):
                mean, low, high = mean_interval(cell["value"].to_numpy())
                points.append(
                    {
                        "measure": measure,
                        "source": source,
                        "size": size,
                        "block": block,
                        "value": mean,
                        "low": low,
                        "high": high,
                        "replicates": len(cell),
                    }
                )
    return pd.DataFrame(points)


def _align_ratios(panels: list[Axes]) -> None:
    """Give all panels on a logarithmic axis the same limits: they are compared with one another.

    Their values go down to 2 / N, far below chance, where a linear axis would show nothing.
    """
    ratios = [panel for panel in panels if panel.get_yscale() == "log"]
    limits = [limit for panel in ratios for limit in panel.get_ylim()]
    for panel in ratios:
        panel.set_ylim(min(limits), max(limits))


def _draw_lines(
    panel: Axes, points: pd.DataFrame, looks: dict[str, dict], dashes: dict[int, tuple]
) -> None:
    lines = [(source, size) for source in looks for size in dashes]
    shifts = dodges(len(lines), step=0.06, most=0.4)
    for (source, size), shift in zip(lines, shifts, strict=True):
        line = points[(points["source"] == source) & (points["size"] == size)]
        limits = [line["value"] - line["low"], line["high"] - line["value"]]
        bars = panel.errorbar(
            line["block"] + shift, line["value"], yerr=limits, elinewidth=0.7, **looks[source]
        )
        bars[0].set_linestyle(dashes[size])


def size_dashes(sizes: list[int]) -> dict[int, tuple]:
    """Return a line style for every size: solid for the largest, the smaller the shorter dashes.

    Five can be told apart; any further sizes look like the fifth.
    """
    styles = [(0, ()), *((0, (length, 1.5)) for length in (6, 4, 2.5, 1))]
    last = len(styles) - 1
    return {size: styles[min(place, last)] for place, size in enumerate(reversed(sizes))}


def _size_handles(dashes: dict[int, tuple]) -> list[Line2D]:
    """Return a legend's entries for the sizes, none where there is only one."""
    if len(dashes) == 1:
        return []
    return [
        Line2D([], [], color="black", linestyle=dash, label=f"target network, $n$ = {size:,}")
        for size, dash in dashes.items()
    ]
