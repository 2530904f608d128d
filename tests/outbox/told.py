"""What tests of messages are about: a lead, an agreement, an episode, and what there is to say of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.handoff.messages import About, Lead, Someone

__all__ = ["HOUR", "NOON", "Deadline", "about", "agreement"]

SECOND, HOUR = 1_000_000, 3_600_000_000
NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()) * SECOND

_TEXT = """
agreement: crm
timezone: Europe/Berlin
fit:
  rules:
    - rule: mid_market
      title: 50 to 500 employees
      when: company.employees between 50 and 500
      points: 15
      say: They are of our size.
    - {rule: seniority, when: lead.job_title = 'VP', points: 15}
    - {rule: free_mailbox, when: lead.email_kind = 'free', points: -10}
engagement:
  rules:
    - {rule: whitepaper, event: Read, points: 20, say: Ask who runs the roll-out.}
    - {rule: pricing, event: Page Viewed, points: 5, title: Pricing page}
    - {rule: demo_request, event: Demo Requested, points: 40}
qualify:
  mql: fit >= 10 and score > 40
  hand_raise: demo_request
handoff:
  accept_within: 4 hours
  contact_within: 24 hours
  follow_up: [{do: call, within: 8 hours}, {do: send_offer, within: 3 days}]
"""
_RULES = [
    {"rule": "mid_market", "points": 15.0},
    {"rule": "seniority", "points": 15.0},
    {"rule": "whitepaper", "points": 20.0, "count": 1},
    {"rule": "pricing", "points": 12.5, "count": 3},
]


class Deadline(NamedTuple):
    """A deadline that waits."""

    kind: str
    due_at: int
    step: int = 0
    act: str = "due"


def agreement(**changes: str) -> Agreement:
    """Return the agreement, some of its text replaced."""
    text = _TEXT.strip() + "\n"
    for was, becomes in changes.items():
        assert was in text
        text = text.replace(was, becomes)
    return load(text, file="made")


def about(**changes: Any) -> About:
    """Return what a message is about, some of it otherwise."""
    reasons = {"score": 62.5, "fit": 30.0, "engagement": 32.5, "grade": None, "rules": _RULES}
    made = About(
        lead=Lead(17, "Ann Field", "ann@acme.example", "VP", "Acme"),
        agreement=agreement(),
        episode=5,
        ordinal=1,
        begun_at=NOON,
        hand_raise=False,
        reasons=reasons,
        owner=Someone("sam@ours.example", "Sam"),
        dues=(Deadline("accept", NOON + 4 * HOUR), Deadline("follow_up", NOON + 8 * HOUR)),
    )
    return made._replace(**changes)
