"""How do many rows get into a table at once, each only once?

The way of each database that is quickest: COPY for PostgreSQL, one prepared statement for SQLite. All of it
is part of the transaction that the caller has begun. The constraint decides what has come before, and nothing
else: whoever looks first and writes then is too late for what comes between.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from weakref import WeakSet

from django.db import IntegrityError, connection, transaction

from handraiser.capture.protocol import Message
from handraiser.store.bulk import new_ids, numbering

__all__ = ["append_events"]

_TYPES = {
    "message_id": "text",
    "kind": "text",
    "event": "text",
    "user_id": "text",
    "anonymous_id": "text",
    "group_id": "text",
    "previous_id": "text",
    "occurred_at": "bigint",
    "original_at": "bigint",
    "sent_at": "bigint",
    "received_at": "bigint",
    "body": "text",
    "imported": "boolean",
}
_NAMES = ", ".join(_TYPES)
_INSERT = (
    f"INSERT INTO store_event ({_NAMES}) VALUES ({', '.join(['%s'] * len(_TYPES))}) "
    "ON CONFLICT (message_id) DO NOTHING"
)
_ARRIVING = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS arriving (place integer, "
    + ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
    + ") ON COMMIT DELETE ROWS"
)
# Numbered in the order they came in, but written in the order of their ids: two transactions with the same
# messages would otherwise wait for each other.
_TAKE_IN = f"""
    WITH {numbering("store_event", "seq")}, numbered AS MATERIALIZED (
        SELECT nextval(numbers) AS seq, {_NAMES}
        FROM numbering, (SELECT * FROM arriving ORDER BY place) AS in_order
    )
    INSERT INTO store_event (seq, {_NAMES}) SELECT seq, {_NAMES} FROM numbered ORDER BY message_id
    ON CONFLICT (message_id) DO NOTHING RETURNING message_id, seq"""
_with_arriving: WeakSet[Any] = WeakSet()  # connections that have the table already


def append_events(messages: Sequence[Message]) -> dict[str, int]:
    """Write the messages that are not there yet; return the numbers of those, by their ids.

    Numbers rise in the order of the messages. No id may be there twice.
    """
    return _copy(messages) if connection.vendor == "postgresql" else _insert(messages)


def _row(each: Message) -> tuple[str | int | None, ...]:
    return (
        each.message_id, each.kind, each.event, each.user_id, each.anonymous_id, each.group_id,
        each.previous_id, each.occurred_at, each.original_at, each.sent_at, each.received_at,
        each.body.decode(), each.imported,
    )  # fmt: skip


def _insert(messages: Sequence[Message]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM store_event")
        last = cursor.fetchone()[0]
        cursor.executemany(_INSERT, [_row(each) for each in messages])
        # SQLite has one writer, and this transaction is it.
        cursor.execute("SELECT message_id, seq FROM store_event WHERE seq > %s", [last])
        return dict(cursor.fetchall())


def _copy(messages: Sequence[Message]) -> dict[str, int]:
    try:
        with transaction.atomic():
            return _copy_new(messages)
    except IntegrityError:  # some have come before, which COPY cannot pass over
        return _copy_some(messages)


def _copy_new(messages: Sequence[Message]) -> dict[str, int]:
    # COPY is psycopg's own: Django does not know its errors by itself.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        numbers = new_ids("store_event", len(messages), key="seq")
        numbered = sorted(zip(messages, numbers, strict=True), key=_by_id)
        with cursor.copy(f"COPY store_event (seq, {_NAMES}) FROM STDIN") as copy:
            for message, number in numbered:
                copy.write_row((number, *_row(message)))
    return {message.message_id: number for message, number in numbered}


def _copy_some(messages: Sequence[Message]) -> dict[str, int]:
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if connection.connection not in _with_arriving:
            cursor.execute(_ARRIVING)
        with cursor.copy(f"COPY arriving (place, {_NAMES}) FROM STDIN") as copy:
            for place, message in enumerate(messages):
                copy.write_row((place, *_row(message)))
        cursor.execute(_TAKE_IN)
        # Rolled back, the table would be gone again.
        transaction.on_commit(partial(_with_arriving.add, connection.connection))
        return dict(cursor.fetchall())


def _by_id(numbered: tuple[Message, int]) -> str:
    return numbered[0].message_id
