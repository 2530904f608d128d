"""What does the API answer of hand-offs and verdicts? The objects as docs/contract.md has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

__all__ = [
    "Alarm", "Alarms", "Assignment", "Deadline", "Done", "Handoff", "Handoffs", "Move", "OutcomeKept",
    "Pause", "Waiting", "Who",
]  # fmt: skip


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who a lead is as of now; null where nobody knows. `company` is its name, else its domain."""

    name: str | None
    email: str | None
    job_title: str | None
    company: str | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-off in a list; `due_at` is when the next of its promises is due, or was and is not kept."""

    id: int
    lead_id: str
    lead: Who
    agreement: str
    stage: str
    stage_at: datetime
    owner: str | None
    team: str | None
    handed_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    hand_raise: bool
    due_at: datetime | None


class Handoffs(msgspec.Struct, frozen=True, kw_only=True):
    """A page of hand-offs by due time; `next` is `after` of the page after it."""

    handoffs: list[Waiting]
    next: str | None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """From one stage to another: who, when, why. `undoes` is the id of the move that this one takes back."""

    id: int
    at: datetime
    was: str | None
    became: str
    by: str
    why: str
    note: str
    details: dict[str, Any]
    inferred: bool
    fingerprint: str
    undoes: int | None


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody was given it, or nobody; `kind` is route, reassign, cover or hand."""

    at: datetime
    owner: str | None
    team: str | None
    kind: str
    by: str
    why: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What sales did, and when it was logged."""

    kind: str
    at: datetime
    logged_at: datetime
    by: str
    note: str


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """What happens at an instant unless it is forestalled; `fired` is whether it happened."""

    kind: str
    step: int
    round: int
    act: str
    share: float
    to: str
    due_at: datetime
    held: bool
    done_at: datetime | None
    fired: bool


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """That the clocks stood still."""

    why: str
    by: str
    begins_at: datetime
    ends_at: datetime | None


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person has to see to."""

    id: int
    episode: int
    lead_id: str
    lead: Who
    agreement: str
    stage: str
    team: str | None
    kind: str
    why: str
    opened_at: datetime
    closed_at: datetime | None


class Alarms(msgspec.Struct, frozen=True, kw_only=True):
    """A page of alarms that are open; `next` is `after` of the page after it."""

    alarms: list[Alarm]
    next: int
    more: bool


class Handoff(msgspec.Struct, frozen=True, kw_only=True):
    """An episode with sales: how far it is, whose, by when what, and how it came to that.

    Seconds are from the hand-off: all of them, and those of open hours.
    """

    id: int
    lead_id: str
    lead: Who
    agreement: str
    fingerprint: str
    ordinal: int
    begun_at: datetime
    hand_raise: bool
    from_history: bool
    stage: str
    stage_at: datetime
    owner: str | None
    team: str | None
    route: int | None
    round: int
    handed_at: datetime | None
    accepted_at: datetime | None
    seconds_to_accept: float | None
    business_seconds_to_accept: float | None
    contacted_at: datetime | None
    seconds_to_contact: float | None
    business_seconds_to_contact: float | None
    ended_at: datetime | None
    reason: str | None
    paused: bool
    moves: list[Move]
    assignments: list[Assignment]
    log: list[Done]
    deadlines: list[Deadline]
    alarms: list[Alarm]
    pauses: list[Pause]


class OutcomeKept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of what was said of a lead; `skips` where it had no episode for it."""

    id: int
    lead_id: str
    agreement: str
    stage: str
    at: datetime
    episode: int | None
    skips: bool
    reason: str | None
    by: str
