"""The one style of all figures: sizes, fonts, colours, words, and how a figure is saved.

Widths are those of a two-column page, so that a figure goes into a paper unscaled and its text
keeps its size.
"""

import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn
from matplotlib import rc_context
from matplotlib.colors import ListedColormap, to_hex
from matplotlib.figure import Figure

from defrost.provenance.files import write_record, written_whole

COLUMN_WIDTH = 3.3  # inches
FULL_WIDTH = 6.9

GREY = "0.55"  # of what is there for comparison only
# Of the background that shows where a cell of a map has no value.
NO_VALUE = {"facecolor": "white", "edgecolor": "0.8", "hatch": "/////", "linewidth": 0}

STYLE = {
    **seaborn.axes_style("ticks"),
    **seaborn.plotting_context("paper"),
    # DejaVu comes with matplotlib: the same letters, hence the same layout, on every machine
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "axes.titlesize": 7.5,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.1,
    "lines.markersize": 3,
    "errorbar.capsize": 1.5,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 200,
    "pdf.fonttype": 42,  # TrueType, embedded: text in the PDF can be searched and edited
}

# What axes and legends say.
LABELS = {
    "accuracy": "test accuracy",
    "block": "block",
    "depth": "transfer depth (blocks)",
    "intrinsic_dimension": "intrinsic dimension (TwoNN)",
    "optimal_depth": "optimal depth (blocks)",
    "similarity": "more similar →",
    "size": "labelled examples $n$",
}

# seaborn's colour-blind-safe palette without yellow, pink and grey, too faint for thin lines, and
# two dark colours of Paul Tol's, wine and indigo
_SOURCE_COLOURS = [
    to_hex(colour)
    for colour in seaborn.color_palette("colorblind")
    if to_hex(colour) not in ("#ece133", "#fbafe4", "#949494")
] + ["#882255", "#332288"]
_SOURCE_MARKERS = "osD^vP<X>phd"


def in_style():
    """Return a context, or a decorator, in which matplotlib draws in this style."""
    return rc_context(STYLE)


def source_looks(sources: list[str], dials: dict[str, float] | None = None) -> dict[str, dict]:
    """Return colour and marker of every source of a study.

    Both follow the place in the config's order, so that a source looks the same in every figure.
    There are fewer colours than sources may be: the marker tells those of one colour apart.
    Sources of a dial, whose values `dials` has, are the darker the more similar to the target.
    """
    by_value = sorted(dials or {}, key=lambda source: dials[source], reverse=True)
    ordered = dict(zip(by_value, _dark_to_light("viridis", len(by_value)), strict=True))
    return {
        source: {
            "color": ordered.get(source, _SOURCE_COLOURS[place % len(_SOURCE_COLOURS)]),
            "marker": _SOURCE_MARKERS[place % len(_SOURCE_MARKERS)],
        }
        for place, source in enumerate(sources)
    }


def size_colours(sizes: list[int]) -> dict[int, str]:
    """Return a colour for every size, the darker the larger."""
    descending = sorted(sizes, reverse=True)
    return dict(zip(descending, _dark_to_light("plasma", len(sizes)), strict=True))


def _dark_to_light(name: str, count: int) -> list[str]:
    """Return colours for lines in an order.

    The scale is perceptually uniform, to colour-blind eyes as well, and stops short of its
    yellow, which is too faint on paper.
    """
    scale = seaborn.color_palette(name, as_cmap=True)
    return [to_hex(scale(step)) for step in np.linspace(0, 0.8, count)]


def pale_to_dark(name: str, count: int = 256) -> ListedColormap:
    """Return colours of a perceptually uniform scale, without its near-black end.

    Their lightness alone tells them apart, to colour-blind eyes and in grey print as well.
    """
    return ListedColormap(seaborn.color_palette(name, as_cmap=True)(np.linspace(0, 0.85, count)))


def display_name(name: str, width: int = 24) -> str:
    """Return a name of the config as figures show it: words, in lines of `width` letters."""
    return "\n".join(textwrap.wrap(name.replace("_", " "), width))


def save_figure(path: str | Path, figure: Figure, plotted: pd.DataFrame, record: dict) -> None:
    """Write a figure: as PDF to `path`, and beside it as PNG, its numbers as CSV, its record.

    Times and versions that matplotlib would leave in the files are left out: the same figure is
    the same bytes.
    """
    stem = Path(path)
    files = pdf, png, csv = [stem.with_suffix(suffix) for suffix in (".pdf", ".png", ".csv")]
    with in_style():
        with written_whole(pdf) as partial:
            figure.savefig(partial, metadata={"CreationDate": None})
        with written_whole(png) as partial:
            figure.savefig(partial, metadata={"Software": None})
    with written_whole(csv) as partial:
        plotted.to_csv(partial, index=False)
    write_record(stem.with_suffix(".json"), record, *files)
