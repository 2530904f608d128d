"""A story of a few people, told to the system message by message: what tests of the read API ask about."""

from __future__ import annotations

from datetime import datetime

from handraiser.facts.instants import microseconds_of
from tests.live.company import Clock, publish, send, worker

__all__ = ["AGREEMENTS", "BEGIN", "SCRIPT", "at", "tell"]

SCRIPT = "<script>alert(1)</script>"
AGREEMENTS = (
    """
agreement: crm
title: New business
fit:
  rules:
    - {rule: chief, when: "lead.job_title ilike 'chief%'", points: 20}
    - {rule: size, when: company.employees >= 50, points: 5}
  grades: {A: 20}
engagement:
  within: 20 days
  decay: half-life 7 days
  rules:
    - {rule: pricing, event: Page Viewed, where: path like '/pricing%', points: 10, at_most: 1 per day}
    - {rule: trial, event: Trial Started, points: 40}
qualify: {mql: score >= 50}
""",
    """
agreement: webinar
fit: {rules: [{rule: known, when: lead.email is not null, points: 0}]}
engagement:
  rules:
    - {rule: seen, event: Page Viewed, points: 1}
qualify: {mql: score >= 2}
""",
)
BEGIN = microseconds_of("2026-03-01", option="at")


def at(text: str) -> int:
    """Return an instant of the story: a day and a time in March."""
    return int(datetime.fromisoformat(f"2026-03-{text}:00+00:00").timestamp()) * 1_000_000


def tell() -> None:
    """Have all of it happen: Ann looks around, says who she is, is the user `u7`, starts a trial.

    Somebody else, `b9`, only looks around. The user `u5` turns out to be who looked around as `b5`.
    """
    publish(AGREEMENTS[:1], BEGIN)
    publish(AGREEMENTS[1:], BEGIN, shadow=True)
    clock = Clock(BEGIN)
    working = worker(clock)
    for number, (when, message) in enumerate(_MESSAGES):
        clock.at = at(when)
        stamp = f"2026-03-{when}:00Z"
        send([{"messageId": f"m{number}", "timestamp": stamp, **message}], clock.at)
        clock.at += 1_000_000
        working.settle()


def _page(path: str, **who: str) -> dict[str, object]:
    return {"type": "page", **who, "properties": {"url": f"https://made.example{path}", "title": SCRIPT}}


_MESSAGES: list[tuple[str, dict[str, object]]] = [
    ("02T09:00", _page("/pricing", anonymousId="b1")),
    ("02T09:05", _page("/blog", anonymousId="b9")),
    ("02T09:10", _page("/pricing/teams", anonymousId="b1")),
    ("03T10:00", {
        "type": "track", "event": "Form Submitted", "anonymousId": "b1",
        "properties": {"form_id": "f1", "email": "Ann@Acme.example"},
    }),
    ("04T10:00", {
        "type": "identify", "userId": "u7",
        "traits": {"email": "ann@acme.example", "jobTitle": "Chief of <Things>", "bio": SCRIPT},
    }),
    ("05T10:00", {"type": "group", "userId": "u7", "groupId": "acme", "traits": {"employees": 80}}),
    ("06T10:00", {"type": "track", "event": "Trial Started", "userId": "u7", "properties": {}}),
    ("07T10:00", _page("/pricing", userId="u7", anonymousId="b2")),
    ("08T09:00", _page("/", anonymousId="b5")),
    ("08T09:10", {"type": "identify", "userId": "u5", "traits": {}}),
    ("08T09:20", {"type": "track", "event": "Trial Started", "userId": "u5", "anonymousId": "b5"}),
]  # fmt: skip
