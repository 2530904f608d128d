"""Which instant does a cell mean?

An instant is a number of UTC microseconds; what is finer is cut off. Accepted are the years 1900 to 2200.
A time with an offset is absolute; one without, and a date (its midnight), is a wall clock's.
"""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import msgspec

from handraiser.tables.parts import Cell, Form
from handraiser.tables.wallclock import FIRST_YEAR, LAST_YEAR

__all__ = [
    "FIRST",
    "LAST",
    "TIMES",
    "Time",
    "absent_time",
    "in_range",
    "is_time",
    "problem",
    "time_of",
    "wall_clock",
]


def _microseconds(year: int) -> int:
    return (
        int((datetime(year, 1, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000
    )


FIRST, LAST = _microseconds(FIRST_YEAR), _microseconds(LAST_YEAR + 1) - 1

# By the input's name the columns that are times; `created_at` of companies matters to nothing.
TIMES = {
    "leads": ("valid_from", "known_at", "created_at"),
    "companies": ("valid_from", "known_at"),
    "events": ("occurred_at", "known_at"),
    "outcomes": ("at",),
}
_FIRST_ROWS = 1_000

_TYPED = {
    *(Form.DATE, Form.TIMESTAMP, Form.TIMESTAMP_NS, Form.TIMESTAMP_COARSE),
    *(Form.INSTANT, Form.INSTANT_NS),
}

_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_HOUR = r"[T ]([01]\d|2[0-3]):[0-5]\d"
_SECOND = r":[0-5]\d(\.\d+)?"
_BLANK = " \t\n\f\r"  # what `\s` is; behind a day DuckDB takes none of it for a time
_OFFSET = r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"


class Time(msgspec.Struct, frozen=True, kw_only=True):
    """How to read a time: SQL of its microseconds, NULL where unreadable, and of what else is asked of it.

    local  whether the microseconds are those of a wall clock, and a zone's offset is still to be taken off
    given  whether there is anything in the cell
    text   what stands in the cell
    """

    value: str
    local: str
    given: str
    text: str


def absent_time() -> Time:
    """Return the time that a part without the column has."""
    return Time(value="CAST(NULL AS BIGINT)", local="FALSE", given="FALSE", text="CAST(NULL AS VARCHAR)")


def is_time(cell: Cell) -> bool:
    """Return whether a cell may hold times at all."""
    return cell.form in _TYPED or cell.form in (Form.TEXT, Form.NOTHING)


def time_of(cell: Cell, sql: str) -> Time:
    """Return how to read a cell as a time, `sql` being a column that holds it."""
    if cell.form is Form.NOTHING:
        return absent_time()
    if cell.form is Form.TEXT:
        given = f"coalesce(regexp_matches({sql}, '\\S'), FALSE)"
        return Time(value=_from_text(sql), local=_is_local(sql), given=given, text=sql)
    return Time(
        value=_from_type(cell, sql),
        local="FALSE" if cell.form in (Form.INSTANT, Form.INSTANT_NS) else "TRUE",
        given=f"{sql} IS NOT NULL",
        text=f"CAST({sql} AS VARCHAR)",
    )


def in_range(name: str) -> str:
    """Return the SQL that asks whether a time column holds an instant that is accepted."""
    return f'"{name}" BETWEEN {FIRST} AND {LAST}'


def problem(name: str) -> str:
    """Return the SQL of what is wrong with a time column, NULL where nothing is.

    It needs `<name>_given` and `<name>_text` beside it.
    """
    years = f"{name} is outside the years {FIRST_YEAR} to {LAST_YEAR}"
    numbers = " ".join(
        f"WHEN regexp_full_match({name}_text, '\\s*{digits}(\\.\\d*)?\\s*') "
        f"THEN '{name} is a number that looks like epoch {unit}; write it as 2026-03-01T10:00:00Z'"
        for digits, unit in (("\\d{9,10}", "seconds"), ("\\d{12,13}", "milliseconds"))
    )
    return (
        f"CASE WHEN NOT {name}_given OR {in_range(name)} THEN NULL "
        f"WHEN \"{name}\" IS NOT NULL THEN '{years}' {numbers} "
        f"ELSE '{name} is not a time such as 2026-03-01T10:00:00Z' END"
    )


def wall_clock(con: duckdb.DuckDBPyConnection, relation: str, cell: Cell) -> bool:
    """Return whether a column holds times without an offset; of a text the first rows are looked at."""
    if cell.form is not Form.TEXT:
        return cell.form in _TYPED - {Form.INSTANT, Form.INSTANT_NS}
    first = f"SELECT {cell.sql} AS time FROM {relation} LIMIT {_FIRST_ROWS}"
    return bool(con.execute(f"SELECT 1 FROM ({first}) AS first WHERE {_is_local('time')} LIMIT 1").fetchall())


def _from_type(cell: Cell, sql: str) -> str:
    match cell.form:
        case Form.INSTANT | Form.TIMESTAMP:
            return f"epoch_us({sql})"
        case Form.TIMESTAMP_NS | Form.INSTANT_NS:
            # DuckDB 2 rounds nanoseconds and DuckDB 1 cuts them off; we cut.
            nanoseconds = f"epoch_ns({sql})"
            return _near(cell, sql, f"({nanoseconds} - (({nanoseconds} % 1000) + 1000) % 1000) // 1000")
        case _:
            return _near(cell, sql, f"epoch_us({sql})")


def _near(cell: Cell, sql: str, value: str) -> str:
    """Infinity, and what lies beyond all that microseconds can say, would stop the run."""
    first, last = (f"CAST('{day}' AS {cell.type})" for day in ("1800-01-01", "2262-01-01"))
    return f"CASE WHEN {sql} BETWEEN {first} AND {last} THEN {value} END"


def _from_text(sql: str) -> str:
    # DuckDB 1 wants seconds before an offset.
    seconds = f"regexp_replace({sql}, '^(\\s*\\S{{10}}[T ]\\S{{5}})([Z+-])', '\\1:00\\2')"
    return (
        f"CASE WHEN {_is_local(sql)} THEN epoch_us(TRY_CAST(trim({sql}, '{_BLANK}') AS TIMESTAMP)) "
        f"WHEN regexp_full_match({sql}, '\\s*{_DAY}{_HOUR}({_SECOND})?{_OFFSET}\\s*') "
        f"THEN epoch_us(TRY_CAST({seconds} AS TIMESTAMPTZ)) END"
    )


def _is_local(sql: str) -> str:
    return f"regexp_full_match({sql}, '\\s*{_DAY}({_HOUR}({_SECOND})?)?\\s*')"
