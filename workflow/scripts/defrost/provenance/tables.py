"""Tables: tidy CSV, one observation a row, each with a schema of its columns."""

from pathlib import Path

import pandas as pd
import yaml

from defrost.provenance.files import write_json, written_whole


class TableError(ValueError):
    """A table that is not what its schema says; the message names table, column and problem."""


def read_table(path: str | Path, schema: str | Path) -> pd.DataFrame:
    """Read a table and check it against its schema."""
    columns = _columns(schema)
    frame = _read(path, columns)
    _check(frame, columns, path)
    return frame


def write_table(path: str | Path, frame: pd.DataFrame, schema: str | Path, record: dict) -> None:
    """Check a table against its schema and write it: its columns in order, its rows sorted.

    Rows are ordered by the columns that the schema calls keys, so that a table does not depend on
    the order in which the jobs ended; a key that comes twice is an error.
    """
    columns = _columns(schema)
    _check(frame, columns, path)
    keys = [name for name, column in columns.items() if column.get("key")]
    if frame.duplicated(keys).any():
        first = frame.loc[frame.duplicated(keys), keys].iloc[0].to_dict()
        raise TableError(f"{path}: two rows for {first}")
    with written_whole(path) as partial:
        frame.sort_values(keys)[list(columns)].to_csv(partial, index=False)
    write_json(f"{path}.json", record)


def read_parts(paths: list[str], schema: str | Path) -> pd.DataFrame:
    """Return the rows of many CSV files, parts of a table with this schema, as one frame."""
    columns = _columns(schema)
    return pd.concat([_read(path, columns) for path in paths], ignore_index=True)


def _read(path: str | Path, columns: dict[str, dict]) -> pd.DataFrame:
    text = [name for name, column in columns.items() if column["type"] == "text"]
    # a source may be called `nan` or `true`: text is taken as it is, only numbers can be missing
    return pd.read_csv(
        path,
        dtype=dict.fromkeys(text, str),
        keep_default_na=False,
        na_values={name: ["", "nan"] for name in columns if name not in text},
    )


def _columns(schema: str | Path) -> dict[str, dict]:
    return yaml.safe_load(Path(schema).read_text())["columns"]


def _check(frame: pd.DataFrame, columns: dict[str, dict], path: str | Path) -> None:
    if set(frame.columns) != set(columns):
        odd = ", ".join(sorted(set(frame.columns) ^ set(columns)))
        raise TableError(f"{path}: missing or unknown columns: {odd}")
    for name, column in columns.items():
        values = frame[name].dropna()
        if len(values) < len(frame) and not column.get("optional"):
            row = frame[name].isna().argmax() + 1
            raise TableError(f"{path}: column {name}: row {row} is empty")
        if values.empty or column["type"] == "text":
            continue
        if not pd.api.types.is_numeric_dtype(values):
            raise TableError(f"{path}: column {name}: {values.iloc[0]!r} is not a number")
        for bound, fails in (("minimum", values.lt), ("maximum", values.gt)):
            if bound in column and fails(column[bound]).any():
                worst = values[fails(column[bound])].iloc[0]
                raise TableError(f"{path}: column {name}: {worst} breaks {bound} {column[bound]}")
