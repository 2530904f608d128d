"""An example of each message: what `docs/webhooks.md` shows, and what is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handraiser.handoff.messages import ERASED, Happened, Someone, body, told, told_of_erasure, told_of_mql
from tests.outbox.told import HOUR, NOON, Deadline, about

__all__ = ["OF_ERASURE", "OWN", "examples"]

SAM, MIA = "sam@ours.example", "mia@ours.example"
AT = NOON + HOUR
ACCEPT = Deadline("accept", NOON + 4 * HOUR)
HAPPENED = {
    "lead.assigned": Happened(AT, was="bo@ours.example", why="route 1, team emea: their turn"),
    "lead.reminder": Happened(
        NOON + 2 * HOUR, due=Deadline("accept", NOON + 2 * HOUR, act="remind"), share=0.5
    ),
    "lead.due": Happened(NOON + 4 * HOUR, due=ACCEPT),
    "lead.escalated": Happened(NOON + 4 * HOUR, due=ACCEPT, became=MIA),
    "lead.unassigned": Happened(AT, why="team emea: everybody is away, and there is no fallback"),
    "lead.accepted": Happened(AT, SAM),
    "lead.contacted": Happened(AT, SAM, did="call"),
    "lead.paused": Happened(AT, SAM, "waiting for the lead"),
    "lead.resumed": Happened(AT, SAM),
    "lead.recycled": Happened(AT, SAM, "no_budget", "Asks us to call again in autumn."),
    "lead.disqualified": Happened(AT, SAM, "competitor"),
    "lead.sql": Happened(AT, SAM, note="Budget is there, decides in May."),
    "lead.opportunity": Happened(AT, SAM, amount=12_000.0, currency="EUR", expected_close="2026-06-30"),
    "lead.customer": Happened(AT, SAM, amount=11_500.0, currency="EUR"),
    "lead.lost": Happened(AT, SAM, "price", competitor="Rival"),
    "lead.expired": Happened(AT),
    "lead.reopened": Happened(AT, SAM),
    "lead.merged": Happened(AT, into=9),
    "lead.undone": Happened(AT, SAM, was="recycled", became="sal"),
}
OWN = frozenset({"text", "at", "by", "reason", "note", "from", "to", "did", "into", "amount", "currency",
                 "expected_close", "competitor", "promise", "next"})  # fmt: skip
OF_ERASURE = frozenset({"lead"})
"""What a message has that nothing is left to tell of."""


def examples() -> Iterator[dict[str, Any]]:
    """Yield a message of each kind: the first whole, the others without what they share with it."""
    whole: Any = body("lead.mql", NOON, told_of_mql(about()))
    whole["data"]["agreement"]["fingerprint"] = "…"
    yield whole
    for kind, happened in HAPPENED.items():
        nobodys = {"lead.unassigned": about(owner=None)}.get(kind, about(owner=Someone(SAM, "Sam")))
        data = told(kind, nobodys, happened)
        yield body(kind, happened.at, {name: data[name] for name in data if name in OWN})
    yield body(ERASED, AT, told_of_erasure(17, AT))
