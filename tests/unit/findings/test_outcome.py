"""Verdicts from intervals, the weakest of several claims, and the page."""

import numpy as np
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


def around(mean, spread=1.0):
    return mean + spread * np.array([-1.0, 0, 0, 0, 1])


@pytest.mark.parametrize(
    ("claims", "mean", "verdict"),
    [
        ([around(2), around(0.5)], 0.5, "undecided"),
        ([around(0.5), around(-2)], -2, "refuted"),
        ([around(2), around(-2)], -2, "refuted"),
        ([around(0.1, 5), around(-2)], -2, "refuted"),  # not the one that is only less certain
        ([around(2), around(5)], 2, "supported"),
    ],
)
def test_the_weakest_claim_decides(claims, mean, verdict):
    for order in (claims, claims[::-1]):
        interval = weakest(order)
        assert interval.mean == pytest.approx(mean)
        assert Outcome(interval, "").verdict == verdict


def test_one_claim_has_the_plain_interval():
    assert weakest([around(2)]) == over_replicates(around(2))


def test_more_claims_do_not_refute_more_often_by_chance():
    values = np.random.default_rng(0).normal(size=(500, 6, 5))
    refuted = sum(weakest(list(claims)).high < 0 for claims in values)
    assert 0 < refuted <= 0.05 * len(values)
    supported = sum(weakest(list(claims)[:1]).low > 0 for claims in values)
    assert 0 < supported <= 0.05 * len(values)


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
