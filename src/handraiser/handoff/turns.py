"""Whose turn is it in a team?

Everybody has a turn, a number; the lowest is next, and who is given a lead has one that is later by a stride:
the greater somebody's weight, the shorter. A team's turn is just behind that of the lead it gave last, and
nobody's is before it: who was away, closed or full does not make up for it when they are back.

Between equals, nobody is ever more than one lead ahead of another who could take all of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from handraiser.handoff.availability import Ready, Seller, said_when

__all__ = ["MONTH", "STRIDE", "Choice", "Given", "Member", "Queue"]

# Every weight up to 16 divides it, so that their turns come out even.
STRIDE = 720_720_000
MONTH = 30 * 86_400_000_000
_DAY = 86_400_000_000
_TOLD = 5  # of who is passed over so many are told


class Given:
    """How many leads of the team somebody was given.

    since     how many since the beginnings of days, before those that are added
    in_month  how many within 30 days, before those
    """

    def __init__(self, since: Mapping[int, int] | None = None, in_month: int = 0) -> None:
        self._since = dict(since or {})
        self._in_month = in_month
        self._added: list[int] = []

    def add(self, at: int) -> None:
        """Count one more; instants come in their order."""
        self._added.append(at)

    def on(self, day: int) -> int:
        """Return how many on a day, by the instant at which it began."""
        return self._since.get(day, 0) + len(self._added) - bisect_left(self._added, day)

    def within_month(self, now: int) -> int:
        """Return how many in the 30 days before an instant."""
        return self._in_month + len(self._added) - bisect_right(self._added, now - MONTH)


class Member:
    """Somebody of a team; `turn` and `given` go on with each lead."""

    __slots__ = ("active", "given", "number", "per_30_days", "per_day", "seller", "turn", "weight")

    def __init__(
        self,
        number: int,
        seller: Seller,
        *,
        weight: int = 1,
        per_day: int | None = None,
        per_30_days: int | None = None,
        active: bool = True,
        turn: int = 0,
        given: Given | None = None,
    ) -> None:
        self.number, self.seller, self.weight, self.active, self.turn = number, seller, weight, active, turn
        self.per_day, self.per_30_days = per_day, per_30_days
        self.given = given or Given()

    def full(self, ready: Ready, now: int) -> str:
        """Return why they take no more for now, empty where they do."""
        today = self.given.on(ready.day) if self.per_day is not None else 0
        if self.per_day is not None and today >= self.per_day:
            return f"{today} of {self.per_day} today"
        month = self.given.within_month(now) if self.per_30_days is not None else 0
        if self.per_30_days is not None and month >= self.per_30_days:
            return f"{month} of {self.per_30_days} in 30 days"
        return ""


class Choice(NamedTuple):
    """Who is given a lead, None where nobody can take it; and why, in words."""

    member: Member | None
    why: str


class _Able(NamedTuple):
    member: Member
    ready: Ready


class Queue:
    """A team whose members take turns; `turn` is how far they have come."""

    def __init__(self, members: Sequence[Member], turn: int = 0) -> None:
        self.members, self.turn = members, turn
        self.taken: set[Member] = set()

    def next(self, ready: Callable[[Seller], Ready], now: int, *, without: Collection[int] = ()) -> Choice:
        """Return whose turn it is, who has had it then.

        ready    how somebody stands at this instant
        without  users whom not to give it to
        """
        able, passed = self._able(ready, now, without)
        here, closed, note = _open_first(able, now)
        passed += closed
        if not here:
            return Choice(None, _told(passed) or "it has no members")
        member = here[0].member
        begins = max(self.turn, member.turn)
        member.turn = begins + STRIDE // member.weight
        # One behind it: who comes back now, and is next, is not before who waits for as long a second time.
        self.turn = begins + 1
        member.given.add(now)
        self.taken.add(member)
        why = f"{member.seller.name}'s turn ({len(able)} of {len(self.members)} could take it{note})"
        return Choice(member, f"{why}; {_told(passed)}" if passed else why)

    def _able(
        self, ready: Callable[[Seller], Ready], now: int, without: Collection[int]
    ) -> tuple[list[_Able], list[str]]:
        """Who may be given a lead, in the order of their turns, and of the others why not."""
        able, passed = [], []
        for member in sorted(self.members, key=lambda each: (max(self.turn, each.turn), each.number)):
            seller = member.seller
            stands = ready(seller)
            why_not = stands.why_not
            if not member.active and not why_not:
                why_not = "takes no leads of this team now"
            if seller.user in without and not why_not:
                why_not = "has had it"
            why_not = why_not or member.full(stands, now)
            if why_not:
                passed.append(f"{seller.name}: {why_not}")
            else:
                able.append(_Able(member, stands))
        return able, passed


def _open_first(able: Sequence[_Able], now: int) -> tuple[Sequence[_Able], list[str], str]:
    """Who comes first for being open; of the others until when they are closed; and what to add."""
    first = min((each.ready.opens_at for each in able), default=now)
    if first <= now:
        here = [each for each in able if each.ready.opens_at <= now]
        note = ""
    else:
        # Nobody is open: who opens the next morning in the west need not come after who does in the east.
        here = [each for each in able if each.ready.opens_at <= first + _DAY]
        note = "; nobody is open now"
    if len(here) == len(able):
        return here, [], note
    ahead = {each.member for each in here}
    closed = [
        f"{each.member.seller.name}: closed until {said_when(each.ready.opens_at, each.ready.zone, now)}"
        for each in able
        if each.member not in ahead
    ]
    return here, closed, note


def _told(passed: Sequence[str]) -> str:
    """Why others were passed over, the first of them."""
    if not passed:
        return ""
    more = f"; and {len(passed) - _TOLD} more" if len(passed) > _TOLD else ""
    return f"passed over: {'; '.join(passed[:_TOLD])}{more}"
