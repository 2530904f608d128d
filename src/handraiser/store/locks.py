"""How does one thing at a time happen, where several processes write?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from handraiser.store.bulk import query, statement

__all__ = [
    "GOVERNING",
    "READING",
    "RESOLVING",
    "TESTING",
    "WORKING",
    "alone",
    "be_there",
    "is_gone",
    "one_of_many",
    "times_alone",
]

RESOLVING = 4_802_711  # who decides who somebody is
READING = 4_802_712  # who reads what has come in
GOVERNING = 4_802_713  # who signs and what is signed; any number that no other lock has
WORKING = 4_802_714  # who works, each by a lock of their own
TESTING = 4_802_716  # who reckons what proposals would have found
_NUMBERS = 2**31  # that SQLite can keep for us in its file's header


def alone(lock: int) -> None:
    """Return when nobody else is behind this lock, until the transaction ends that the caller has begun."""
    if connection.vendor == "postgresql":
        query("SELECT 1 FROM (SELECT pg_advisory_xact_lock(%s)) AS locked", [lock])
        return
    # SQLite has one writer, and this transaction is it. It leaves a trace for who has read before.
    ((before,),) = query("PRAGMA user_version")
    statement(f"PRAGMA user_version = {(before + 1) % _NUMBERS}")


def times_alone() -> int | None:
    """Return a number that is another one once a transaction has been `alone`, behind whichever lock.

    Who has read before can tell by it that what they read still holds, and need not keep everybody from
    writing meanwhile. None on PostgreSQL: there only those wait who want the same lock.
    """
    return None if connection.vendor == "postgresql" else int(query("PRAGMA user_version")[0][0])


@contextmanager
def one_of_many(lock: int) -> Iterator[bool]:
    """Have this lock to oneself within, for several transactions; false where somebody else has it.

    On SQLite it is always had: who writes there makes sure within the transaction.
    """
    if connection.vendor != "postgresql":
        yield True
        return
    ((had,),) = query("SELECT pg_try_advisory_lock(%s)", [lock])
    try:
        yield bool(had)
    finally:
        # Whoever lost the connection has lost the lock with it.
        if had and connection.connection is not None and not connection.connection.closed:
            query("SELECT pg_advisory_unlock(%s)", [lock])


def be_there(kind: int, name: str) -> None:
    """Be known as there by this name until the connection ends, however it ends. PostgreSQL only."""
    # Shared: an earlier connection of the same name may not be known to be gone yet.
    query("SELECT 1 FROM (SELECT pg_advisory_lock_shared(%s, hashtext(%s))) AS held", [kind, name])


def is_gone(kind: int, name: str) -> tuple[str, list[object]]:
    """Return the condition that nobody is there whose name an expression is, and its parameters."""
    there = (
        "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return f"hashtext({name})::oid NOT IN ({there})", [kind]
