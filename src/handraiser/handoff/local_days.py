"""When does a day begin where somebody is, and which day begins at an instant there?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["day_begins", "day_beginning_at"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def day_begins(day: date, zone: str) -> int:
    """Return the first instant of a day in a zone, in microseconds, at midnight or not.

    A day that a zone leaves out, as when it changes sides of the date line, begins with the one after it.
    """
    there = ZoneInfo(zone)
    midnight = datetime.combine(day, time(), tzinfo=there)
    late = (midnight - _EPOCH) // _MICROSECOND
    if _day_at(late, there) == day and _day_at(late - 1, there) < day:
        return late
    # Clocks are set forward over midnight: what is before and what is after are as far apart as that.
    early = min(late, (midnight.replace(fold=1) - _EPOCH) // _MICROSECOND) - 1
    while late - early > 1:
        middle = (early + late) // 2
        if _day_at(middle, there) < day:
            early = middle
        else:
            late = middle
    return late


def day_beginning_at(at: int, zone: str) -> date | None:
    """Return the day that begins at an instant in a zone; None where it is within one."""
    day = _day_at(at, ZoneInfo(zone))
    return day if _day_at(at - 1, ZoneInfo(zone)) < day else None


def _day_at(at: int, zone: ZoneInfo) -> date:
    return (_EPOCH + at * _MICROSECOND).astimezone(zone).date()
