"""Until when is a promise to be kept, and when has so much of its time passed?

Plain hours are elapsed time, business hours open time; business days end with the close of business of
an open day. While a hand-off is paused neither runs, and a day at whose close it is paused does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from handraiser.agreement.model import Promise, PromiseUnit
from handraiser.handoff.calendar import FOREVER, ROUND_THE_CLOCK, Calendar
from handraiser.handoff.openings import Stretch

__all__ = ["Course", "course", "due_at", "share_at"]

_MICROSECOND = timedelta(microseconds=1)


class Course(msgspec.Struct, frozen=True):
    """How a promise runs off: from when on, in which calendar, for how long, until when.

    `due_at` is `FOREVER` where the calendar is not open for long enough; how long so many business days
    are is not known then, and `length` is None.
    """

    calendar: Calendar
    since: int
    length: int | None
    due_at: int

    def at(self, share: float) -> int:
        """Return when so great a share of the time has passed; it goes on in the same time beyond 1."""
        if share == 1 or self.length is None:
            return self.due_at
        return self.calendar.after(self.since, round(self.length * share))


def course(promise: Promise, since: int, calendar: Calendar | None, pauses: Sequence[Stretch] = ()) -> Course:
    """Return how a promise that is made at `since` runs off.

    `calendar` is what business time is counted in; raises ValueError where it is needed and None.
    `pauses` are the stretches in which the hand-off was paused, in any order; they may overlap.
    """
    if promise.unit is PromiseUnit.WALL:
        return _timed(promise, since, ROUND_THE_CLOCK.without(pauses))
    if calendar is None:
        raise ValueError("Business time cannot be counted without opening hours.")
    running = calendar.without(pauses)
    if promise.unit is PromiseUnit.BUSINESS:
        return _timed(promise, since, running)
    due = _close_of_business(promise.days, since, calendar, pauses)
    length = running.open_between(since, due) if due < FOREVER else None
    return Course(running, since, length, due)


def due_at(promise: Promise, since: int, calendar: Calendar | None, pauses: Sequence[Stretch] = ()) -> int:
    """Return when a promise that is made at `since` is due, or `FOREVER`; see `course`."""
    return course(promise, since, calendar, pauses).due_at


def share_at(
    promise: Promise,
    since: int,
    share: float,
    calendar: Calendar | None,
    pauses: Sequence[Stretch] = (),
) -> int:
    """Return when so great a share of a promise's time has passed, or `FOREVER`; see `course`."""
    return course(promise, since, calendar, pauses).at(share)


def _timed(promise: Promise, since: int, calendar: Calendar) -> Course:
    length = promise.length // _MICROSECOND
    return Course(calendar, since, length, calendar.after(since, length))


def _close_of_business(days: int, since: int, calendar: Calendar, pauses: Sequence[Stretch]) -> int:
    """The close of the N-th open day after that of `since` at whose close nothing is paused."""
    passed = 0
    for close in calendar.closes(since):
        paused = [end for begin, end in pauses if begin < close <= end]
        if not paused:
            passed += 1
            if passed == days:
                return close
        elif max(paused) >= FOREVER:
            break
    return FOREVER
