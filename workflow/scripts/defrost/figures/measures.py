"""How figures show the measures of similarity: their titles, directions, ranges and order."""

from collections.abc import Iterable
from typing import NamedTuple

from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator


class ShownMeasure(NamedTuple):
    """What a figure says of a measure.

    Attributes:
        title: in at most two lines, for narrow panels.
        larger_is_more_similar: None where that is not known.
        low, high: ends of its range; an interval may reach beyond them, its bar does not.
        scale: of its axis or colours; on a logarithmic one the least value is 2 / N.
    """

    title: str
    larger_is_more_similar: bool | None = True
    low: float = 0
    high: float = 1
    scale: str = "linear"


# Values go far below chance, 1, where a linear scale would show nothing.
_IMBALANCE = {"larger_is_more_similar": False, "high": 2, "scale": "log"}

# In the order of the panels: global geometry, neighbours, shape.
_SHOWN = {
    "debiased_linear_cka": ShownMeasure("linear CKA,\ndebiased", low=-1),
    "debiased_rbf_cka": ShownMeasure("RBF CKA,\ndebiased", low=-1),
    "linear_cka": ShownMeasure("linear CKA,\nbiased"),
    "svcca": ShownMeasure("SVCCA"),
    "information_imbalance_source_to_target": ShownMeasure(
        "information imbalance,\nsource → target", **_IMBALANCE
    ),
    "information_imbalance_target_to_source": ShownMeasure(
        "information imbalance,\ntarget → source", **_IMBALANCE
    ),
    "neighbourhood_overlap": ShownMeasure("neighbourhood\noverlap"),
    "mutual_knn": ShownMeasure("mutual kNN\n(cosine)"),
    "procrustes_distance": ShownMeasure(
        "orthogonal Procrustes\ndistance", larger_is_more_similar=False, high=2**0.5
    ),
    "rsa": ShownMeasure("RSA", low=-1),
}


def shown_measure(name: str) -> ShownMeasure:
    """Return how to show a measure; of one that is not known here only its name is."""
    words = name.replace("_", " ")
    return _SHOWN.get(name, ShownMeasure(words, None, float("-inf"), float("inf")))


def in_order(names: Iterable[str]) -> list[str]:
    """Return the names of measures, each once, in the order of the panels, unknown ones last."""
    found = set(names)
    return [name for name in _SHOWN if name in found] + sorted(found - set(_SHOWN))


def set_value_ticks(axis: Axis, measure: ShownMeasure) -> None:
    """Have few ticks, readable on the scale of a measure, between the limits that the axis has."""
    if measure.scale == "linear":
        axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        return
    limits = axis.get_view_interval()
    within_a_decade = max(limits) < 10 * min(limits)
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if within_a_decade else (1, 3)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:g}")
