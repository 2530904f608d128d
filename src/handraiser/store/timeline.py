"""What did a lead do, the latest first, a page at a time?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from django.db import connection

from handraiser.store.bulk import query
from handraiser.store.history import Member
from handraiser.store.judgements import Judged, judged

__all__ = ["Done", "Mark", "what_was_done"]


class Mark(NamedTuple):
    """A place in a timeline: when something occurred, and the number of it."""

    occurred_at: int
    number: int


class Done(NamedTuple):
    """Something that was done; `properties` is JSON, `known_at` from when on it was known of the lead.

    verdict  who did it: human, machine or unknown, as it counts now
    judged   by whom it was said last, where somebody has
    """

    mark: Mark
    event_id: str
    person: int
    event: str
    known_at: int
    session_id: str
    verdict: str
    properties: str
    judged: Judged | None = None


def what_was_done(
    members: Mapping[int, Member], *, at: int, before: Mark | None, most: int, only: int | None = None
) -> list[Done]:
    """Return what those who are one lead did, as it was known at an instant, the latest first.

    before  where the page before this one ended
    only    the number of the one thing that is meant
    """
    since = {number: member.since for number, member in members.items() if member.since <= at}
    if connection.vendor == "postgresql":
        known = "GREATEST(activity.known_at, member.since)"
        given = "unnest(%s::bigint[], %s::bigint[]) AS member (person, since)"
        parameters: list[object] = [list(since), list(since.values())]
    else:
        known = "max(activity.known_at, member.since)"
        given = (
            "(SELECT json_extract(value, '$[0]') AS person, json_extract(value, '$[1]') AS since "
            "FROM json_each(%s)) AS member"
        )
        parameters = [json.dumps(list(since.items()))]
    # First which, by little of each, then all of these: a lead may have done many thousands of things.
    which = (
        f"SELECT occurred_at, activity.id AS number, {known} AS known FROM {given} "
        "JOIN store_activity AS activity ON activity.person_id = member.person "
        "WHERE occurred_at <= %s AND activity.known_at <= %s"
    )
    parameters += [at, at]
    if before is not None:
        which += " AND (occurred_at, activity.id) < (%s, %s)"
        parameters += before
    if only is not None:
        which += " AND activity.id = %s"
        parameters.append(only)
    which += " ORDER BY occurred_at DESC, activity.id DESC LIMIT %s"
    sql = (
        "SELECT activity.occurred_at, number, event_id, person_id, event, known, session_id, verdict, "
        f"properties FROM ({which}) AS page JOIN store_activity AS activity ON activity.id = number "
        "ORDER BY activity.occurred_at DESC, number DESC"
    )
    rows = query(sql, [*parameters, most])
    done = [Done(Mark(occurred_at, number), *rest) for occurred_at, number, *rest in rows]
    said = judged(each.mark.number for each in done)
    return [
        each._replace(verdict=found.verdict, judged=found) if (found := said.get(each.mark.number)) else each
        for each in done
    ]
