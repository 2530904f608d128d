"""How are many rows written, changed and asked for at once, on SQLite and on PostgreSQL?

PostgreSQL takes rows by COPY, and columns as arrays where COPY cannot do what is asked; SQLite takes rows one
after the other through one prepared statement: for each the quickest way there is. All of it is part of the
transaction that the caller has begun. Names of tables and columns are those of our own models; values are
always parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, NamedTuple

import msgspec
from django.db import connection

__all__ = [
    "Question", "among", "as_array", "change", "delete", "insert", "new_ids", "numbering", "queries", "query",
    "query_bytes", "statement", "written_together",
]  # fmt: skip

Row = Sequence[Any]
_FEW = 100  # rows that are sent with other statements: of more COPY is quicker, though it is waited for
_AS_THEY_ARE = frozenset({"bigint", "integer", "float8", "boolean"})


def _postgresql() -> bool:
    return connection.vendor == "postgresql"


class Question(NamedTuple):
    """What is asked of a database."""

    sql: str
    parameters: Sequence[Any] = ()


def query(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a question."""
    with connection.cursor() as cursor:
        with _with_what_begins_it():
            cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def queries(*questions: Question) -> list[list[tuple[Any, ...]]]:
    """Return the rows of questions, none of which needs another's answer: PostgreSQL hears of all at once."""
    if not _postgresql():
        return [query(*each) for each in questions]
    with ExitStack() as open_until_read:
        cursors = [open_until_read.enter_context(connection.cursor()) for _ in questions]
        with _together():
            for cursor, each in zip(cursors, questions, strict=True):
                cursor.execute(*each)
        # Only now: who reads before all has been sent waits twice.
        return [cursor.fetchall() for cursor in cursors]


@contextmanager
def written_together(rows: int) -> Iterator[None]:
    """Have PostgreSQL hear at once of all that is written within, where that is about so few rows.

    How many rows something was about is not known within, so nothing of Django's models can be written there.
    What fails, fails at the end, or when something is asked, which waits for all before it. Many rows are
    written by COPY, which cannot be sent with anything else.
    """
    with _together() if _postgresql() and rows <= _FEW else nullcontext():
        yield


@contextmanager
def _together() -> Iterator[None]:
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _with_what_begins_it() -> AbstractContextManager[None]:
    """Return what has BEGIN be sent with the first question of a transaction, which waits for it else."""
    own = connection.connection
    if own is None or not connection.in_atomic_block or not _postgresql():
        return nullcontext()
    begun = own.pgconn.transaction_status or own.pgconn.pipeline_status
    return nullcontext() if begun else _together()


def query_bytes(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a question whose answer is mostly bytes; as text PostgreSQL sends twice as many."""
    if not _postgresql():
        return query(sql, parameters)
    from psycopg import Cursor

    connection.ensure_connection()
    # Django's own cursors are of the kind that reads text alone.
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        rows: list[tuple[Any, ...]] = cursor.execute(sql, parameters, binary=True).fetchall()
        return rows


def statement(sql: str, parameters: Sequence[Any] = ()) -> int:
    """Do what a statement says; return how many rows it was about."""
    with connection.cursor() as cursor:
        with _with_what_begins_it():
            cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def among(column: str, values: Iterable[object], kind: str = "bigint") -> tuple[str, list[object]]:
    """Return the condition that a column is one of many values, and its parameters."""
    if _postgresql():
        return f"{column} = ANY(%s::{kind}[])", [as_array(values, kind)]
    return f"{column} IN (SELECT value FROM json_each(%s))", [msgspec.json.encode(list(values)).decode()]


def as_array(values: Iterable[Any], kind: str) -> str:
    """Return values as PostgreSQL writes an array. Made by psycopg it takes ten times as long."""
    if kind in _AS_THEY_ARE:
        return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
    return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"


def insert(
    table: str, columns: Mapping[str, str], rows: Sequence[Row], *, conflict: str = "", returning: str = ""
) -> list[tuple[Any, ...]]:
    """Write rows; `columns` are names with the types that PostgreSQL knows them by.

    conflict   what follows ON CONFLICT
    returning  columns of the rows that were written, which are returned; SQLite writes one by one for it
    """
    if not rows:
        return []
    names = ", ".join(f'"{name}"' for name in columns)
    ending = (f" ON CONFLICT {conflict}" if conflict else "") + (
        f" RETURNING {returning}" if returning else ""
    )
    with connection.cursor() as cursor:
        if _postgresql() and not ending and not connection.connection.pgconn.pipeline_status:
            # COPY is psycopg's own: Django does not know its errors by itself.
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return []
        if _postgresql():
            given = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            # Whole rows of literals would be planned value by value; arrays are one parameter a column.
            sql = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({given}){ending}"
            cursor.execute(sql, _arrays(rows, columns.values()))
            return cursor.fetchall() if returning else []
        marks = ", ".join(["%s"] * len(columns))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks}){ending}"
        if not returning:
            cursor.executemany(sql, rows)
            return []
        found = []
        for row in rows:
            cursor.execute(sql, row)
            found += cursor.fetchall()
        return found


def change(table: str, key: str, columns: Mapping[str, str], rows: Sequence[Row]) -> int:
    """Set columns of rows that are there: each row is its key, then the values in the order of `columns`.

    Return how many there are.
    """
    if not rows:
        return 0
    with connection.cursor() as cursor:
        if _postgresql():
            kinds = ["bigint", *columns.values()]
            given = ", ".join(f"%s::{kind}[]" for kind in kinds)
            names = ", ".join(f'"{name}"' for name in ("its_key", *columns))
            sets = ", ".join(f'"{name}" = given."{name}"' for name in columns)
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM unnest({given}) AS given ({names}) "
                f"WHERE {table}.{key} = given.its_key",
                _arrays(rows, kinds),
            )
        else:
            sets = ", ".join(f'"{name}" = %s' for name in columns)
            cursor.executemany(
                f"UPDATE {table} SET {sets} WHERE {key} = %s", [[*row[1:], row[0]] for row in rows]
            )
        return int(cursor.rowcount)


def numbering(table: str, key: str) -> str:
    """Return what follows WITH on PostgreSQL: `numbering`, whose `numbers` rows of a table are numbered from.

    Named where the numbers are taken, the sequence would be looked up anew for each: 7 of 10 µs.
    """
    name = f"CAST(pg_get_serial_sequence('{table}', '{key}') AS regclass)"
    return f"numbering AS MATERIALIZED (SELECT {name} AS numbers)"


def new_ids(table: str, count: int, *, key: str = "id") -> list[int]:
    """Return numbers for rows that are about to be written, in their order."""
    if not count:
        return []
    if _postgresql():
        sql = f"WITH {numbering(table, key)} SELECT nextval(numbers) FROM numbering, generate_series(1, %s)"
        return sorted(int(number) for (number,) in query(sql, [count]))
    found = query("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    last = int(found[0][0]) if found else 0
    return list(range(last + 1, last + 1 + count))


def delete(table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
    """Take away the rows whose columns have the values of one of these."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if _postgresql():
            given = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            names = ", ".join(f'"{name}"' for name in columns)
            same = " AND ".join(f'{table}."{name}" = given."{name}"' for name in columns)
            cursor.execute(
                f"DELETE FROM {table} USING unnest({given}) AS given ({names}) WHERE {same}",
                _arrays(rows, columns.values()),
            )
        else:
            same = " AND ".join(f'"{name}" = %s' for name in columns)
            cursor.executemany(f"DELETE FROM {table} WHERE {same}", rows)


def _arrays(rows: Sequence[Row], kinds: Iterable[str]) -> list[str]:
    """Return the columns of rows as PostgreSQL writes arrays."""
    return [as_array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]


def _quoted(value: str | bytes) -> str:
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
