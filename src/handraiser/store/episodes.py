"""Which episodes have been written down since somebody last asked, in the order of their numbers?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection

from handraiser.store.bulk import among, query

__all__ = ["Noted", "latest", "noted", "own_names", "writing_down"]


class Noted(NamedTuple):
    """An episode as it was written down; `lead` whose it was then, `root` who stands for them now."""

    number: int
    lead: int
    root: int
    agreement: str
    shadow: bool
    fingerprint: str
    ordinal: int
    begun_at: int
    decided_at: int
    hand_raise: bool
    from_history: bool
    reasons: dict[str, Any]


_COLUMNS = (
    "episode.id, lead_id, person.root_id, agreement, shadow, fingerprint, ordinal, begun_at, decided_at, "
    "hand_raise, from_history, reasons"
)


def latest() -> int:
    """Return the highest number that an episode has, 0 without any."""
    return int(query("SELECT coalesce(max(id), 0) FROM store_episode")[0][0])


def writing_down() -> frozenset[str]:
    """Return the transactions in which episodes may have been written that nobody else can see yet.

    They have had their numbers since: whoever reads past those would never see them. Empty on SQLite, where
    one writes after the other.
    """
    if connection.vendor != "postgresql":
        return frozenset()
    rows = query(
        "SELECT virtualtransaction FROM pg_locks WHERE relation = 'store_episode'::regclass "
        "AND mode = 'RowExclusiveLock' AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return frozenset(name for (name,) in rows)


def noted(
    *, after: int, until: int, most: int, agreement: str | None, since: int | None, shadow: bool
) -> list[Noted]:
    """Return episodes with numbers above `after`, up to `until`, by their numbers.

    agreement  of which agreement, by its name; None for all
    since      when they were decided at the earliest, in microseconds
    """
    conditions = ["episode.id > %s", "episode.id <= %s", "shadow = %s"]
    parameters: list[object] = [after, until, shadow]
    if agreement is not None:
        # Not by the index of agreements: that has them in another order, and all would be read to sort them.
        conditions.append("agreement || '' = %s")
        parameters.append(agreement)
    if since is not None:
        conditions.append("decided_at >= %s")
        parameters.append(since)
    # The page first, then whose they are.
    sql = (
        f"SELECT {_COLUMNS} FROM (SELECT * FROM store_episode AS episode WHERE {' AND '.join(conditions)} "
        "ORDER BY id LIMIT %s) AS episode JOIN store_person AS person ON person.id = lead_id "
        "ORDER BY episode.id"
    )
    return [_noted(row) for row in query(sql, [*parameters, most])]


def _noted(row: tuple[Any, ...]) -> Noted:
    number, lead, root, agreement, shadow, fingerprint, ordinal, begun_at, decided_at, *rest = row
    hand_raise, from_history, reasons = rest
    said = json.loads(reasons) if isinstance(reasons, str) else reasons
    return Noted(
        number, lead, root, agreement, bool(shadow), fingerprint, ordinal, begun_at, decided_at,
        bool(hand_raise), bool(from_history), said,
    )  # fmt: skip


def own_names(roots: Iterable[int]) -> Mapping[tuple[int, str], str]:
    """Return by lead and kind, `user` or `email`, the first that it was known by."""
    condition, parameters = among("person.root_id", roots)
    rows = query(
        "SELECT person.root_id, kind, value FROM store_identifier AS identifier "
        "JOIN store_person AS person ON person.id = identifier.person_id "
        f"WHERE kind IN ('user', 'email') AND {condition} ORDER BY identifier.id DESC",
        parameters,
    )
    return {(root, kind): value for root, kind, value in rows}
