"""When does somebody work, and when are they away, as pages say it?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handraiser.agreement.hours import write_week
from handraiser.flows.timeoff import zone_of
from handraiser.handoff.local_days import day_beginning_at
from handraiser.store.models import TimeOff, User

__all__ = ["Absence", "Working", "agreed_zone", "away_among", "working_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAR = 253_000_000_000_000_000  # microseconds: in the year 9987, beyond which days are not told


class Working(NamedTuple):
    """When somebody works.

    zone      by whose clock; `own` where it is what they have said themselves
    week      what is open, part by part; empty: as the agreement has it
    holidays  the codes of their own; empty: those of the agreement
    """

    zone: str
    own: bool
    week: list[str]
    holidays: list[str]


class Absence(NamedTuple):
    """Somebody is away, or will be: since and until when in words, by their own clock."""

    off: TimeOff
    since: str
    until: str
    begun: bool


def agreed_zone(at: int) -> str:
    """Return by whose clock whoever has none of their own works."""
    return zone_of(User(timezone=""), at)


def working_of(user: User, agreed: str) -> Working:
    """Return when somebody works; `agreed` is the zone of whoever has none of their own."""
    week = write_week(user.hours).split("; ") if user.hours else []
    return Working(user.timezone or agreed, bool(user.timezone), week, list(user.holidays or ()))


def away_among(users: Collection[int], at: int) -> list[Absence]:
    """Return who of some users is away, or will be, the first first."""
    found = TimeOff.objects.filter(user__in=list(users), ends_at__gt=at).order_by("begins_at", "pk")
    told = []
    for off in found.select_related("user", "cover"):
        zone = zone_of(off.user, at)
        since, until = _said(off.begins_at, zone), _said(off.ends_at, zone)
        told.append(Absence(off, since, until, begun=off.begins_at <= at))
    return told


def _said(at: int, zone: str) -> str:
    """Return an instant as a day, where one begins just then, else with its time."""
    if at >= _FAR:
        return "further notice"
    day = day_beginning_at(at, zone)
    if day is not None:
        return f"{day:%-d %b %Y}"
    there = (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))
    return f"{there:%-d %b %Y, %H:%M}"
