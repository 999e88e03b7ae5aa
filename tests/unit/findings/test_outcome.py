"""Verdicts from intervals, the weakest of several claims, and the page."""

import pandas as pd
import pytest
from planted_studies import planted

from defrost.findings.outcome import Outcome, over_replicates, weakest
from defrost.findings.page import findings_page
from defrost.findings.study import CannotTellError
from defrost.findings.table import findings_table
from defrost.statistics.intervals import Interval

ABOVE, BELOW, AROUND = Interval(2, 1, 3), Interval(-2, -3, -1), Interval(0.5, -1, 2)


@pytest.mark.parametrize(
    ("interval", "threshold", "verdict"),
    [
        (ABOVE, 0, "supported"),
        (BELOW, 0, "refuted"),
        (AROUND, 0, "undecided"),
        (ABOVE, 2, "undecided"),
        (ABOVE, 4, "refuted"),
        (Interval(0, 0, 0), 0, "undecided"),
    ],
)
def test_a_verdict_needs_the_whole_interval_on_one_side(interval, threshold, verdict):
    assert Outcome(interval, "", threshold).verdict == verdict


@pytest.mark.parametrize(
    ("claims", "decides"),
    [
        ([ABOVE, AROUND], AROUND),
        ([AROUND, BELOW], BELOW),
        ([ABOVE, BELOW], BELOW),
        ([Interval(0.1, -5, 5), Interval(-1, -2, -0.1)], Interval(-1, -2, -0.1)),
        ([ABOVE, Interval(5, 4, 6)], ABOVE),
    ],
)
def test_the_weakest_claim_decides(claims, decides):
    assert weakest(claims) == weakest(claims[::-1]) == decides


def test_what_is_zero_but_for_rounding_is_zero():
    assert over_replicates(pd.Series([1e-17] * 5).to_numpy()) == (0, 0, 0)
    with pytest.raises(CannotTellError):
        over_replicates(pd.Series([0.1]).to_numpy())


def test_the_page_shows_every_statement_with_its_verdict_and_no_missing_number():
    table = findings_table(planted(protocols=("freeze",)))
    page = findings_page(table.assign(study="few < many"))
    for statement in table["statement"]:
        assert statement in page
    assert page.count(">supported<") == (table["verdict"] == "supported").sum()
    assert "few &lt; many" in page
    assert "<code>finetune</code>" in page
    assert "nan" not in page.lower()
