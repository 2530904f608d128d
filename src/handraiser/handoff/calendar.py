"""How much open time lies between two instants, and when has so much of it passed?

A calendar is opening hours without some further stretches that are closed: pauses, or a week in which
the whole company is away. It need not ever be open: what would never come to pass then is `FOREVER`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from handraiser.agreement.model import Hours
from handraiser.handoff.openings import DAY, END, FOREVER, Openings, Stretch, openings

__all__ = ["FOREVER", "ROUND_THE_CLOCK", "Calendar", "calendar_of"]


class Calendar(msgspec.Struct, frozen=True):
    """Open time; instants and lengths are microseconds, instants UTC. Made by `calendar_of`.

    `closed` are the further closed stretches in order, none touching another.
    """

    hours: Openings
    closed: tuple[Stretch, ...] = ()

    def open_between(self, since: int, until: int) -> int:
        """Return the open time between two instants, 0 if the second is not later."""
        open_time = self.hours.between(since, until)
        for begin, end in self.closed:
            if begin < until and end > since:
                open_time -= self.hours.between(max(begin, since), min(end, until))
        return open_time

    def after(self, since: int, length: int) -> int:
        """Return the first instant by which so much open time has passed since, or `FOREVER`.

        >>> nine_to_five = calendar_of(Hours(week=(((540, 1020),),) * 7), "UTC")
        >>> nine_to_five.after(0, 8 * 3_600_000_000) // 3_600_000_000
        17
        """
        for begin, end in self.closed:
            if end > since:
                before = self.hours.between(since, begin)
                if before >= length:
                    break
                length -= before
                since = end
        return self.hours.after(since, length)

    def next_open(self, at: int) -> int:
        """Return the first open instant from then on, itself if it is one, or `FOREVER`."""
        at = self.hours.next_open(at)
        for begin, end in self.closed:
            if begin <= at < end:
                at = self.hours.next_open(end)
        return at

    def is_open(self, at: int) -> bool:
        """Return whether it is open at that instant; when it closes it no longer is."""
        return at < FOREVER and self.next_open(at) == at

    def closes(self, since: int) -> Iterator[int]:
        """Yield the close of business of each open day after the day of `since`.

        Outside open hours that is the day of the next opening. A day is open if any of its time is.
        """
        opening = self.next_open(since)
        if opening == FOREVER:
            return
        for_good = next((begin for begin, end in self.closed if end >= END), END)
        # A day more: local dates begin before those of UTC, or after.
        for day in range(self.hours.day_of(opening) + 1, for_good // DAY + 2):
            close = self._close_of(day)
            if close is not None:
                yield close

    def without(self, closed: Sequence[Stretch]) -> Calendar:
        """Return the same calendar with further stretches closed, in any order; they may overlap."""
        return Calendar(self.hours, _joined([*self.closed, *closed])) if closed else self

    def _close_of(self, day: int) -> int | None:
        """When the last open time of a local date ends; None if the day is closed."""
        for opens, closes in reversed(self.hours.day(day)):
            at = closes
            for begin, end in self.closed:
                if begin < closes <= end:
                    at = begin
            if at > opens:
                return at
        return None


def calendar_of(hours: Hours, zone: str, closed: Sequence[Stretch] = ()) -> Calendar:
    """Return the calendar of opening hours in a zone, by its name.

    `closed` are further stretches that are closed, in any order; they may overlap.
    """
    return Calendar(openings(hours.week, hours.holidays, zone), _joined(closed))


def _joined(closed: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """The same stretches in order, those that overlap or touch made one."""
    joined: list[Stretch] = []
    for begin, end in sorted(each for each in closed if each[0] < each[1]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined)


# The time of plain hours, from which nothing but pauses is taken.
ROUND_THE_CLOCK = calendar_of(Hours(week=(((0, 24 * 60),),) * 7), "UTC")
