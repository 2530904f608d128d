"""What did a lead do, and what was done about it: one timeline, the latest first, a page at a time?"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from handraiser.edge.web.lead.wording import (
    Line,
    line_of_assignment,
    line_of_event,
    line_of_log,
    line_of_message,
    line_of_move,
    line_of_outcome,
)
from handraiser.store.history import members_of
from handraiser.store.judgements import Judged
from handraiser.store.models import Assignment, LogEntry, Move, Outcome, Outgoing
from handraiser.store.outgoing import state_of
from handraiser.store.timeline import Done, Mark, what_was_done

__all__ = ["Day", "Item", "Page", "Place", "Told", "doing", "doings", "place_of", "told_item"]

_LAST = 2**63 - 1


class Place(NamedTuple):
    """Where an item stands: behind those of its instant that are of a lower rank or number."""

    at: int
    rank: int
    number: int

    def __str__(self) -> str:
        return f"{self.at}.{self.rank}.{self.number}"


class Told(NamedTuple):
    """What became of something that was told to somewhere.

    to     the name of where it was told
    state  delivered, waiting or dead: given up
    at     when it was delivered or given up, and when it is tried next where it waits
    rests  whether nothing is told there at all at the moment
    """

    number: int
    to: str
    state: str
    at: int
    attempts: int
    error: str
    rests: bool


class Item(NamedTuple):
    """Something that happened.

    by         who did it, where that is not the lead
    activity   of what the lead did, its number; then `verdict` says who did it, and `judged` who says so
    told       of what others were told, what became of that
    """

    place: Place
    line: Line
    by: str = ""
    activity: int | None = None
    verdict: str = ""
    judged: Judged | None = None
    told: Told | None = None


class Day(NamedTuple):
    """The items of a day, where its reader is; `says` is empty where it goes on from the page before."""

    day: date
    says: str
    items: list[Item]


class Page(NamedTuple):
    """Days with what happened on them; `earlier` is where the next page begins, None where there is none."""

    days: list[Day]
    earlier: Place | None


_EVENT, _LOG, _GIVEN, _MOVE, _SAID, _TOLD = range(6)


def place_of(said: str) -> Place | None:
    """Return the place that stands in an address, None where none does."""
    parts = said.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 20 for part in parts):
        return None
    at, rank, number = map(int, parts)
    return Place(min(at, _LAST), rank, min(number, _LAST))


def doings(
    root: int, *, now: int, zone: str, before: Place | None, going_on: str = "", most: int
) -> Page:  # fmt: skip
    """Return a page of what a lead did and what was done about it, by day.

    before    where the page before this one ended, and `going_on` the day with which it did
    """
    items = [_of_event(each) for each in _done(root, now, before, most + 1)]
    items += [told_item(each) for each in _told(root, before, most + 1)]
    of_it: dict[str, Any] = {"episode__lead__root": root, "episode__shadow": False}
    for rank, rows, line in (
        (_LOG, LogEntry.objects.filter(**of_it), line_of_log),
        (_GIVEN, Assignment.objects.filter(**of_it).select_related("user"), line_of_assignment),
        (_MOVE, Move.objects.filter(**of_it), line_of_move),
        (_SAID, Outcome.objects.filter(person__root=root, episode=None, undone_at=None), line_of_outcome),
    ):
        items += _some(rows, rank, line, before, most + 1)
    items.sort(key=lambda item: item.place, reverse=True)
    shown = items[:most]
    return Page(
        _by_day(shown, now, ZoneInfo(zone or "UTC"), going_on),
        shown[-1].place if len(items) > most else None,
    )


def doing(root: int, activity: int, *, now: int) -> Item | None:
    """Return one thing that a lead did, None where it did no such thing."""
    done = what_was_done(members_of([root]), at=now, before=None, most=1, only=activity)
    return _of_event(done[0]) if done else None


def told_item(message: Outgoing) -> Item:
    """Return a message that was sent about a lead, or is to be, as it stands."""
    at = message.due_at if message.done_at is None else message.done_at
    told = Told(
        message.pk, message.destination.name, state_of(message), at, message.attempts, message.error,
        message.destination.disabled_at is not None,
    )  # fmt: skip
    return Item(Place(message.created_at, _TOLD, message.pk), line_of_message(message), told=told)


def _done(root: int, now: int, before: Place | None, most: int) -> list[Done]:
    mark = None if before is None else Mark(before.at, _below(before, _EVENT))
    return what_was_done(members_of([root]), at=now, before=mark, most=most)


def _some(
    rows: QuerySet[Any], rank: int, line: Callable[[Any], Line], before: Place | None, most: int
) -> list[Item]:
    """Return the latest of some rows that come behind a place."""
    latest = _behind(before, rank, rows, "at")[:most]
    return [Item(Place(each.at, rank, each.pk), line(each), each.by) for each in latest]


def _told(root: int, before: Place | None, most: int) -> list[Outgoing]:
    """Return the latest of what was told of a lead, and of who turned out to be it."""
    rows = Outgoing.objects.filter(lead__in=list(members_of([root]))).select_related("destination")
    return list(_behind(before, _TOLD, rows, "created_at")[:most])


def _behind(before: Place | None, rank: int, rows: QuerySet[Any], when: str) -> QuerySet[Any]:
    """Return those of some rows that come behind a place, the latest first."""
    if before is not None:
        same = {when: before.at, "pk__lt": _below(before, rank)}
        rows = rows.filter(Q(**{f"{when}__lt": before.at}) | Q(**same))
    return rows.order_by(f"-{when}", "-pk")


def _below(before: Place, rank: int) -> int:
    """Return the number below which rows of a rank, of the same instant, come behind a place."""
    if rank == before.rank:
        return before.number
    return _LAST if rank < before.rank else 0


def _of_event(done: Done) -> Item:
    return Item(
        Place(done.mark.occurred_at, _EVENT, done.mark.number),
        line_of_event(done.event, json.loads(done.properties)),
        activity=done.mark.number,
        verdict=done.verdict,
        judged=done.judged,
    )


def _by_day(items: Sequence[Item], now: int, zone: ZoneInfo, going_on: str) -> list[Day]:
    today = _day(now, zone)
    days = []
    for day, some in groupby(items, key=lambda item: _day(item.place.at, zone)):
        days.append(Day(day, "" if day.isoformat() == going_on else _called(day, today), list(some)))
    return days


def _day(at: int, zone: ZoneInfo) -> date:
    return (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at)).astimezone(zone).date()


def _called(day: date, today: date) -> str:
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day:%A}, {day.day} {day:%B %Y}"
