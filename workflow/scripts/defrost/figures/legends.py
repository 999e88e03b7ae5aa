"""The legend of sources, above the panels."""

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from defrost.figures.style import display_name

# inches, at the size of a legend's text
_LETTER_WIDTH = 0.06
_LINE_HEIGHT = 0.14
_HANDLE_WIDTH = 0.45


def source_handles(looks: dict[str, dict]) -> list[Line2D]:
    """Return a legend's entry for every source."""
    return [
        Line2D([], [], label=display_name(f"source: {source}"), **look)
        for source, look in looks.items()
    ]


def add_legend_above(figure: Figure, handles: list[Artist | tuple[Artist, ...]]) -> None:
    """Add a legend above the panels, in as many columns as fit; the figure grows by its height.

    Of several handles that are drawn as one entry, the last has its label.
    """
    labels = [(h[-1] if isinstance(h, tuple) else h).get_label() for h in handles]
    letters = max(len(line) for label in labels for line in label.split("\n"))
    fit = int(figure.get_figwidth() / (letters * _LETTER_WIDTH + _HANDLE_WIDTH))
    columns = min(len(handles), max(fit, 1))
    rows = -(-len(handles) // columns)
    lines = max(label.count("\n") for label in labels) + 1
    figure.set_figheight(figure.get_figheight() + rows * lines * _LINE_HEIGHT)
    figure.legend(handles, labels, loc="outside upper center", ncols=columns)
