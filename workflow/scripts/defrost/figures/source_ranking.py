"""How far each score ranks the sources as transfer did, and what the source it picks loses."""

from itertools import pairwise

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from defrost.figures.dodge import dodges
from defrost.figures.legends import add_legend_above
from defrost.figures.measures import in_order, shown_measure
from defrost.figures.panels import say_why_empty
from defrost.figures.style import FULL_WIDTH, in_style
from defrost.selection.registry import ON_LABELS, ON_READOUT, ON_TARGET_NETWORK, SCORES

_TITLES = {
    "logme": "LogME",
    "leep": "LEEP",
    "nce": "NCE",
    "h_score": "H-score",
    "parc": "PARC",
    "rsa_selection": "RSA selection",
    "dds_cosine": "DDS, cosine",
    "dds_laplacian": "DDS, Laplacian",
}
# by how the blocks of a network become one number
_LOOKS = {
    "mean": {"color": "#0173b2", "marker": "o", "label": "mean over blocks"},
    "best": {"color": "#d55e00", "marker": "^", "label": "best block"},
    "last": {"color": "#029e73", "marker": "s", "label": "last block"},
    "readout": {"color": "0.2", "marker": "D", "label": "readout"},
}
_SUMMARIES = ("mean", "best", "last")
_NEEDS = (ON_LABELS, ON_READOUT, ON_TARGET_NETWORK)
_NULL = {"color": "0.9", "linewidth": 0, "zorder": 0}
_CHANCE = {"color": "0.4", "linestyle": (0, (3, 2)), "linewidth": 0.8, "zorder": 1}
_ROW_HEIGHT = 0.17  # inches, of a score
_SIZES_ABREAST = 2


@in_style()
def draw_source_ranking(ranking: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Return the figure and the numbers in it.

    For every size two panels side by side, with a line for every score: Kendall's tau on the
    range that chance gives it, and the regret of the source that the score picks.

    Args:
        ranking: the source ranking table of a study.

    Returns:
        The figure; its points as `agreements` returns them.
    """
    plotted = agreements(ranking)
    scores = list(dict.fromkeys(plotted["score"]))
    sizes = sorted(plotted["size"].unique())
    abreast = min(len(sizes), _SIZES_ABREAST)
    rows = -(-len(sizes) // abreast)
    figure = Figure(figsize=(FULL_WIDTH, rows * (_ROW_HEIGHT * len(scores) + 0.77)))
    grid = figure.add_gridspec(rows, 2 * abreast)
    panels: list[Axes] = []
    for place, size in enumerate(sizes):
        row, column = divmod(place, abreast)
        points = plotted[plotted["size"] == size]
        for side, draw in enumerate((_draw_taus, _draw_regrets)):
            panel = figure.add_subplot(
                grid[row, 2 * column + side], sharey=panels[0] if panels else None
            )
            draw(panel, points, scores)
            panel.tick_params(labelleft=column == side == 0)
            panels.append(panel)
        panels[-2].set_title(f"$n$ = {size:,}, {points['all_sources'].iloc[0]} sources", loc="left")
    first = panels[0]
    first.set_yticks(range(len(scores)), [_title(score) for score in scores])
    first.set_ylim(len(scores) - 0.5, -0.5)
    add_legend_above(figure, _handles(plotted))
    return figure, plotted


def agreements(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return how well each score ranks the sources, and what its pick loses.

    Args:
        ranking: the source ranking table of a study.

    Returns:
        A row for each size, score and summary of blocks: kendall_tau, tau_null_low, tau_null_high,
        weighted_tau, pick_regret, sources (that have a score), agreement_reason; all_sources (that
        there are) and chance_regret, the mean regret of a source drawn at random from these.
    """
    keys = ["size", "score", "blocks"]
    columns = ["kendall_tau", "tau_null_low", "tau_null_high", "weighted_tau", "pick_regret"]
    points = ranking.drop_duplicates(keys)[[*keys, *columns, "sources", "agreement_reason"]]
    gains = ranking.drop_duplicates(["size", "source"]).groupby("size")["realised_gain"]
    points = points.assign(
        all_sources=points["size"].map(gains.size()),
        chance_regret=points["size"].map(gains.max() - gains.mean()),
    )
    scores = _in_order(points["score"])
    places = {name: place for names in (scores, list(_LOOKS)) for place, name in enumerate(names)}
    return points.sort_values(
        keys, key=lambda column: column if column.name == "size" else column.map(places)
    ).reset_index(drop=True)


def _in_order(scores: pd.Series) -> list[str]:
    """Return the scores, those that need the same together, measures of similarity last."""
    found = set(scores)
    own = [name for name in SCORES if name in found]
    own.sort(key=lambda name: _NEEDS.index(SCORES[name].needs))
    return own + in_order(found - set(SCORES))


def _title(score: str) -> str:
    if score in SCORES:
        return _TITLES.get(score, score.replace("_", " "))
    return shown_measure(score).title.replace("\n", " ")


def _draw_taus(panel: Axes, points: pd.DataFrame, scores: list[str]) -> None:
    null = points.dropna(subset=["kendall_tau"]).drop_duplicates("score")
    places = null["score"].map(scores.index)
    panel.barh(places, 2 * null["tau_null_high"], 1, null["tau_null_low"], **_NULL)
    panel.axvline(0, color="0.7", linewidth=0.6, zorder=0.5)
    panel.set_xlim(-1.12, 1.12)
    panel.set_xlabel("Kendall's $\\tau$ with\nthe realised gain")
    _draw_points(panel, points, "kendall_tau", scores)


def _draw_regrets(panel: Axes, points: pd.DataFrame, scores: list[str]) -> None:
    panel.axvline(points["chance_regret"].iloc[0], **_CHANCE)
    panel.set_xlabel("regret of the pick\n(test accuracy)")
    panel.xaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    panel.margins(x=0.08)
    _draw_points(panel, points, "pick_regret", scores)


def _draw_points(panel: Axes, points: pd.DataFrame, column: str, scores: list[str]) -> None:
    shifts = dict(zip(_SUMMARIES, dodges(len(_SUMMARIES), step=0.3, most=0.6), strict=True))
    for blocks, of_blocks in points.groupby("blocks"):
        places = of_blocks["score"].map(scores.index) + shifts.get(blocks, 0)
        panel.plot(of_blocks[column], places, linestyle="", clip_on=False, **_LOOKS[blocks])
    needs = [SCORES[score].needs if score in SCORES else None for score in scores]
    for place, (above, below) in enumerate(pairwise(needs)):
        if above != below:
            panel.axhline(place + 0.5, color="0.7", linewidth=0.5)
    panel.tick_params(axis="y", length=0)
    if points[column].isna().all():
        say_why_empty(panel)


def _handles(plotted: pd.DataFrame) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], linestyle="", **look)
        for blocks, look in _LOOKS.items()
        if (plotted["blocks"] == blocks).any()
    ]
    if plotted["kendall_tau"].notna().any():
        handles.append(Patch(label="95 % of $\\tau$ by chance", **_NULL))
    if plotted["chance_regret"].notna().any():
        handles.append(Line2D([], [], label="a source at random", **_CHANCE))
    return handles
