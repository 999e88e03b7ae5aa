"""What a reader of a figure must be able to see, checked by what is drawn where."""

from collections.abc import Iterator
from itertools import combinations
from unittest.mock import patch

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from defrost.figures.style import COLUMN_WIDTH, FULL_WIDTH, STYLE, in_style

SMALLEST_TEXT = 6  # points
PIXEL = 1  # that a mark may reach beyond its panel: lines have a width


def _drawn_texts(figure: Figure) -> list[tuple[str, float, Bbox]]:
    """Draw the figure as it is saved, and return what words are where: words, points, box."""
    texts = []

    def note(text, renderer):
        # what is drawn: figures also hold ticks beyond the limits of their axes
        if text.get_visible() and text.get_text().strip():
            box = text.get_window_extent(renderer)
            texts.append((text.get_text(), text.get_fontsize(), box))

    # letters are rounded to pixels, and narrower at a lower resolution
    figure.set_dpi(STYLE["savefig.dpi"])
    with patch.object(Text, "draw", note), in_style():
        FigureCanvasAgg(figure).draw()
    return texts


def faults_of(figure: Figure) -> list[str]:
    """Return everything that keeps a reader from reading a figure, in words."""
    faults = _faults_of_texts(figure)  # which draws it
    faults += _faults_of_legends(figure) + _faults_of_marks(figure)
    if not any(np.isclose(figure.get_figwidth(), width) for width in (COLUMN_WIDTH, FULL_WIDTH)):
        faults.append(f"no width of the page: {figure.get_figwidth():.2f} inches")
    return faults


def words_of(figure: Figure) -> list[str]:
    """Return all words that are drawn."""
    return [words for words, _, _ in _drawn_texts(figure)]


def _faults_of_texts(figure: Figure) -> list[str]:
    """Return the words of a figure that are too small, cut off or over one another."""
    texts = _drawn_texts(figure)
    faults = [] if texts else ["no words at all"]
    for words, points, box in texts:
        if points < SMALLEST_TEXT:
            faults.append(f"{words!r} is small: {points} pt")
        if box.x0 < 0 or box.y0 < 0 or box.x1 > figure.bbox.x1 or box.y1 > figure.bbox.y1:
            faults.append(f"{words!r} is cut off")
    for (words, _, box), (others, _, other) in combinations(texts, 2):
        if box.overlaps(other):
            faults.append(f"{words!r} covers {others!r}")
    return faults


def _faults_of_legends(figure: Figure) -> list[str]:
    """Return the panels that a legend covers a part of."""
    return [
        f"a legend covers the panel {panel.get_title()!r}"
        for legend in (*figure.legends, *filter(None, (p.get_legend() for p in figure.axes)))
        for panel in figure.axes
        if panel.axison and legend.get_window_extent().overlaps(panel.get_window_extent())
    ]


def _faults_of_marks(figure: Figure) -> list[str]:
    """Return the marks and bars that their panel cuts off."""
    return [
        f"{kind} of {panel.get_title() or panel.get_ylabel()!r} is cut off at {place.round()}"
        for panel in figure.axes
        for kind, box in _marks(panel)
        if not _inside(panel.get_window_extent(), place := box.extents)
    ]


def _marks(panel: Axes) -> Iterator[tuple[str, Bbox]]:
    """Yield the boxes of everything in a panel that it would cut off."""
    points = panel.figure.dpi / 72
    for line in panel.lines:
        marked = line.get_clip_on() and line.get_marker() not in ("", "None", None)
        around = line.get_markersize() / 2 * points
        places = line.get_transform().transform(line.get_xydata())
        for place in places[np.isfinite(places).all(axis=1)] if marked else ():
            yield "a mark", Bbox([place - around, place + around])
    for collection in panel.collections:
        if isinstance(collection, LineCollection):
            to_pixels = collection.get_transform()
            # a bar without an end is no segment at all
            bars = [to_pixels.transform(ends) for ends in collection.get_segments() if len(ends)]
            yield from (("a bar", Bbox([bar.min(axis=0), bar.max(axis=0)])) for bar in bars)
        elif isinstance(collection, PathCollection):
            places = collection.get_offset_transform().transform(collection.get_offsets())
            around = collection.get_sizes().max() ** 0.5 / 2 * points
            yield from (("a mark", Bbox([p - around, p + around])) for p in places)


def _inside(panel: Bbox, extents: np.ndarray) -> bool:
    left, bottom, right, top = extents
    return (
        left >= panel.x0 - PIXEL
        and bottom >= panel.y0 - PIXEL
        and right <= panel.x1 + PIXEL
        and top <= panel.y1 + PIXEL
    )
