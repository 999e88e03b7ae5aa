"""Tables are compared cell by cell, without columns that depend on the clock."""

import pytest

from defrost.bundle.compare import Difference, differences
from defrost.bundle.rerun import beyond

TABLE = b"depth,test_accuracy,train_seconds\n0,0.5,1.25\n1,0.75,1.5\n"


def changed(*pairs) -> list[Difference]:
    now = TABLE
    for before, after in pairs:
        assert before in now
        now = now.replace(before, after)
    return list(differences(TABLE, now))


def test_seconds_do_not_count():
    assert changed((b"1.25", b"9")) == []


def test_a_cell_is_named_by_row_and_column():
    assert changed((b"0.75", b"0.76")) == [Difference(2, "test_accuracy", "0.75", "0.76")]


def test_rows_and_columns_that_one_table_has_alone_differ():
    assert changed((b"1,0.75,1.5\n", b"")) == [
        Difference(2, "depth", "1", ""),
        Difference(2, "test_accuracy", "0.75", ""),
    ]
    assert {cell.row for cell in changed((b"depth,", b"block,"))} == {0}
    assert list(differences(TABLE, b""))[0].row == 0


@pytest.mark.parametrize(
    ("before", "now", "within"),
    [
        ("0.5", "0.51", True),
        ("0.5", "0.52", False),
        ("0.5", "", False),
        ("supported", "refuted", False),
        ("0.5", "nan", False),
    ],
)
def test_numbers_may_be_as_far_apart_as_the_tolerance(before, now, within):
    assert Difference(1, "a", before, now).within(0.015) is within


def test_what_follows_from_equal_tables_must_be_equal():
    measured, derived = "results/a/tables/accuracy.csv", "results/a/tables/findings.csv"
    near = Difference(1, "test_accuracy", "0.5", "0.5000000001")
    verdict = Difference(1, "verdict", "supported", "undecided")
    assert list(beyond({measured: [], derived: [verdict]})) == [(derived, verdict)]
    assert list(beyond({measured: [near], derived: [verdict]})) == []
    far = Difference(1, "test_accuracy", "0.1", "0.9")
    assert list(beyond({measured: [far, near], derived: []})) == [(measured, far)]
