"""How many came, and how far did they come?

What is asked of a period goes by the episodes that began in it, however far they have come since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from handraiser.store.bulk import among, query

__all__ = ["Begun", "Cohort", "Reach", "Sent", "begun", "cohort", "first_channels", "reach", "sent_back"]

_SLOT = 900_000_000  # a quarter of an hour: every zone's days begin at one


class Cohort(NamedTuple):
    """Whose episodes are meant: of which agreements, begun since when, and of whom in sales alone."""

    agreements: Collection[str]
    since: int
    until: int
    owner: int | None = None

    def where(self) -> tuple[str, list[Any]]:
        """Return the condition that an episode, with its hand-off, is one of these, and its parameters.

        What ended as it was found that two are one went on as another.
        """
        condition, given = among("episode.agreement", self.agreements, "text")
        sql = (
            f"{condition} AND episode.begun_at >= %s AND episode.begun_at <= %s AND NOT episode.shadow "
            "AND handoff.stage <> 'merged'"
        )
        parameters = [*given, self.since, self.until]
        if self.owner is None:
            return sql, parameters
        return f"{sql} AND handoff.owner_id = %s", [*parameters, self.owner]


class Begun(NamedTuple):
    """How many episodes began in a quarter of an hour, and of what kind."""

    at: int
    hand_raise: bool
    from_history: bool
    size: int


class Reach(NamedTuple):
    """How many visited, of whoever they are, and how many became known."""

    visitors: int
    leads: int


class Sent(NamedTuple):
    """How often sales sent back for a reason; `stage` is recycled or disqualified."""

    reason: str
    stage: str
    size: int


_FROM = "store_episode AS episode JOIN store_handoff AS handoff ON handoff.episode_id = episode.id"


def begun(of: Cohort) -> list[Begun]:
    """Return when episodes began."""
    where, parameters = of.where()
    sql = (
        f"SELECT episode.begun_at / {_SLOT}, episode.hand_raise, from_history, count(*) FROM {_FROM} "
        f"WHERE {where} GROUP BY episode.begun_at / {_SLOT}, episode.hand_raise, from_history"
    )
    return [
        Begun(slot * _SLOT, bool(raised), bool(past), count)
        for slot, raised, past, count in query(sql, parameters)
    ]


def cohort(of: Cohort, *, from_history: bool) -> Mapping[str, int]:
    """Return by stage how many of these episodes have come so far; what was taken back has never been."""
    where, parameters = of.where()
    sql = (
        f"SELECT move.became, count(DISTINCT episode.id) FROM {_FROM} "
        "JOIN store_move AS move ON move.episode_id = episode.id AND move.undoes_id IS NULL "
        f"WHERE {where} AND episode.from_history = %s "
        "AND NOT EXISTS (SELECT 1 FROM store_move AS back WHERE back.undoes_id = move.id) "
        "GROUP BY move.became"
    )
    return defaultdict(int, query(sql, [*parameters, from_history]))


def sent_back(of: Cohort) -> list[Sent]:
    """Return for which reasons those were sent back that sales had of these episodes, the commonest first."""
    where, parameters = of.where()
    sql = (
        f"SELECT coalesce(handoff.reason, ''), handoff.stage, count(*) FROM {_FROM} WHERE {where} "
        "AND handoff.handed_at IS NOT NULL AND handoff.stage IN ('recycled', 'disqualified') "
        "GROUP BY handoff.reason, handoff.stage "
        "ORDER BY count(*) DESC, coalesce(handoff.reason, '')"
    )
    return [Sent(*row) for row in query(sql, parameters)]


def reach(since: int) -> Reach:
    """Return how many people visited, and how many became known, since an instant.

    All people are looked at: of a million that takes a second or so. Who asks often keeps the answer.
    """
    # Of the latest visits the last in the list is the latest: [id, first, last].
    last = "CAST(visits->-1->>2 AS bigint)" if connection.vendor == "postgresql" else (
        "json_extract(visits, '$[#-1][2]')"
    )  # fmt: skip
    sql = (
        f"SELECT count(DISTINCT CASE WHEN {last} >= %s THEN root_id END), "
        "count(CASE WHEN root_id = id AND lead_since >= %s THEN 1 END) FROM store_person"
    )
    ((visitors, leads),) = query(sql, [since, since])
    return Reach(visitors, leads)


def first_channels(of: Cohort, *, most: int) -> Sequence[tuple[str, int]]:
    """Return by which channels leads came first, and how many of the latest of these episodes, at most.

    Channels are those of the mapping (`capture.touch`), the commonest first; empty where none is known.
    """
    where, parameters = of.where()
    channel = "CAST(activity.properties AS jsonb)->>'channel'" if connection.vendor == "postgresql" else (
        "json_extract(activity.properties, '$.channel')"
    )  # fmt: skip
    sql = f"""
        WITH latest AS (
            SELECT person.root_id AS root, episode.begun_at FROM {_FROM}
            JOIN store_person AS person ON person.id = episode.lead_id
            WHERE {where} ORDER BY episode.begun_at DESC LIMIT %s
        ), came AS (
            SELECT (
                SELECT {channel} FROM store_person AS member
                JOIN store_activity AS activity ON activity.person_id = member.id
                WHERE member.root_id = latest.root AND activity.occurred_at <= latest.begun_at
                AND {channel} IS NOT NULL ORDER BY activity.occurred_at, activity.id LIMIT 1
            ) AS channel FROM latest
        ) SELECT coalesce(channel, ''), count(*) FROM came GROUP BY channel
        ORDER BY count(*) DESC, coalesce(channel, '')
    """
    return [(name, count) for name, count in query(sql, [*parameters, most])]
