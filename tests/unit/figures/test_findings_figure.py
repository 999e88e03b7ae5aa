import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from defrost.figures.findings import draw_findings
from defrost.findings.registry import FINDINGS
from defrost.findings.verdicts import COLOURS

VERDICTS = ["supported", "undecided", "refuted"]


def make_findings(**changes):
    """Return a table of all findings; every column has values of its own."""
    rows = []
    for place, (letter, finding) in enumerate(FINDINGS.items()):
        value = 0.05 * place - 0.1
        rows.append(
            {
                "study": "tiny",
                "finding": letter,
                "statement": finding.statement,
                "statistic": finding.statistic,
                "value": value,
                "low": value - 0.03,
                "high": value + 0.02,
                "verdict": VERDICTS[place % 3],
                "reason": f"reason of {letter}",
            }
        )
    return pd.DataFrame(rows).assign(**changes)


def without(table, letters):
    """Return the table without the numbers of some findings."""
    numbers = ["value", "low", "high"]
    return table.assign(**table[numbers].mask(table["finding"].isin(list(letters))))


def texts(figure):
    return [text.get_text() for panel in figure.axes for text in panel.texts]


def test_plotted_numbers_are_those_of_the_table():
    findings = make_findings()
    _, plotted = draw_findings(findings)
    columns = ["finding", "statement", "value", "low", "high", "verdict", "reason"]
    assert plotted[columns].equals(findings[columns])


def test_what_is_claimed_is_what_the_tests_claim():
    _, plotted = draw_findings(make_findings())
    for row in plotted.itertuples():
        assert FINDINGS[row.finding].statistic.endswith(f"claimed: above {row.threshold:g}")


def test_points_bars_and_thresholds_are_those_of_the_rows_in_order():
    figure, plotted = draw_findings(make_findings())
    bars = [container for panel in figure.axes for container in panel.containers]
    lines = [line for panel in figure.axes for line in panel.lines if len(line.get_xdata()) == 2]
    thresholds = [line.get_xdata()[0] for line in lines if line.get_linestyle() == "--"]
    assert thresholds == plotted["threshold"].tolist()
    for row, container in zip(plotted.itertuples(), bars, strict=True):
        assert container[0].get_xdata() == [row.value]
        (segment,) = container[2][0].get_segments()
        assert segment[:, 0] == pytest.approx(np.array([row.low, row.high]))


def test_axes_are_of_one_kind_of_number_and_those_of_one_kind_are_the_same():
    figure, _ = draw_findings(make_findings())
    assert [panel.get_xlabel() for panel in figure.axes] == [
        "share of cases",
        "test accuracy",
        "Kendall's $\\tau$",
        "test accuracy, or share of operations",
        "test accuracy",
    ]
    assert figure.axes[1].get_xlim() == figure.axes[4].get_xlim()
    for panel in figure.axes:
        low, high = panel.get_xlim()
        for container in panel.containers:
            (segment,) = container[2][0].get_segments()
            assert low < segment[:, 0].min() and segment[:, 0].max() < high


def test_a_verdict_has_a_colour_and_a_marker_of_its_own_in_row_and_word():
    figure, plotted = draw_findings(make_findings())
    seen = {}
    drawn = [container[0] for panel in figure.axes for container in panel.containers]
    words = [t for panel in figure.axes for t in panel.texts if t.get_text() in VERDICTS]
    for row, point, word in zip(plotted.itertuples(), drawn, words, strict=True):
        assert word.get_text() == row.verdict
        assert point.get_color() == word.get_color() == COLOURS[row.verdict]
        seen.setdefault(row.verdict, set()).add((point.get_marker(), point.get_color()))
    assert all(len(looks) == 1 for looks in seen.values())
    assert len({marker for looks in seen.values() for marker, _ in looks}) == 3


def test_numbers_are_written_with_a_true_minus():
    figure, _ = draw_findings(make_findings())
    assert "−0.100 (−0.130 to −0.080)" in texts(figure)


def test_the_longest_numbers_end_before_the_marker_of_the_verdict():
    figure, _ = draw_findings(make_findings(value=-0.888, low=-0.988, high=-0.788))
    figure.set_dpi(200)
    renderer = FigureCanvasAgg(figure).get_renderer()
    for panel in figure.axes:
        marker = next(line for line in panel.lines if line.get_transform() != panel.transData)
        (left, _), _ = marker.get_window_extent(renderer).get_points()
        ends = [t.get_window_extent(renderer).x1 for t in panel.texts if "−0.888" in t.get_text()]
        assert ends and max(ends) < left


def test_a_row_without_a_number_says_why_and_draws_nothing(assert_readable):
    figure, _ = draw_findings(without(make_findings(reason="not run: `finetune`"), "fh"))
    assert texts(figure).count("not run: finetune") == 2
    assert texts(figure).count("none") == 2
    assert sum(len(panel.containers) for panel in figure.axes) == 7
    assert_readable(figure)


def test_a_study_that_can_tell_nothing_is_drawn(assert_readable):
    reason = "1 independent unit(s), an interval needs 2 or more"
    table = without(make_findings(verdict="undecided", reason=reason), FINDINGS)
    figure, plotted = draw_findings(table)
    assert plotted["value"].isna().all()
    assert not any(panel.containers for panel in figure.axes)
    assert_readable(figure)


@pytest.mark.parametrize("scale", [0.001, 1, 10])
def test_texts_are_readable(assert_readable, scale):
    table = make_findings()
    table[["value", "low", "high"]] *= scale
    assert_readable(draw_findings(table)[0])


def test_reasons_of_many_long_names_are_cut(assert_readable, long_names):
    reason = f"not run: `gradual` of {' or '.join(long_names)}"
    figure, _ = draw_findings(without(make_findings(reason=reason), "abfh"))
    assert_readable(figure)
    (cut, *_) = (text for text in texts(figure) if text.startswith("not run"))
    assert cut.endswith("…") and cut.count("\n") <= 1


def test_drawn_twice_the_bytes_are_the_same(saved_bytes):
    first, second = (
        saved_bytes(*draw_findings(make_findings()), folder) for folder in ("first", "second")
    )
    assert first == second and len(first) == 4
