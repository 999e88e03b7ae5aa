"""Tables: tidy CSV, one observation a row, each with a schema of its columns."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from defrost.provenance.digests import checked_content
from defrost.provenance.files import write_record, written_whole


class TableError(ValueError):
    """A table that is not what its schema says; the message names table, column and problem."""


def read_table(path: str | Path, schema: str | Path) -> pd.DataFrame:
    """Read a table; check its bytes against its record, and what it holds against its schema.

    Raises ResultError and TableError.
    """
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
    keys = _keys(columns)
    with written_whole(path) as partial:
        frame.sort_values(keys)[list(columns)].to_csv(partial, index=False)
    write_record(f"{path}.json", record, path)


def read_parts(paths: list[str], schema: str | Path) -> pd.DataFrame:
    """Return the rows of many CSV files, parts of a table with this schema, as one frame.

    Raises ResultError for the first that is not as it was written.
    """
    columns = _columns(schema)
    return pd.concat([_read(path, columns) for path in paths], ignore_index=True)


def _read(path: str | Path, columns: dict[str, dict]) -> pd.DataFrame:
    text = [name for name, column in columns.items() if column["type"] == "text"]
    # a source may be called `nan` or `true`: text is taken as it is, only numbers can be missing
    return pd.read_csv(
        BytesIO(checked_content(path)),
        dtype=dict.fromkeys(text, str),
        keep_default_na=False,
        na_values={name: ["", "nan"] for name in columns if name not in text},
    )


def _columns(schema: str | Path) -> dict[str, dict]:
    return yaml.safe_load(Path(schema).read_text())["columns"]


def _keys(columns: dict[str, dict]) -> list[str]:
    return [name for name, column in columns.items() if column.get("key")]


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
        if not (column.get("infinite") or np.isfinite(values).all()):
            raise TableError(f"{path}: column {name}: {values.abs().max()} is not finite")
        if column["type"] == "integer" and (values % 1 != 0).any():
            worst = values[values % 1 != 0].iloc[0]
            raise TableError(f"{path}: column {name}: {worst} is not a whole number")
        for bound, fails in (("minimum", values.lt), ("maximum", values.gt)):
            if bound in column and fails(column[bound]).any():
                worst = values[fails(column[bound])].iloc[0]
                raise TableError(f"{path}: column {name}: {worst} breaks {bound} {column[bound]}")
    if frame.duplicated(keys := _keys(columns)).any():
        first = frame.loc[frame.duplicated(keys), keys].iloc[0].to_dict()
        raise TableError(f"{path}: two rows for {first}")
