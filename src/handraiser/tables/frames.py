"""Is this a frame, and if so, what is it as an Arrow table?

Libraries are told by what an object can do and by its module's name: none is imported for asking.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

__all__ = ["as_rows", "as_table"]


def as_table(given: object) -> pa.Table | None:
    """Return a frame as an Arrow table, None for what is no frame.

    Arrow tables and readers, Polars frames (lazy ones are collected), pandas frames, relations of any
    DuckDB connection, and whatever else gives itself as an Arrow stream.
    """
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, pa.RecordBatch):
        return pa.Table.from_batches([given])
    library = type(given).__module__.partition(".")[0]
    if library == "polars" and hasattr(given, "collect"):
        given = given.collect()
    if library == "pandas":
        return _from_pandas(given)
    if hasattr(given, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(given).read_all()
    return None


def _from_pandas(frame: Any) -> pa.Table:
    arrays, names = [], []
    for index, name in enumerate(frame.columns):
        column = frame.iloc[:, index]
        try:
            array = pa.Array.from_pandas(column)
        except (pa.ArrowException, OverflowError):
            array = _mixed(column.tolist())
        arrays.append(array)
        names.append(str(name))
    return pa.table([pa.chunked_array(a) if isinstance(a, list) else a for a in arrays], names=names)


def as_rows(given: object) -> list[dict[str, Any]] | None:
    """Return a list of dicts as JSON can write them, None for what is none.

    So they are read by the rules for JSON Lines, which know what to do where types are mixed.
    """
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        return None
    if not all(isinstance(row, Mapping) for row in given):
        return None
    return [{str(key): _plain(value) for key, value in row.items()} for row in given]


def _plain(value: Any) -> Any:
    """A value as JSON can write it: times as ISO 8601, what JSON does not know as text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return float(value) if value.is_finite() else None
        case date():
            return _iso(value)
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _ if hasattr(value, "item"):
            return _plain(value.item())
        case _:
            return str(value)


def _iso(value: date) -> str | None:
    """A day or a time as a typed column gives it: with a zone, in UTC with `Z`. None for what is no time."""
    if value != value:
        return None  # NaT of pandas, which calls itself a datetime
    if not isinstance(value, datetime):
        return value.isoformat()
    zoned = value.utcoffset() is not None
    text = (value.astimezone(UTC) if zoned else value).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + ("Z" if zoned else "")


def _mixed(values: Iterable[object]) -> pa.Array:
    return pa.array([_as_text(value) for value in values], type=pa.string())


def _as_text(value: object) -> str | None:
    """A value among others of other types, as JSON would write it, text without quotes."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float():
            if math.isnan(value):
                return None
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            return _iso(value)
        case Mapping() | list() | tuple():
            return json.dumps(_plain(value), ensure_ascii=False)
        case _:
            return str(value)
