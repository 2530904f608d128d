"""How far can a lead be, and how far is one that has several episodes?"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

__all__ = ["CLOSED", "ENDED", "OPEN", "OUTCOMES", "Reached", "Stage", "furthest", "stage_of", "written"]


class Stage(StrEnum):
    """How far a lead is, by the names that are kept and told."""

    VISITOR = "visitor"
    LEAD = "lead"
    MQL = "mql"
    SAL = "sal"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    LOST = "lost"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"
    MERGED = "merged"


OPEN = (Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY)
"""The stages of an episode that has not ended, from the first to the furthest."""
CLOSED = (Stage.CUSTOMER, Stage.LOST, Stage.DISQUALIFIED)
"""The stages that close a lead for an agreement, until somebody reopens it."""
ENDED = (Stage.CUSTOMER, Stage.LOST, Stage.RECYCLED, Stage.DISQUALIFIED, Stage.MERGED)
"""The stages of an episode that has ended."""
OUTCOMES = {
    "accepted": Stage.SAL,
    "sql": Stage.SQL,
    "opportunity": Stage.OPPORTUNITY,
    "customer": Stage.CUSTOMER,
    "lost": Stage.LOST,
    "recycled": Stage.RECYCLED,
    "disqualified": Stage.DISQUALIFIED,
    "reopened": Stage.LEAD,
}
"""What outcomes call a stage (AGREEMENT.md, section 2), and which it is."""

_NAMES = frozenset({Stage.MQL, Stage.SAL, Stage.SQL})


class Reached(NamedTuple):
    """How far an episode is, or was when it ended; or what was said of a lead without one.

    ended_at  when it ended, or was said, in microseconds; None for an episode that is open
    """

    stage: Stage
    ended_at: int | None


def written(stage: str) -> str:
    """Return a stage as people write it: MQL, SAL and SQL are names, the others words."""
    return stage.upper() if stage in _NAMES else stage


def furthest(stages: Iterable[Stage]) -> Stage | None:
    """Return the furthest of some open stages; None where there is none that is open."""
    return max((each for each in stages if each in OPEN), key=OPEN.index, default=None)


def stage_of(reached: Iterable[Reached], *, known: bool) -> Stage:
    """Return how far a lead is over all its episodes.

    That is its furthest open episode's stage; without one, that of what ended last; of a lead of which
    nothing was ever said `lead`, and `visitor` while it is not known who it is. What ended as merged went on
    as another episode, and does not count.
    """
    there = [each for each in reached if each.stage is not Stage.MERGED]
    best = furthest(each.stage for each in there if each.ended_at is None)
    if best is not None:
        return best
    ended = [(each.ended_at, place) for place, each in enumerate(there) if each.ended_at is not None]
    if ended:
        return there[max(ended)[1]].stage
    return Stage.LEAD if known else Stage.VISITOR
