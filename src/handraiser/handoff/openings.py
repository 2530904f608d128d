"""At which instants do the clocks on the wall show open hours?

An instant is open where the local time that it has in the zone lies in an interval of that day of the
week, and the day is no holiday. So an interval over an hour that daylight saving repeats is an hour
longer, one in an hour that it skips is no time at all, and time inside is elapsed time throughout.

Open stretches are worked out for some hundred days at once and kept, so that asking is a bisection.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from handraiser.facts.instants import FOREVER
from handraiser.handoff.holidays_of import holidays_of
from handraiser.scoring.zones import zone_table

__all__ = ["DAY", "END", "FOREVER", "Openings", "Stretch", "openings"]

Stretch = tuple[int, int]
Week = tuple[tuple[Stretch, ...], ...]

_MINUTE = 60_000_000
DAY = 24 * 60 * _MINUTE
_DAYS = 256  # of one block; two of them hold what most promises ask for
_BLOCK = _DAYS * DAY
_EPOCH = date(1970, 1, 1)
_MONDAY = 3  # the epoch was a Thursday
_FIRST = (date(1900, 1, 1) - _EPOCH).days // _DAYS
_LAST = (date(2400, 1, 1) - _EPOCH).days // _DAYS

# Nothing is open from here on, so that every search ends: centuries away nothing is promised any more.
END = (_LAST + 1) * _BLOCK


class _Block(NamedTuple):
    """The open stretches of some days.

    begins, ends  in order, cut off where the block ends
    day           of each the local date, in days since the epoch
    before        of each the open time of the block before it
    total         the open time of the block
    days          of each local date its stretches, which are not cut off
    """

    begins: list[int]
    ends: list[int]
    day: list[int]
    before: list[int]
    total: int
    days: list[tuple[Stretch, ...]]

    def passed(self, at: int) -> int:
        """The open time of the block until then."""
        place = bisect_right(self.begins, at) - 1
        return self.before[place] + min(at, self.ends[place]) - self.begins[place] if place >= 0 else 0


_NOTHING = _Block([], [], [], [], 0, [()] * _DAYS)


class Openings:
    """Opening hours by the week, without holidays, in one zone; `openings` gives the one that there is.

    Nothing is open before the year 1900 or after 2399.
    """

    def __init__(self, week: Week, holidays: tuple[str, ...], zone: str) -> None:
        self.week = week
        self.holidays = holidays
        self.zone = zone

    def between(self, since: int, until: int) -> int:
        """Return the open time between two instants, 0 if the second is not later."""
        since, until = max(since, _FIRST * _BLOCK), min(until, END)
        if until <= since:
            return 0
        first, last = since // _BLOCK, until // _BLOCK
        whole = sum(_block(self, number).total for number in range(first, last))
        return whole + _block(self, last).passed(until) - _block(self, first).passed(since)

    def after(self, since: int, length: int) -> int:
        """Return the first instant by which so much open time has passed since, or `FOREVER`."""
        if length <= 0:
            return since
        number = max(since // _BLOCK, _FIRST)
        block = _block(self, number)
        wanted = length + block.passed(since)
        while wanted > block.total:
            wanted -= block.total
            following = self._next_open_block(number)
            if following is None:
                return FOREVER
            number, block = following, _block(self, following)
        place = bisect_left(block.before, wanted) - 1
        return block.begins[place] + wanted - block.before[place]

    def next_open(self, at: int) -> int:
        """Return the first open instant from then on, itself if it is one, or `FOREVER`."""
        number = max(at // _BLOCK, _FIRST)
        block = _block(self, number)
        place = bisect_right(block.begins, at) - 1
        if place >= 0 and at < block.ends[place]:
            return at
        if place + 1 < len(block.begins):
            return block.begins[place + 1]
        following = self._next_open_block(number)
        return FOREVER if following is None else _block(self, following).begins[0]

    def day_of(self, at: int) -> int:
        """Return the local date of an open instant, in days since the epoch."""
        block = _block(self, at // _BLOCK)
        return block.day[bisect_right(block.begins, at) - 1]

    def day(self, number: int) -> tuple[Stretch, ...]:
        """Return the open stretches of a local date, in order."""
        return _block(self, number // _DAYS).days[number % _DAYS]

    def _next_open_block(self, number: int) -> int | None:
        """The next block after one in which anything is open, if there is any."""
        return next((each for each in range(number + 1, _LAST + 1) if _block(self, each).total), None)


@lru_cache(maxsize=256)
def openings(week: Week, holidays: tuple[str, ...], zone: str) -> Openings:
    """Return the opening hours; always the same for the same, so that what they worked out is kept."""
    return Openings(week, holidays, zone)


@lru_cache(maxsize=1024)
def _block(hours: Openings, number: int) -> _Block:
    if not _FIRST <= number <= _LAST or not any(hours.week):
        return _NOTHING
    first, last = number * _DAYS, (number + 1) * _DAYS
    # A day more on either side: parts of local dates lie in the block whose own days are its neighbours'.
    dates = _dates(hours, first - 1, last + 1)
    low, high = first * DAY, last * DAY
    cut = sorted(
        (max(begin, low), min(end, high), day)
        for day, stretches in enumerate(dates, first - 1)
        for begin, end in stretches
        if begin < high and end > low
    )
    before, total = [], 0
    for begin, end, _ in cut:
        before.append(total)
        total += end - begin
    return _Block(
        begins=[begin for begin, _, _ in cut],
        ends=[end for _, end, _ in cut],
        day=[day for _, _, day in cut],
        before=before,
        total=total,
        days=dates[1:-1],
    )


def _dates(hours: Openings, first: int, last: int) -> list[tuple[Stretch, ...]]:
    """The open stretches of local dates from the first until before the last."""
    years = range(_year(first), _year(last) + 1)
    closed = {day for code in hours.holidays for year in years for day in holidays_of(code, year)}
    offsets = _offsets(hours.zone, years[0], years[-1])
    return [
        () if day in closed else tuple(_stretches(day * DAY, hours.week[(day + _MONDAY) % 7], offsets))
        for day in range(first, last)
    ]


def _stretches(midnight: int, intervals: tuple[Stretch, ...], offsets: list[_Offset]) -> Iterator[Stretch]:
    """The instants at which the wall shows these intervals of a day; `midnight` is its wall's, not UTC's."""
    for begin, end, offset in offsets:
        if begin + offset < midnight + DAY and end + offset > midnight:
            for opens, closes in intervals:
                low = max(begin, midnight + opens * _MINUTE - offset)
                high = min(end, midnight + closes * _MINUTE - offset)
                if low < high:
                    yield low, high


class _Offset(NamedTuple):
    """How far a zone is from UTC over a stretch of time."""

    begins: int
    ends: int
    offset: int


def _offsets(zone: str, first_year: int, last_year: int) -> list[_Offset]:
    instants, offsets = (column.tolist() for column in zone_table(zone, first_year, last_year))
    edges = [-FOREVER, *instants[1:], FOREVER]
    return [_Offset(*edge, offset) for edge, offset in zip(pairwise(edges), offsets, strict=True)]


def _year(day: int) -> int:
    return (_EPOCH + timedelta(days=day)).year
