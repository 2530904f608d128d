"""The truth about hand-off time, minute by minute: slow, and plain enough to be believed.

Of each minute it is asked what the wall clock shows when it begins, and whether that is open. All that is
known of DST, of days and of holidays is what `zoneinfo` and `holidays` say of that one minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

from handraiser.agreement.model import Hours, Promise, PromiseUnit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
DAY = 1440 * MINUTE

Stretch = tuple[int, int]


def at(local: str, zone: str) -> int:
    """An instant, of local time as in `2026-03-07 15:00`; `@` and an offset tell which if it comes twice."""
    wall, _, offset = local.partition("@")
    if offset:
        return (datetime.fromisoformat(wall.strip() + offset) - EPOCH) // MICROSECOND
    there = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))
    assert there == there.astimezone(UTC).astimezone(ZoneInfo(zone)), f"{local} is skipped in {zone}"
    return (there - EPOCH) // MICROSECOND


@cache
def holidays_in(code: str, year: int) -> frozenset[date]:
    country, _, region = code.partition("-")
    return frozenset(holidays.country_holidays(country, region or None, years=year))


def intervals_of(hours: Hours, day: date) -> tuple[Stretch, ...]:
    if any(day in holidays_in(code, day.year) for code in hours.holidays):
        return ()
    return hours.week[day.weekday()]


@cache
def wall(zone: str, first: int, days: int) -> list[tuple[int, date, int]]:
    """Every minute from an instant on: when it begins, what the wall shows then, which minute of its day."""
    there = ZoneInfo(zone)
    found = []
    for minute in range(first, first + days * DAY, MINUTE):
        local = (EPOCH + minute * MICROSECOND).astimezone(there)
        found.append((minute, local.date(), local.hour * 60 + local.minute))
    return found


class Minutes:
    """Every minute from a midnight UTC on, for so many days: which are open, and on which local date."""

    def __init__(
        self, hours: Hours, zone: str, first: int, days: int, closed: Sequence[Stretch] = ()
    ) -> None:
        self.minutes = range(first, first + days * DAY, MINUTE)
        self.dates = [day for _, day, _ in wall(zone, first, days)]
        shown = {day: intervals_of(hours, day) for day in set(self.dates)}
        self.open = [
            any(opens <= clock < closes for opens, closes in shown[day])
            and not any(begin <= minute < end for begin, end in closed)
            for minute, day, clock in wall(zone, first, days)
        ]

    def edges(self) -> list[int]:
        """The instants at which it opens or closes."""
        sides = zip(pairwise(self.open), self.minutes[1:], strict=True)
        return [minute for (before, after), minute in sides if before != after]

    def open_between(self, since: int, until: int) -> int:
        return sum(
            max(0, min(until, minute + MINUTE) - max(since, minute))
            for minute, is_open in zip(self.minutes, self.open, strict=True)
            if is_open
        )

    def after(self, since: int, length: int) -> int | None:
        """The first instant by which so much open time has passed; None if that is not in these days."""
        if length == 0:
            return since
        for minute, is_open in zip(self.minutes, self.open, strict=True):
            begin = max(since, minute)
            here = minute + MINUTE - begin
            if is_open and here > 0:
                if here >= length:
                    return begin + length
                length -= here
        return None

    def next_open(self, since: int) -> int | None:
        for minute, is_open in zip(self.minutes, self.open, strict=True):
            if is_open and minute + MINUTE > since:
                return max(since, minute)
        return None

    def closes(self, since: int) -> list[int]:
        """The end of the last open minute of each local date after that of the first open one."""
        last: dict[date, int] = {}
        for minute, day, is_open in zip(self.minutes, self.dates, self.open, strict=True):
            if is_open and minute + MINUTE > since:
                last[day] = minute + MINUTE
        return [last[day] for day in sorted(last)[1:]]


def due_at(
    promise: Promise, since: int, minutes: Minutes, running: Minutes, paused: Sequence[Stretch]
) -> int | None:
    """When a promise in business time is due (AGREEMENT.md, section 10); None if that is not in these days.

    `running` are the minutes that are not paused.
    """
    if promise.unit is PromiseUnit.BUSINESS:
        return running.after(since, promise.length // MICROSECOND)
    counted = [
        close for close in minutes.closes(since) if not any(begin <= close - 1 < end for begin, end in paused)
    ]
    return counted[promise.days - 1] if len(counted) >= promise.days else None
