"""A month of what visitors of a made company do, as their clients would send it: late, twice, out of order.

Seeded, so that a failure can be had again. What becomes of the people is not known here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

__all__ = ["AGREEMENTS", "BEGIN", "DAY", "MONTHS", "Delivery", "Visitor", "action", "month"]

SECOND, HOUR, DAY = 1_000_000, 3_600_000_000, 86_400_000_000
BEGIN = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * SECOND

_CRM = """
agreement: crm
timezone: Europe/Berlin
fit:
  max: 50
  rules:
    - {rule: size, when: company.employees >= 50, points: 20}
    - rule: title
      points:
        - {when: "lead.job_title ilike '%chief%'", points: 20}
        - {when: "lead.job_title ilike '%head%'", points: 10}
    - {rule: free_mailbox, when: lead.email_kind = 'free', points: -10}
engagement:
  max: 100
  within: 20 days
  decay: half-life 7 days
  groups: {mail: {max: 10}}
  rules:
    - {rule: pricing, event: Page Viewed, where: path like '/pricing%', points: 12, at_most: 1 per day}
    - {rule: visits, event: Page Viewed, distinct: session_id, at_least: 3, within: 10 days, points: 8}
    - {rule: paper, event: Content Downloaded, distinct: title, points: 15}
    - {rule: mail_click, group: mail, event: Email Link Clicked, points: 4}
    - {rule: cart, event: Product Added, where: price > 0, points: "least(price / 10, 20)"}
    - {rule: trial, event: Trial Started, points: 40}
    - {rule: left, event: Unsubscribed, points: -30, decay: none, within: forever}
    - {rule: quiet, silent_for: 5 days, points: -7}
qualify:
  mql: score >= 40 and (paper or visits) or points(cart) > 15
  hand_raise: trial and fit >= 0
  never: lead.unsubscribed
"""
_WEBINAR = """
agreement: webinar
fit:
  rules: [{rule: german, when: company.country = 'DE', points: 10}]
  grades: {A: 10}
engagement:
  rules:
    - {rule: seen, event: Webinar Attended, points: 10, decay: linear 30 days}
    - {rule: from_ads, event: Page Viewed, where: channel = 'paid', points: 3, at_most: 2 per week}
qualify: {mql: "grade = 'A' and engagement >= 10 or engagement >= 18"}
"""
AGREEMENTS = (_CRM, _WEBINAR)

# Each database has its own; there are as many more as somebody has time for.
MONTHS = range(10 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1)


class Delivery(NamedTuple):
    """What one request brings, and when."""

    received_at: int
    items: list[dict[str, Any]]


@dataclass
class Visitor:
    """Somebody who does things; clients know only some of it."""

    name: str
    browsers: list[str]
    email: str
    user: str | None
    company: str | None
    known: bool = False
    done: list[str] = field(default_factory=list)


def month(*, seed: int, people: int = 60, days: int = 30) -> Iterator[Delivery]:
    """Yield the deliveries of some days in the order in which they are received."""
    random = Random(seed)
    cast = [_person(random, number) for number in range(people)]
    happened = sorted(
        (BEGIN + int(random.uniform(0, days) * DAY), random.randrange(people))
        for _ in range(people * days // 3)
    )
    deliveries: list[Delivery] = []
    for number, (at, who) in enumerate(happened):
        items = list(_session(random, cast[who], at, f"m{number}"))
        delay = (
            random.choice([SECOND // 5, SECOND // 5, 2 * SECOND, HOUR, 2 * DAY])
            if random.random() < 0.3
            else 90_000
        )
        last = max(item["_at"] for item in items)
        deliveries.append(Delivery(last + delay, [_stamped(item) for item in items]))
        if random.random() < 0.1:  # a client that was not answered sends it again, perhaps in other parts
            again = random.sample(items, random.randint(1, len(items)))
            deliveries.append(
                Delivery(last + delay + random.randrange(HOUR), [_stamped(item) for item in again])
            )
    yield from sorted(deliveries, key=lambda each: each.received_at)


def _person(random: Random, number: int) -> Visitor:
    domain = random.choice(["acme.example.com", "bolt.example.org", "corp.de", "gmail.com", "mail.co.uk"])
    shared = f"shared-{number % 5}" if random.random() < 0.2 else None
    browsers = [f"b{number}-{k}" for k in range(random.randint(1, 2))]
    return Visitor(
        name=f"p{number}",
        browsers=[*browsers, shared] if shared else browsers,
        email=f"Person{number}@{domain}",
        user=f"u{number}" if random.random() < 0.6 else None,
        company=random.choice([None, "acme", "bolt"]),
    )


def _session(random: Random, who: Visitor, at: int, name: str) -> Iterator[dict[str, Any]]:
    browser = random.choice(who.browsers)
    says_who = who.known and who.user is not None and random.random() < 0.7
    for place in range(random.randint(1, 4)):
        at += random.randrange(1, 40 * 60) * SECOND
        item: dict[str, Any] = {"messageId": f"{name}-{place}", "anonymousId": browser, "_at": at}
        if says_who:
            item["userId"] = who.user
        yield item | action(random, who)


def action(random: Random, who: Visitor) -> dict[str, Any]:
    """Return something that somebody does, as a client would say it but for who and when."""
    match random.choices(
        ["page", "paper", "cart", "mail", "form", "who", "group", "webinar", "trial", "leave", "stay"],
        [30, 6, 5, 8, 4, 6, 3, 4, 1, 1, 1],
    )[0]:
        case "page":
            path = random.choice(["/", "/pricing", "/pricing/teams", "/blog"])
            query = random.choice(["", "?utm_source=google&utm_medium=cpc", "?gclid=abc"])
            return {"type": "page", "properties": {"url": f"https://made.example{path}{query}"}}
        case "paper":
            return _track("Content Downloaded", title=random.choice(["Guide", "Report", None]))
        case "cart":
            return _track("Product Added", price=random.choice([5, 120, 300.5, "80", None, -4]))
        case "mail":
            return _track("Email Link Clicked", email_id=f"e{random.randrange(6)}", email=who.email)
        case "form":
            who.known = True
            return _track("Form Submitted", form_id="f1", email=who.email.upper())
        case "who":
            who.known = True
            title = random.choice(["Chief of Things", "Head of Things", "Thinker", None])
            said = {"type": "identify", "traits": {"email": who.email, "jobTitle": title}}
            return said | ({"userId": who.user} if who.user else {})
        case "group" if who.company:
            size, country = random.choice([20, 60, 500]), random.choice(["DE", "US"])
            return {
                "type": "group",
                "groupId": who.company,
                "traits": {"employees": size, "country": country},
            }
        case "webinar":
            return _track("Webinar Attended", title="Made")
        case "trial":
            return _track("Trial Started")
        case "leave":
            return _track("Unsubscribed")
        case _:
            return _track("Subscribed")


def _track(event: str, **properties: object) -> dict[str, Any]:
    return {"type": "track", "event": event, "properties": properties}


def _stamped(item: dict[str, Any]) -> dict[str, Any]:
    at = datetime.fromtimestamp(item["_at"] / SECOND, tz=UTC).isoformat()
    return {name: value for name, value in item.items() if name != "_at"} | {"timestamp": at}
