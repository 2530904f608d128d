"""What is known of some leads now, and what have they done lately?

So many that shares can be told, and so few that they are read at once, however many there are: drawn by
chance from all leads, and of each what it did last. Nothing is told of who objects to profiling or has
been forgotten, nor of what machines did.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from handraiser.store.bulk import among, as_array, query
from handraiser.store.consents import objecting
from handraiser.store.drawn import draw_leads
from handraiser.store.history import history_of, members_of, names_seen

__all__ = ["DOINGS", "MOST", "Did", "Marks", "Sample", "doings", "marks", "sample"]

MOST = 5_000
"""So many leads are looked at."""
DOINGS = 2_000
"""So many of the latest things of a name are looked at for their properties."""
_EACH = 200  # of what somebody did last
_LATEST = 20_000  # of what anybody did last: what is done seldom is among it
_PEOPLE = 4 * MOST  # who are these leads
_EVER = 1 << 62
_DAY = 86_400_000_000
_LEAVING = ("Unsubscribed", "Subscribed")


class Did(NamedTuple):
    """How many of the leads did something in the last 90 and in the last 30 days, and the latest times."""

    in_90_days: int
    in_30_days: int
    latest: tuple[int, ...]


class Sample(NamedTuple):
    """Some leads as they are now.

    at            as of when
    leads         a row of each, the one that holds now, in the order of their numbers (`history.LEADS`)
    companies     the row that holds now of each company where they work (`history.COMPANIES`)
    customers     those of the companies that are customers
    unsubscribed  those of the leads, by their numbers as text
    did           what they did, by its name
    seen          all names that there have been, and their types (`history.names_seen`)
    """

    at: int
    leads: pa.Table
    companies: pa.Table
    customers: frozenset[str]
    unsubscribed: frozenset[str]
    did: Mapping[str, Did]
    seen: Mapping[str, Mapping[str, frozenset[str]]]


def sample(now: int, *, most: int = MOST) -> Sample:
    """Return what is known of some leads, as of now."""
    leads = draw_leads(most).leads
    # What they did is asked by itself: of somebody it may be very much.
    known = history_of(leads, after=dict.fromkeys(leads, _EVER))
    rows = _holding(known.leads, "lead_id", now)
    working = {each for each in rows.column("company_id").to_pylist() if each is not None}
    did = _done(leads)
    return Sample(
        at=now,
        leads=rows,
        companies=_holding(known.companies, "company_id", now),
        customers=frozenset(key for key, at in known.customers.items() if at <= now and key in working),
        unsubscribed=_unsubscribed(did, now),
        did=_counted(did, set(leads), now),
        seen=names_seen(),
    )


class Marks(NamedTuple):
    """What tells a sample from another, found by indexes alone.

    whose  is another as soon as somebody is to be left out who was not before, and in another database
    new    is another as soon as there is something new
    """

    whose: tuple[int, ...]
    new: tuple[int, ...]


def marks() -> Marks:
    """Return the marks of what a sample would be now."""
    (found,) = query(f"SELECT {_MARKS}")
    return Marks(found[:3], found[3:])


_MARKS = ", ".join(
    f"(SELECT coalesce({which}(id), 0) FROM store_{table})"
    for which, table in (
        ("min", "person"), ("max", "consent"), ("max", "erasure"), ("max", "activity"),
        ("max", "personpatch"), ("max", "companypatch"), ("max", "join"), ("max", "outcome"),
    )
)  # fmt: skip


def doings(numbers: Collection[int]) -> pa.Table:
    """Return what was done, by its numbers: `person_id`, `event` and `properties` with `session_id`."""
    condition, parameters = among("id", sorted(numbers))
    rows = query(
        "SELECT id, person_id, event, event_id, verdict, occurred_at, known_at, session_id, properties "
        f"FROM store_activity WHERE {condition} AND verdict <> 'machine' ORDER BY id",
        parameters,
    )
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(_DOINGS)
    arrays = [pa.array(values, type=each.type) for values, each in zip(columns, _DOINGS, strict=True)]
    return pa.table(arrays, schema=_DOINGS)


_DOINGS = pa.schema(
    [
        ("id", pa.int64()), ("person_id", pa.int64()), ("event", pa.string()), ("event_id", pa.string()),
        ("verdict", pa.string()), ("occurred_at", pa.int64()), ("known_at", pa.int64()),
        ("session_id", pa.string()), ("properties", pa.string()),
    ]
)  # fmt: skip


def _holding(rows: pa.Table, owner: str, now: int) -> pa.Table:
    """Return of each lead or company the row that holds now: section 4 of the agreement's language."""
    begin = pc.max_element_wise(rows.column("valid_from"), rows.column("known_at")).to_pylist()
    order = zip(rows.column("valid_from").to_pylist(), rows.column("known_at").to_pylist(), strict=True)
    best: dict[object, tuple[tuple[int, int, int], int]] = {}
    for place, (who, begun, (valid, known)) in enumerate(
        zip(rows.column(owner).to_pylist(), begin, order, strict=True)
    ):
        rank = (valid, known, place)
        if begun <= now and (who not in best or rank >= best[who][0]):
            best[who] = (rank, place)
    return rows.take(pa.array(sorted(place for _, place in best.values()), type=pa.int64()))


# ---- what they did


class _Doing(NamedTuple):
    """Something that somebody did, by its number and by the lead's."""

    number: int
    lead: int
    event: str
    occurred_at: int
    known_at: int


def _done(leads: Sequence[int]) -> list[_Doing]:
    """Return what leads did last, and what was done last at all, the latest of each first."""
    members = members_of(leads)
    people = sorted(members)[:_PEOPLE]
    own = [_Doing(number, members[person].lead, *said) for number, person, *said in _latest_of(people)]
    known = {each.number for each in own}
    others = [each for each in _latest() if each.number not in known]
    alone = objecting({each.lead for each in others})
    return own + [each for each in others if each.lead not in alone]


def _latest_of(people: Sequence[int]) -> list[tuple[Any, ...]]:
    if connection.vendor == "postgresql":
        return query(
            "SELECT id, person_id, event, occurred_at, known_at FROM unnest(%s::bigint[]) AS wanted (person) "
            "CROSS JOIN LATERAL (SELECT * FROM store_activity WHERE person_id = wanted.person "
            "ORDER BY id DESC LIMIT %s) AS activity WHERE verdict <> 'machine'",
            [as_array(people, "bigint"), _EACH],
        )
    # From the oldest of them on, which the index alone tells.
    oldest = (
        "SELECT value AS person, coalesce((SELECT id FROM store_activity WHERE person_id = value "
        "ORDER BY id DESC LIMIT 1 OFFSET %s), 0) AS oldest FROM json_each(%s)"
    )
    return query(
        "SELECT id, person_id, event, occurred_at, known_at "
        f"FROM ({oldest}) AS wanted CROSS JOIN store_activity "
        "ON person_id = wanted.person AND id >= wanted.oldest WHERE verdict <> 'machine'",
        [_EACH - 1, json.dumps(people)],
    )


def _latest() -> list[_Doing]:
    rows = query(
        "SELECT activity.id, person.root_id, activity.event, activity.occurred_at, activity.known_at "
        "FROM (SELECT * FROM store_activity ORDER BY id DESC LIMIT %s) "
        "AS activity JOIN store_person AS person ON person.id = activity.person_id "
        "JOIN store_person AS root ON root.id = person.root_id WHERE root.lead_since IS NOT NULL "
        "AND activity.verdict <> 'machine'",
        [_LATEST],
    )
    return [_Doing(*row) for row in rows]


def _counted(done: Iterable[_Doing], looked_at: Collection[int], now: int) -> dict[str, Did]:
    numbers: dict[str, list[int]] = defaultdict(list)
    lately: dict[tuple[str, int], set[int]] = defaultdict(set)
    for each in done:
        numbers[each.event].append(each.number)
        for days in (30, 90):
            if each.lead in looked_at and now - days * _DAY < each.occurred_at <= now:
                lately[each.event, days].add(each.lead)
    return {
        event: Did(len(lately[event, 90]), len(lately[event, 30]), tuple(sorted(own, reverse=True)[:DOINGS]))
        for event, own in sorted(numbers.items())
    }


def _unsubscribed(done: Iterable[_Doing], now: int) -> frozenset[str]:
    """Return who has unsubscribed and not subscribed again."""
    last: dict[int, tuple[int, int, str]] = {}
    for each in done:
        begun = max(each.occurred_at, each.known_at)
        if each.event in _LEAVING and begun <= now:
            last[each.lead] = max(last.get(each.lead, (0, 0, "")), (begun, each.number, each.event))
    return frozenset(str(lead) for lead, (_, _, event) in last.items() if event == _LEAVING[0])
