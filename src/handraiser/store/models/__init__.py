"""The tables. Every time is a number of microseconds since 1970, UTC, as everywhere inside."""

from __future__ import annotations

from handraiser.store.models.coming import Arrival, Event, Reject
from handraiser.store.models.governing import Audit, Key, Publication, Tried, User
from handraiser.store.models.people import (
    Activity,
    Company,
    CompanyPatch,
    Identifier,
    Join,
    Judgement,
    Name,
    Person,
    PersonPatch,
)
from handraiser.store.models.privacy import Consent, Erasure
from handraiser.store.models.proposing import Draft, Proposal, Remark
from handraiser.store.models.scoring import Dirty, Episode, KeptHits, Standing
from handraiser.store.models.selling import (
    Alarm,
    Assignment,
    Deadline,
    Handoff,
    LogEntry,
    Member,
    Move,
    Outcome,
    Pause,
    Team,
    TimeOff,
)
from handraiser.store.models.telling import Destination, Informed, Outgoing

__all__ = [
    "Activity",
    "Alarm",
    "Arrival",
    "Assignment",
    "Audit",
    "Company",
    "CompanyPatch",
    "Consent",
    "Deadline",
    "Destination",
    "Dirty",
    "Draft",
    "Episode",
    "Erasure",
    "Event",
    "Handoff",
    "Identifier",
    "Informed",
    "Join",
    "Judgement",
    "KeptHits",
    "Key",
    "LogEntry",
    "Member",
    "Move",
    "Name",
    "Outcome",
    "Outgoing",
    "Pause",
    "Person",
    "PersonPatch",
    "Proposal",
    "Publication",
    "Reject",
    "Remark",
    "Standing",
    "Team",
    "TimeOff",
    "Tried",
    "User",
]
