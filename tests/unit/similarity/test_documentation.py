"""The page on the measures: its table is the registry, its example prints what it says."""

import contextlib
import io
import math
import re
from pathlib import Path

import pytest

from defrost.similarity.measures import INVARIANCES, MEASURES

PAGE = (Path(__file__).parents[3] / "docs/similarity_measures.md").read_text()


def table_row(measure):
    """A measure as the page has it."""
    ends = {2**0.5: "√2", math.inf: "∞"}
    low, high = (ends.get(x, f"{x:g}") for x in (measure.low, measure.high))
    ignored = [x for x in INVARIANCES if x in measure.invariances]
    cells = [
        f"`{measure.name}`",
        measure.title,
        ", ".join(ignored),
        "larger" if measure.larger_is_more_similar else "smaller",
        "yes" if measure.symmetric else "no",
        measure.by_chance,
        f"{low} to {high}",
        f"{measure.least_points} + k" if measure.per_neighbour else str(measure.least_points),
        "yes" if measure.ranks_all_pairs else "no",
        measure.source,
    ]
    return f"| {' | '.join(cells)} |"


def test_table_is_the_registry():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert rows == [table_row(measure) for measure in MEASURES.values()]


def test_example_prints_what_the_page_says():
    code, output = re.search(r"```python\n(.*?)```\n\nprints\n\n```\n(.*?)```", PAGE, re.S).groups()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "example", "exec"), {})
    numbers = re.compile(r"-?\d+\.\d+")
    assert numbers.sub("", printed.getvalue()) == numbers.sub("", output)
    found, expected = (
        [float(x) for x in numbers.findall(text)] for text in (printed.getvalue(), output)
    )
    assert found == pytest.approx(expected, abs=0.011)  # the last digit may round differently
