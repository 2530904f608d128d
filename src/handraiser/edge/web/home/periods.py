"""When did today, this week, this month begin where the reader is?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from handraiser.store.models import User

__all__ = [
    "PERIODS",
    "as_instant",
    "day_began",
    "local",
    "month_began",
    "week_began",
    "weeks_back",
    "zone_of",
]

PERIODS = (30, 90, 365)
"""Days that may be looked back on."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def zone_of(user: User) -> ZoneInfo:
    """Return by whose clock somebody reads: their own, else UTC."""
    return ZoneInfo(user.timezone or "UTC")


def local(at: int, zone: ZoneInfo) -> datetime:
    """Return an instant as clocks there show it."""
    return (_EPOCH + at * _MICROSECOND).astimezone(zone)


def as_instant(there: datetime) -> int:
    """Return the instant of a time that knows its zone, in microseconds."""
    return (there - _EPOCH) // _MICROSECOND


def day_began(now: int, zone: ZoneInfo, *, days_ago: int = 0) -> int:
    """Return when a day began there: today, or so many days ago."""
    return as_instant(_midnight(local(now, zone)) - timedelta(days=days_ago))


def week_began(now: int, zone: ZoneInfo) -> int:
    """Return when this week began there, on a Monday."""
    return weeks_back(now, zone, 1)[-1]


def weeks_back(now: int, zone: ZoneInfo, count: int) -> list[int]:
    """Return when each of the last weeks began there, this one at the end."""
    today = _midnight(local(now, zone))
    monday = today - timedelta(days=today.weekday())
    return [as_instant(monday - timedelta(weeks=back)) for back in reversed(range(count))]


def month_began(now: int, zone: ZoneInfo, *, before: int = 0) -> int:
    """Return when this month began there, or one before it."""
    there = _midnight(local(now, zone))
    months = there.year * 12 + there.month - 1 - before
    return as_instant(there.replace(year=months // 12, month=months % 12 + 1, day=1))


def _midnight(there: datetime) -> datetime:
    return there.replace(hour=0, minute=0, second=0, microsecond=0)
