"""Tables are checked against their schemas when they are written and when they are read."""

import math

import pandas as pd
import pytest

from defrost.provenance.digests import ResultError
from defrost.provenance.files import write_record, write_rows
from defrost.provenance.tables import TableError, read_parts, read_table, write_table

SCHEMA = """
columns:
  name: {type: text, key: true}
  size: {type: integer, key: true, minimum: 1}
  value: {type: number, maximum: 1}
  gain: {type: number, optional: true}
"""


@pytest.fixture
def schema(tmp_path):
    path = tmp_path / "schema.yaml"
    path.write_text(SCHEMA)
    return path


def frame(**changes):
    columns = {"name": ["b", "a"], "size": [1, 2], "value": [0.5, 1.0], "gain": [None, 0.1]}
    return pd.DataFrame({**columns, **changes})


def test_rows_are_sorted_by_the_keys_and_come_back(schema, tmp_path):
    write_table(tmp_path / "t.csv", frame()[["value", "gain", "size", "name"]], schema, {})
    table = read_table(tmp_path / "t.csv", schema)
    assert list(table.columns) == ["name", "size", "value", "gain"]
    assert list(table["name"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": [0, 2]}, "column size: 0 breaks minimum 1"),
        ({"value": [0.5, 1.5]}, "column value: 1.5 breaks maximum 1"),
        ({"value": [0.5, None]}, "column value: row 2 is empty"),
        ({"value": ["x", "y"]}, "column value: 'x' is not a number"),
        ({"size": [1.5, 2]}, "column size: 1.5 is not a whole number"),
        ({"extra": [1, 2]}, "missing or unknown columns: extra"),
        ({"name": ["a", "a"], "size": [2, 2]}, "two rows for {'name': 'a', 'size': 2}"),
    ],
)
def test_a_wrong_table_is_refused_by_name_and_not_written(schema, tmp_path, changes, message):
    with pytest.raises(TableError) as error:
        write_table(tmp_path / "t.csv", frame(**changes), schema, {})
    assert message in str(error.value)
    assert not (tmp_path / "t.csv").exists()


def test_a_number_that_is_undefined_is_missing_in_parts_too(schema, tmp_path):
    rows = [{"name": "nan", "size": 1, "value": 0.5, "gain": gain} for gain in (math.nan, 0.1)]
    write_rows(tmp_path / "part.csv", rows, {})
    parts = read_parts([tmp_path / "part.csv"], schema)
    assert list(parts["name"]) == ["nan", "nan"]
    assert list(parts["gain"].isna()) == [True, False]
    assert parts["gain"][1] == 0.1


def test_names_that_look_like_something_else_stay_names(schema, tmp_path):
    names = ["inf", "nan", "null", "true"]
    given = pd.DataFrame({"name": names, "size": 1, "value": 0.5, "gain": None})
    write_table(tmp_path / "t.csv", given, schema, {})
    assert list(read_table(tmp_path / "t.csv", schema)["name"]) == names
    assert list(read_parts([tmp_path / "t.csv"], schema)["name"]) == names


def test_a_table_of_another_schema_is_refused_when_it_is_read(schema, tmp_path):
    (tmp_path / "t.csv").write_text("name,size,value,gain\na,1,oops,0.1\n")
    write_record(tmp_path / "t.csv.json", {}, tmp_path / "t.csv")
    with pytest.raises(TableError, match=r"t\.csv: column value: 'oops' is not a number"):
        read_table(tmp_path / "t.csv", schema)


def test_a_table_that_was_edited_is_refused_when_it_is_read(schema, tmp_path):
    write_table(tmp_path / "t.csv", frame(), schema, {})
    edited = (tmp_path / "t.csv").read_text().replace("0.5", "0.6")
    (tmp_path / "t.csv").write_text(edited)
    for read in (lambda: read_table(tmp_path / "t.csv", schema), lambda: parts(tmp_path, schema)):
        with pytest.raises(ResultError, match=r"t\.csv: found it damaged, or changed after"):
            read()


def parts(folder, schema):
    return read_parts([str(folder / "t.csv")], schema)


def test_infinity_is_refused_unless_a_column_may_hold_it(schema, tmp_path):
    given = frame(gain=[float("inf"), 0.1])
    with pytest.raises(TableError, match="column gain: inf is not finite"):
        write_table(tmp_path / "t.csv", given, schema, {})
    schema.write_text(SCHEMA.replace("optional: true", "optional: true, infinite: true"))
    write_table(tmp_path / "t.csv", given, schema, {})
    assert read_table(tmp_path / "t.csv", schema)["gain"].max() == float("inf")
