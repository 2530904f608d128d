"""What does an explanation consist of?

An `Explanation` holds everything section 9 of AGREEMENT.md asks for, as plain values: `msgspec.json`
writes it, `telling` (the edge) puts it into words.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

__all__ = [
    "Condition",
    "Dropped",
    "EpisodeStart",
    "Explanation",
    "GroupSum",
    "HitPoints",
    "RulePoints",
    "SalesOutcome",
]


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an expression, in the user's words.

    holds     true, false, or null where it is unknown
    sign      of a comparison of numbers, as in `value >= bound`; empty for other conditions
    value, bound, distance  of a comparison: its two sides, and how far apart they are. Of `between` and
              `in` those of the bound that decides, or is nearest
    joined    how `parts` are joined: `and`, `or`, `not`, or empty
    """

    text: str
    holds: bool | None
    sign: str = ""
    value: float | None = None
    bound: float | None = None
    distance: float | None = None
    joined: str = ""
    parts: list[Condition] = []


class HitPoints(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One hit that counts: points = weight * factor, not rounded (its rule's points are).

    All three are null under `at_least`, where a hit has no points of its own: the rule gives them once.
    """

    event: str
    occurred_at: datetime
    known_at: datetime | None = None
    event_id: str | None = None
    properties: dict[str, str] = {}
    weight: float | None
    factor: float | None
    points: float | None


class Dropped(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event that met the rule and does not count, and why."""

    event: str
    occurred_at: datetime
    known_at: datetime | None = None
    event_id: str | None = None
    properties: dict[str, str] = {}
    why: str


class RulePoints(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: `sum` is what it gives before its own clamp, `points` after it and rounded."""

    rule: str
    section: str
    title: str
    say: str
    group: str | None
    holds: bool
    count: int | None
    sum: float
    min: float | None
    max: float | None
    points: float
    hits: list[HitPoints]
    dropped: list[Dropped]


class GroupSum(msgspec.Struct, frozen=True, kw_only=True):
    """A group or section: the sum of its points before and after its clamp."""

    name: str
    section: str
    sum: float
    min: float | None
    max: float | None
    points: float


class EpisodeStart(msgspec.Struct, frozen=True, kw_only=True):
    mql_at: datetime
    hand_raise: bool


class SalesOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What sales said of the lead, under this agreement or without naming one."""

    at: datetime
    stage: str
    reason: str | None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The proof of one lead's score. `until` is the first instant at which it stops qualifying.

    `closed` says that an outcome has ended it for this agreement: nothing makes it an MQL again.
    """

    agreement: str
    title: str
    fingerprint: str
    lead_id: str
    at: datetime
    score: float
    fit: float
    engagement: float
    grade: str | None
    qualified: bool
    mql_at: datetime | None
    rules: list[RulePoints]
    groups: list[GroupSum]
    sums: list[GroupSum]
    mql: Condition
    hand_raise: Condition | None
    never: Condition | None
    missing: dict[str, int | None]
    until: datetime | None
    episodes: list[EpisodeStart]
    outcomes: list[SalesOutcome]
    closed: bool
    attributes: dict[str, str]
