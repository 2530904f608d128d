"""Which open hand-offs are somebody's, while nobody else gives them more?"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from handraiser.flows.sellers import lock_teams
from handraiser.store.bulk import among, query
from handraiser.store.locks import RESOLVING, alone

__all__ = ["keep_still", "open_episodes"]


def keep_still(users: Collection[int]) -> None:
    """Return when what is some users' stays theirs until the caller's transaction ends, but for what it does.

    In everybody's order: who is who, then hand-offs, then teams, then people. Whoever gives them leads
    meanwhile either has done so, or sees afterwards that they are not there.
    """
    if connection.vendor != "postgresql":  # SQLite has one writer, and this transaction is it
        return
    alone(RESOLVING)
    owners, parameters = among("owner_id", sorted(users))
    query(
        f"SELECT episode_id FROM store_handoff WHERE ended_at IS NULL AND {owners} "
        "ORDER BY episode_id FOR UPDATE",
        parameters,
    )
    lock_teams()
    people, parameters = among("id", sorted(users))
    query(f"SELECT id FROM store_user WHERE {people} ORDER BY id FOR NO KEY UPDATE", parameters)


def open_episodes(user: int) -> list[int]:
    """Return the episodes that somebody owns and that have not ended, the first handed off first."""
    rows = query(
        "SELECT episode_id FROM store_handoff WHERE owner_id = %s AND ended_at IS NULL "
        "ORDER BY handed_at, episode_id",
        [user],
    )
    return [episode for (episode,) in rows]
