"""To which visit does an event belong?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["KEPT", "PAUSE", "Visit", "visit_of"]

PAUSE = 30 * 60 * 1_000_000  # microseconds; a pause of exactly this is one
KEPT = 8  # visits that late events can still join


class Visit(NamedTuple):
    """A visit of one person: its id, and when its first and its last event happened, in microseconds."""

    id: str
    first: int
    last: int


def visit_of(occurred_at: int, visits: tuple[Visit, ...], *, name: str) -> tuple[str, tuple[Visit, ...]]:
    """Return the id of the visit an event belongs to, and the visits as they are now, in order of time.

    It is that of the event before it, or else that of the event after it, if less than PAUSE lies between
    (decision 0001, 2); else a new one, whose id is `name` and the time of the event. What was decided stays:
    two visits that a late event brings together are two. Only the KEPT latest are remembered, so an event
    that is later than that begins a visit of its own.

    >>> visit_of(7, (), name="ann")
    ('ann-7', (Visit(id='ann-7', first=7, last=7),))
    """
    found = _near(occurred_at, visits)
    if found is not None and found is visits[-1] and found.first <= occurred_at:
        if occurred_at > found.last:
            visits = (*visits[:-1], Visit(found.id, found.first, occurred_at))
        return found.id, visits
    if found is None:
        here = Visit(f"{name}-{occurred_at}", occurred_at, occurred_at)
        others: Sequence[Visit] = visits
    else:
        here = Visit(found.id, min(found.first, occurred_at), max(found.last, occurred_at))
        others = [visit for visit in visits if visit is not found]
    kept = sorted((*others, here), key=lambda visit: visit.last)[-KEPT:]
    return here.id, tuple(kept)


def _near(at: int, visits: tuple[Visit, ...]) -> Visit | None:
    # Visits do not overlap, and no pause lies within one: the last event before `at` is of the last visit
    # that began by then, and happened at `at` at the earliest where that visit goes on.
    if visits and visits[-1].first <= at:
        return visits[-1] if at - visits[-1].last < PAUSE else None
    before = max((visit for visit in visits if visit.first <= at), key=lambda visit: visit.last, default=None)
    if before is not None and at - before.last < PAUSE:
        return before
    after = min((visit for visit in visits if visit.first > at), key=lambda visit: visit.first, default=None)
    return after if after is not None and after.first - at < PAUSE else None
