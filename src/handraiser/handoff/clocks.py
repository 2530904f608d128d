"""What is due when, of a lead that has been handed off?

    clock = Clock(agreement, hand_raise=False, route=0, zone="Europe/Berlin")
    for due in dues(clock, since=handed_at): ...

Each promise that holds is reminded of, due and escalated at shares of its own time; a hand-off on
which nobody gives a verdict expires.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from handraiser.agreement.model import Agreement, Hours, Promise, Promises, PromiseUnit, Route
from handraiser.handoff.calendar import FOREVER, Calendar, calendar_of
from handraiser.handoff.openings import Stretch
from handraiser.handoff.promises import Course, course

__all__ = ["KINDS", "Clock", "Due", "Promised", "business_between", "dues"]

KINDS = ("accept", "contact", "follow_up", "expire")


class Due(NamedTuple):
    """One deadline, as `selling.Deadline` keeps it: what happens at an instant unless it is forestalled.

    kind      accept, contact, follow_up or expire
    step      of follow_up which, from 0; 0 for others
    round     of accept how often it has begun anew; 0 for others
    act       remind, due, escalate or expire
    share     of the promise's time
    to        of escalate: to whom
    """

    kind: str
    step: int
    round: int
    act: str
    share: float
    to: str
    due_at: int


class Promised(NamedTuple):
    """Something that sales promises to do, and by when: whichever of its promises is due first.

    do  what is to be done: accept, contact, or what the agreement calls the step
    """

    kind: str
    step: int
    do: str
    within: tuple[Promise, ...]


class Clock(NamedTuple):
    """What the clocks of an episode depend on.

    hand_raise  whether a hand-raise began it
    route       the place of the route that it took, from 0; None for none
    zone        the owner's time zone, empty where there is none
    """

    agreement: Agreement
    hand_raise: bool
    route: int | None
    zone: str

    def calendar(self, pauses: Sequence[Stretch] = ()) -> Calendar | None:
        """Return the calendar that business time is counted in, or None where no hours are agreed."""
        hours = self._hours()
        return calendar_of(hours, self._zone_of(hours), pauses) if hours else None

    def promised(self) -> list[Promised]:
        """Return what sales promises of this episode: to accept, to make contact, then each step.

        Business time is left out where no hours hold: an agreement may give them by the route only, and
        not every episode has taken one.
        """
        handoff = self.agreement.handoff
        of_route = (self._route() or _NO_ROUTE).promises
        of_all, of_raised = handoff.promises, handoff.hand_raise if self.hand_raise else Promises()
        accept = _holding(of_all.accept_within, of_route.accept_within, of_raised.accept_within)
        contact = _holding(of_all.contact_within, of_route.contact_within, of_raised.contact_within)
        found = [Promised("accept", 0, "accept", accept), Promised("contact", 0, "contact", contact)]
        for step, each in enumerate(handoff.follow_up):
            found.append(Promised("follow_up", step, each.do, (each.within,)))
        if self._hours() is None:
            found = [each._replace(within=_plain(each.within)) for each in found]
        return [each for each in found if each.within]

    def _route(self) -> Route | None:
        return None if self.route is None else self.agreement.handoff.route[self.route]

    def _hours(self) -> Hours | None:
        return (self._route() or _NO_ROUTE).hours or self.agreement.handoff.hours

    def _zone_of(self, hours: Hours) -> str:
        if hours.timezone == "owner":
            return self.zone or self.agreement.timezone
        return hours.timezone or self.agreement.timezone


_NO_ROUTE = Route(to="")


def dues(
    clock: Clock,
    *,
    since: int,
    round: int = 0,
    kinds: Collection[str] = KINDS,
    round_since: int | None = None,
    pauses: Sequence[Stretch] = (),
) -> list[Due]:
    """Return the deadlines of an episode that is handed off at `since`, the first first.

    round, round_since  of `accept`: how often it has begun anew, and when it did last; as at the hand-off
    kinds               those that are asked for
    pauses              when the hand-off was paused, in any order; what is not over ends with `FOREVER`

    What would never be due is left out.
    """
    calendar = clock.calendar()
    handoff = clock.agreement.handoff
    found: list[Due] = []
    for promised in clock.promised():
        if promised.kind in kinds:
            anew = promised.kind == "accept"
            begun = round_since if anew and round_since is not None else since
            courses = [course(promise, begun, calendar, pauses) for promise in promised.within]
            first = min(courses, key=lambda each: each.due_at)
            found += _acts(clock, promised, round if anew else 0, first)
    if "expire" in kinds and handoff.expire_after is not None:
        within = Promise(unit=PromiseUnit.WALL, length=handoff.expire_after)
        at = course(within, since, None, pauses).due_at
        found.append(Due("expire", 0, 0, "expire", 1.0, "", at))
    return sorted((due for due in found if due.due_at < FOREVER), key=attrgetter("due_at"))


def business_between(clock: Clock, since: int, until: int, pauses: Sequence[Stretch] = ()) -> int | None:
    """Return the open time between two instants in microseconds, or None where no hours are agreed."""
    calendar = clock.calendar(pauses)
    return None if calendar is None else calendar.open_between(since, until)


def _holding(
    of_all: Promise | None, of_route: Promise | None, of_raised: Promise | None
) -> tuple[Promise, ...]:
    """The promises of which the first to be due holds: a hand-raise's beside its route's, else one alone."""
    if of_raised is not None:
        return (of_raised,) if of_route is None else (of_raised, of_route)
    one = of_route or of_all
    return (one,) if one is not None else ()


def _plain(promises: tuple[Promise, ...]) -> tuple[Promise, ...]:
    """Those that need no hours to be counted in."""
    return tuple(each for each in promises if each.unit is PromiseUnit.WALL)


def _acts(clock: Clock, promised: Promised, round: int, runs: Course) -> Iterator[Due]:
    """What happens on the way to a promise's due time, at it, and beyond."""
    handoff = clock.agreement.handoff
    for share in handoff.remind_at:
        yield Due(promised.kind, promised.step, round, "remind", share, "", runs.at(share))
    yield Due(promised.kind, promised.step, round, "due", 1.0, "", runs.due_at)
    for share, to in dict.fromkeys((step.at, step.to) for step in handoff.escalate_at):
        yield Due(promised.kind, promised.step, round, "escalate", share, to, runs.at(share))
