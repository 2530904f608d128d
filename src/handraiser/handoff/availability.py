"""May somebody of sales be given a lead at an instant, when are they open, and if not, why not?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handraiser.agreement.model import Hours
from handraiser.handoff.calendar import Calendar, calendar_of

__all__ = ["Ready", "Seller", "Week", "ready", "said_when"]

Week = tuple[tuple[tuple[int, int], ...], ...]

_LONG_AWAY = 10_000_000_000_000_000  # microseconds: in the year 2286; beyond 9999 there is no calendar
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Seller(NamedTuple):
    """Somebody whom leads are given to, as far as that matters.

    times_off  when they are away: from an instant until before another, in microseconds
    zone       empty for the agreement's
    week       their own hours, as `Hours.week` has them; None for the agreement's
    holidays   codes of their own; () for those of the agreement's hours
    """

    user: int
    name: str
    left: bool = False
    times_off: tuple[tuple[int, int], ...] = ()
    zone: str = ""
    week: Week | None = None
    holidays: tuple[str, ...] = ()


class Ready(NamedTuple):
    """Whether somebody may be given a lead.

    why_not   why they are not given any, in words; empty where they may be
    opens_at  when they are open next: the instant itself where they are
    day       when the day began that it is where they are
    zone      by whose clock that is
    """

    why_not: str
    opens_at: int
    day: int
    zone: str


def ready(seller: Seller, hours: Hours | None, zone: str, now: int) -> Ready:
    """Return how somebody stands at an instant.

    hours  of the route, or of the hand-off: those of whoever has none of their own. None: open always
    zone   the agreement's
    """
    theirs = seller.zone or zone
    day = _day_began(theirs, now)
    if seller.left:
        return Ready("has left", now, day, theirs)
    until = _away_until(seller, now)
    if until is not None:
        return Ready(f"away until {said_when(until, theirs, now)}", now, day, theirs)
    calendar = _calendar(seller, hours, zone)
    return Ready("", now if calendar is None else calendar.next_open(now), day, theirs)


def said_when(at: int, zone: str, now: int) -> str:
    """Return an instant as somebody there would say it: `24 Nov`, or `24 Nov 14:00` within the day."""
    if at >= _LONG_AWAY:
        return "further notice"
    local = (_EPOCH + at * _MICROSECOND).astimezone(ZoneInfo(zone))
    today = (_EPOCH + now * _MICROSECOND).astimezone(ZoneInfo(zone))
    day = f"{local.day} {_MONTHS[local.month - 1]}"
    year = f" {local.year}" if local.year != today.year else ""
    hour = f" {local.hour:02}:{local.minute:02}" if (local.hour, local.minute) != (0, 0) else ""
    return f"{day}{year}{hour}"


def _away_until(seller: Seller, now: int) -> int | None:
    """When somebody is back who is away; times off that touch are one."""
    until = now
    for begins_at, ends_at in sorted(seller.times_off):
        if begins_at <= until < ends_at:
            until = ends_at
    return until if until > now else None


def _calendar(seller: Seller, hours: Hours | None, zone: str) -> Calendar | None:
    if seller.week is not None:
        holidays = seller.holidays or (hours.holidays if hours else ())
        return _made(seller.week, holidays, seller.zone or zone)
    if hours is None:
        return None
    named = (seller.zone or zone) if hours.timezone == "owner" else (hours.timezone or zone)
    return _made(hours.week, seller.holidays or hours.holidays, named)


@lru_cache(maxsize=1_000)
def _made(week: Week, holidays: tuple[str, ...], zone: str) -> Calendar:
    return calendar_of(Hours(week=week, holidays=holidays), zone)


def _day_began(zone: str, now: int) -> int:
    local = (_EPOCH + now * _MICROSECOND).astimezone(ZoneInfo(zone))
    return (local.replace(hour=0, minute=0, second=0, microsecond=0) - _EPOCH) // _MICROSECOND
