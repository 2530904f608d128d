"""What is a message about, and what happened that it tells of?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from handraiser.agreement.model import Agreement
from handraiser.agreement.wording import shortened

__all__ = [
    "About",
    "Happened",
    "Lead",
    "Owed",
    "Someone",
    "called",
    "clean",
    "does",
    "due_at",
    "lead_of",
    "zone",
]

_NAME, _ADDRESS = 120, 254  # letters
# Line breaks of all kinds, and what turns the direction of writing: a name is part of a line, never one.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


class Owed(Protocol):
    """A deadline: a row, or one that is about to be written."""

    @property
    def kind(self) -> str: ...
    @property
    def step(self) -> int: ...
    @property
    def act(self) -> str: ...
    @property
    def due_at(self) -> int: ...


class Lead(NamedTuple):
    """Who it is, as far as anybody knows."""

    number: int
    name: str = ""
    email: str = ""
    job_title: str = ""
    company: str = ""


class Someone(NamedTuple):
    """A user."""

    email: str
    name: str = ""


class About(NamedTuple):
    """What a message is about.

    begun_at  when the episode began, in microseconds
    reasons   of the episode, as they are kept
    owner     whose it is now
    zone      the owner's, empty where they have none; instants are told in it, else in the agreement's
    dues      deadlines of what is still to be done; those whose act is `due` are told
    stage     how far it is with sales
    """

    lead: Lead
    agreement: Agreement
    episode: int
    ordinal: int
    begun_at: int
    hand_raise: bool
    reasons: Mapping[str, Any]
    owner: Someone | None = None
    team: str = ""
    zone: str = ""
    dues: Sequence[Owed] = ()
    stage: str = "mql"


class Happened(NamedTuple):
    """What else there is to say of what happened: each kind of message takes what it has.

    at      when
    by      who, as an address; `handraiser` where nobody decided it
    why     a reason of the agreement, or in words
    due     the deadline that a reminder, a broken promise or an escalation is of
    share   how much of its time is over, 1 where all of it is
    was     from whom (assigned), or from which stage (undone)
    became  to which stage (undone, reopened)
    did     what sales did: call, email
    into    the lead that goes on, where two are one
    """

    at: int
    by: str = ""
    why: str = ""
    note: str = ""
    due: Owed | None = None
    share: float = 1.0
    was: str = ""
    became: str = ""
    did: str = ""
    into: int | None = None
    amount: float | None = None
    currency: str = ""
    expected_close: str = ""
    competitor: str = ""


def lead_of(number: int, lead: Mapping[str, Any], company: Mapping[str, Any]) -> Lead:
    """Return who a lead is by its attributes and its company's, under the names that capture gives them."""
    parts = [clean(lead.get(name)) for name in ("first_name", "last_name")]
    return Lead(
        number=number,
        name=clean(lead.get("name") or lead.get("full_name")) or " ".join(filter(None, parts)),
        email=clean(lead.get("email"), most=_ADDRESS),
        job_title=clean(lead.get("job_title") or lead.get("title")),
        company=clean(company.get("name") or lead.get("company") or company.get("domain")),
    )


def clean(words: object, *, most: int = _NAME) -> str:
    """Return what somebody wrote as part of one line: without line breaks, and not too long.

    most  how many letters; of rare ones that take three bytes or four, fewer

    >>> clean("Ann\\r\\nBcc: all@example.com")
    'Ann Bcc: all@example.com'
    """
    if words is None:
        return ""
    line = shortened(_CONTROLS.sub(" ", str(words)), most)
    return line.encode()[: 2 * most].decode(errors="ignore")


def called(lead: Lead) -> str:
    """Return how a lead is called in a sentence: `Ann Field of Acme`, `ann@acme.example`, `Lead 17`."""
    who = clean(lead.name) or clean(lead.email, most=_ADDRESS) or f"Lead {lead.number}"
    company = clean(lead.company)
    return f"{who} of {company}" if company else who


def does(about: About, due: Owed) -> str:
    """Return what a deadline is for: `accept`, `contact`, or a step of the follow-up such as `call`, cut."""
    steps = about.agreement.handoff.follow_up
    return clean(steps[due.step].do) if due.kind == "follow_up" and due.step < len(steps) else due.kind


def due_at(about: About, due: Owed) -> int:
    """Return until when it was promised: what a reminder or an escalation is of has an instant of its own."""
    same = (each for each in about.dues if (each.kind, each.step, each.act) == (due.kind, due.step, "due"))
    return max((each.due_at for each in same), default=due.due_at)


def zone(about: About) -> str:
    """Return in which zone instants are told."""
    return about.zone or about.agreement.timezone
