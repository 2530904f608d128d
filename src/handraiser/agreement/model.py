"""What an agreement says, once it has been read: defaults filled in, every name resolved.

These are plain values without behaviour. `load` makes them from YAML and has already refused
everything that AGREEMENT.md calls a mistake, so whoever holds an `Agreement` may rely on it.
Durations are `timedelta`; `None` means `forever`.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

import msgspec

from handraiser.errors import Place

__all__ = [
    "FOREVER",
    "Agreement",
    "AtMost",
    "Band",
    "Bucket",
    "Decay",
    "DecayKind",
    "Escalation",
    "EventRule",
    "FitRule",
    "FollowUp",
    "Group",
    "Handoff",
    "Hours",
    "Limits",
    "Promise",
    "PromiseUnit",
    "Promises",
    "Qualify",
    "Reason",
    "Recycle",
    "Route",
    "Rule",
    "Section",
    "SilenceRule",
    "Sql",
    "Targets",
]


# `forever` where None has another meaning (`requalify_after`): longer than any history, and short enough
# for a date to be reckoned with. A duration that is written out is always shorter.
FOREVER = timedelta(days=365_250)


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen value whose fields are named when it is made."""


class Sql(msgspec.Struct, frozen=True):
    """An expression of section 3 as the user wrote it, checked, and the place it starts at."""

    text: str
    at: Place = Place()


class Limits(_Value, frozen=True, kw_only=True):
    """The clamp of a rule, a group, a section or the score; `None` is no bound on that side."""

    min: float | None = None
    max: float | None = None


class DecayKind(StrEnum):
    NONE = "none"
    HALF_LIFE = "half-life"
    LINEAR = "linear"
    STEPS = "steps"


class Decay(_Value, frozen=True, kw_only=True):
    """How a hit's weight shrinks with its age.

    `over` is the D of section 6 (half-life, linear, and the step's length); `percent` is the P of
    `steps P% every D`, in percent, 0 otherwise.
    """

    kind: DecayKind = DecayKind.NONE
    over: timedelta = timedelta(0)
    percent: float = 0.0


class Bucket(StrEnum):
    """A calendar bucket in the agreement's time zone."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class AtMost(_Value, frozen=True, kw_only=True):
    """`at_most: N per BUCKET`."""

    count: int
    per: Bucket


class Band(_Value, frozen=True, kw_only=True):
    """One band of a fit rule: the points it gives when it is the first that holds."""

    when: Sql
    points: float | Sql


class Rule(_Value, frozen=True, kw_only=True):
    """What every rule has. `at` is where the rule stands in the file."""

    name: str
    title: str = ""
    say: str = ""
    group: str | None = None
    limits: Limits = Limits()
    at: Place = Place()


class FitRule(Rule, frozen=True, kw_only=True):
    """A rule on attributes. A plain `when` with `points` is read as a single band."""

    bands: tuple[Band, ...]


class EventRule(Rule, frozen=True, kw_only=True):
    """A rule on events; `within` and `decay` are the rule's own or the section's default."""

    event: tuple[str, ...]
    points: float | Sql
    where: Sql | None = None
    distinct: str | None = None
    at_most: AtMost | None = None
    at_least: int | None = None
    within: timedelta | None = None
    decay: Decay = Decay()
    count_machines: bool = False


class SilenceRule(Rule, frozen=True, kw_only=True):
    """`silent_for: D`: points while nothing of positive weight has happened for D."""

    silent_for: timedelta
    points: float


class Group(_Value, frozen=True, kw_only=True):
    name: str
    limits: Limits = Limits()


class Section(_Value, frozen=True, kw_only=True):
    """`fit` or `engagement`: its rules in the order written, its groups, its clamp.

    `fit.rules` holds `FitRule`s only; `engagement.rules` holds `EventRule`s and `SilenceRule`s.
    """

    rules: tuple[FitRule | EventRule | SilenceRule, ...] = ()
    groups: tuple[Group, ...] = ()
    limits: Limits = Limits()


class Qualify(_Value, frozen=True, kw_only=True):
    mql: Sql
    hand_raise: Sql | None = None
    never: Sql | None = None


class Targets(_Value, frozen=True, kw_only=True):
    """What both sides aim for; rates are fractions (25% is 0.25)."""

    mqls_per_month: float | None = None
    mql_to_sql: float | None = None
    sql_to_customer: float | None = None
    accepted_in_time: float | None = None
    contacted_in_time: float | None = None


class PromiseUnit(StrEnum):
    WALL = "wall"  # elapsed time
    BUSINESS = "business"  # open time only
    BUSINESS_DAYS = "business days"  # the close of the N-th open day


class Promise(_Value, frozen=True, kw_only=True):
    """A time promised: `length` for WALL and BUSINESS, `days` for BUSINESS_DAYS."""

    unit: PromiseUnit
    length: timedelta = timedelta(0)
    days: int = 0


class Hours(_Value, frozen=True, kw_only=True):
    """Opening hours: for Monday (0) to Sunday (6) the open intervals as (start, end) minutes of the day.

    `holidays` are the codes of the `holidays` package (`US`, `DE-BY`); `timezone` is `owner`, a zone
    name, or None for the agreement's own.
    """

    week: tuple[tuple[tuple[int, int], ...], ...]
    holidays: tuple[str, ...] = ()
    timezone: str | None = None


class FollowUp(_Value, frozen=True, kw_only=True):
    do: str
    within: Promise


class Escalation(_Value, frozen=True, kw_only=True):
    """At this fraction of a promise's time (1.0: when it is due): `manager`, `reassign`, or whom to tell."""

    at: float
    to: str


class Promises(_Value, frozen=True, kw_only=True):
    accept_within: Promise | None = None
    contact_within: Promise | None = None


class Route(_Value, frozen=True, kw_only=True):
    to: str
    when: Sql | None = None
    promises: Promises = Promises()
    hours: Hours | None = None


class Handoff(_Value, frozen=True, kw_only=True):
    hours: Hours | None = None
    promises: Promises = Promises()
    hand_raise: Promises = Promises()
    follow_up: tuple[FollowUp, ...] = ()
    remind_at: tuple[float, ...] = ()
    escalate_at: tuple[Escalation, ...] = ()
    expire_after: timedelta | None = None
    route: tuple[Route, ...] = ()


class Reason(_Value, frozen=True, kw_only=True):
    """A reason to send a lead back. `requalify_after` None means the section's, `FOREVER` never."""

    name: str
    nurture: str | None = None
    disqualify: bool = False
    requalify_after: timedelta | None = None


class Recycle(_Value, frozen=True, kw_only=True):
    reasons: tuple[Reason, ...] = ()
    requalify_after: timedelta = timedelta(0)
    forget_engagement: bool = False


class Agreement(_Value, frozen=True, kw_only=True):
    """One signed definition. `grades` are (name, bound) from the highest bound down; () without.

    `source` is the text as it was written; `fingerprint` is the SHA-256 of what it means.
    """

    name: str
    title: str = ""
    timezone: str = "UTC"
    currency: str = ""
    lists: dict[str, tuple[str, ...]] = {}
    targets: Targets = Targets()
    fit: Section
    grades: tuple[tuple[str, float], ...] = ()
    engagement: Section
    score: Limits = Limits(min=0.0)
    qualify: Qualify
    handoff: Handoff = Handoff()
    recycle: Recycle = Recycle()
    fingerprint: str = ""
    source: str = ""
