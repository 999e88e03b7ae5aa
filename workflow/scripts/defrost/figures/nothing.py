"""What stands in place of a figure that a study has nothing to show in: a sentence."""

import textwrap

import pandas as pd
from matplotlib.figure import Figure

from defrost.figures.style import COLUMN_WIDTH, display_name, in_style

_LINE_LETTERS = 34  # that fit into a column, be they the widest
_LINE_HEIGHT = 0.14  # inches
_AROUND = 0.3  # inches, above and below


@in_style()
def draw_nothing(study: str, name: str, reason: str) -> tuple[Figure, pd.DataFrame]:
    """Return the figure, and an empty table of the numbers in it.

    Args:
        study: the study's name.
        name: that of the figure.
        reason: why there is nothing to show, as what the study is or has.
    """
    sentence = f"No {display_name(name, len(name))}: study {study} {reason}."
    lines = textwrap.wrap(sentence, _LINE_LETTERS)
    figure = Figure(figsize=(COLUMN_WIDTH, len(lines) * _LINE_HEIGHT + _AROUND))
    figure.text(0.5, 0.5, "\n".join(lines), ha="center", va="center")
    return figure, pd.DataFrame(columns=["study", "value"])
