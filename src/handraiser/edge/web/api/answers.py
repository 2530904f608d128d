"""What does the API answer? The objects as docs/contract.md has them; times are instants in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from handraiser.edge.web.api.handed import (
    Alarm,
    Alarms,
    Assignment,
    Deadline,
    Done,
    Handoff,
    Handoffs,
    Move,
    OutcomeKept,
    Pause,
    Waiting,
    Who,
)
from handraiser.edge.web.api.sent import Destination, Destinations, Outgoing, OutgoingPage, Replayed

__all__ = [
    "Activity",
    "Agreement",
    "Agreements",
    "Alarm",
    "Alarms",
    "Assignment",
    "Company",
    "Consent",
    "Consents",
    "Deadline",
    "Done",
    "Destination",
    "Destinations",
    "Episode",
    "Episodes",
    "Erased",
    "Everything",
    "Handoff",
    "Handoffs",
    "Identified",
    "Join",
    "Joined",
    "Lead",
    "Member",
    "Move",
    "OutcomeKept",
    "Pause",
    "Outgoing",
    "OutgoingPage",
    "Reasons",
    "Recorded",
    "Refused",
    "Replayed",
    "RuleGave",
    "Someone",
    "Standing",
    "Timeline",
    "Undone",
    "Waiting",
    "Who",
]


class Identified(msgspec.Struct, frozen=True, kw_only=True):
    """By what somebody is known now: `kind` is user_id, email or anonymous_id."""

    kind: str
    value: str


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """Where a lead worked, as known then."""

    id: str
    attributes: dict[str, Any]


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Another who turned out to be this lead: what was known of them is known of the lead since then."""

    id: str
    since: datetime


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """That two are one person, because of what both were known by, and whether that was undone."""

    id: int
    joined: str
    to: str
    because: Identified
    at: datetime
    undone_at: datetime | None


class RuleGave(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule gave when an episode began; `count` for rules about events."""

    rule: str
    points: float
    count: int | None = None


class Reasons(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead had when an episode began: the sums, and the rules that gave something."""

    score: float
    fit: float
    engagement: float
    grade: str | None
    rules: list[RuleGave]


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A time that somebody became an MQL, as it was written down then, and how far it was with sales.

    `stage`, `owner`, `handed_at` and `ended_at` are as of the instant that is asked about.
    """

    id: int
    lead_id: str
    ordinal: int
    begun_at: datetime
    decided_at: datetime
    hand_raise: bool
    from_history: bool
    fingerprint: str
    reasons: Reasons
    stage: str | None
    owner: str | None
    handed_at: datetime | None
    ended_at: datetime | None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An episode among all there are, with by what its lead is known first, and its sums."""

    id: int
    lead_id: str
    user_id: str | None
    email: str | None
    agreement: str
    shadow: bool
    fingerprint: str
    ordinal: int
    begun_at: datetime
    decided_at: datetime
    hand_raise: bool
    from_history: bool
    score: float
    fit: float
    engagement: float
    grade: str | None


class Episodes(msgspec.Struct, frozen=True, kw_only=True):
    """A page of episodes in the order in which they were recorded; `next` is `after` of the page after it."""

    episodes: list[Recorded]
    next: int
    more: bool


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a lead stands under an agreement that was live then."""

    agreement: str
    title: str
    fingerprint: str
    shadow: bool
    live_from: datetime
    score: float
    fit: float
    engagement: float
    grade: str | None
    qualified: bool
    mql_at: datetime | None
    episodes: list[Episode]


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A lead as of an instant."""

    id: str
    joined_to: str | None
    at: datetime
    created_at: datetime
    stage: str
    identifiers: list[Identified]
    attributes: dict[str, Any]
    company: Company | None
    members: list[Member]
    joins: list[Join]
    objects: list[str]
    agreements: list[Standing]


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a lead did."""

    event_id: str
    event: str
    occurred_at: datetime
    known_at: datetime
    session_id: str
    verdict: str
    properties: dict[str, Any]
    member: str


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what a lead did, the latest first; `next` is `before` of the page after it."""

    id: str
    joined_to: str | None
    at: datetime
    events: list[Activity]
    next: str | None


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement that is live, or only runs beside."""

    agreement: str
    title: str
    fingerprint: str
    shadow: bool
    live_from: datetime
    begun_at: datetime | None
    published_at: datetime
    marketing: str | None
    sales: str | None


class Agreements(msgspec.Struct, frozen=True, kw_only=True):
    """The agreements that decide at an instant, and those that run beside."""

    at: datetime
    agreements: list[Agreement]


class Someone(msgspec.Struct, frozen=True, kw_only=True):
    """A person; `created_at` is null for a visitor of whom nobody knows who it is."""

    id: str
    created_at: datetime | None
    identifiers: list[Identified]


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """The two who are two again: who had been joined, and to whom."""

    success: bool
    join: Join
    leads: list[Someone]


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """Two are one: the join, which can be undone, and who they are now."""

    success: bool
    join: Join
    lead: Someone


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a lead said; `message` is the id of the message that has it, null: somebody noted it."""

    purpose: str
    says: str
    at: datetime
    source: str
    by: str
    noted_at: datetime
    message: str | None


class Consents(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead agrees and objects to: consent, objection or withdrawn; null where it said nothing."""

    id: str
    joined_to: str | None
    mail: str | None
    profiling: str | None
    said: list[Consent]


class Everything(msgspec.Struct, frozen=True, kw_only=True):
    """All that is kept of a lead."""

    what: str
    at: datetime
    lead: Lead
    consents: list[dict[str, Any]]
    said: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    events: list[Activity]
    scores: list[dict[str, Any]]
    episodes: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    told: list[dict[str, Any]]
    changes: list[dict[str, Any]]


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """A lead is forgotten: how many turned out to be that person, and how many messages of theirs went."""

    success: bool
    id: str
    people: int
    messages: int


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Why something is not answered, and what would be right; `allowed` is what an episode can become."""

    success: bool = False
    message: str
    fix: str | None = None
    allowed: list[str] | None = None
