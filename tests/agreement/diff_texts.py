"""Two agreements to compare, one calm and one not, and what comes of writing some of them otherwise."""

from __future__ import annotations

from handraiser.agreement import load
from handraiser.agreement.diff import Change, Effect, diff

LOOSER, STRICTER, NEUTRAL, DEPENDS = Effect.LOOSER, Effect.STRICTER, Effect.NEUTRAL, Effect.DEPENDS

# Nothing of it comes back with time, and nobody qualifies without a hit.
CALM = """
agreement: crm
lists: {rivals: [rival.example]}
fit:
  rules:
    - {rule: mid_market, title: 50 to 500 employees, when: company.employees between 50 and 500, points: 15}
    - {rule: free_mailbox, when: lead.email_kind = 'free', points: -10}
    - rule: seniority
      points:
        - {when: "lead.job_title ilike '%chief%'", points: 20}
        - {when: "lead.job_title ilike '%head%'", points: 10}
  grades: {A: 30, B: 10}
engagement:
  within: 90 days
  decay: half-life 30 days
  groups: {email: {max: 20}}
  rules:
    - {rule: whitepaper, event: Content Downloaded, where: title = 'Guide', points: 20}
    - {rule: webinar, event: Webinar Attended, points: 10}
    - {rule: pricing, event: Page Viewed, where: path like '/pricing%', points: 15, at_most: 1 per day}
    - {rule: visits, event: Page Viewed, at_least: 3, points: 5}
    - {rule: click, group: email, event: Email Link Clicked, distinct: email_id, points: 3}
    - {rule: cart, event: Product Added, where: price > 0, points: "least(price / 100, 25)"}
    - {rule: unsubscribed, event: Unsubscribed, points: -30, within: forever, decay: none}
    - {rule: looked, event: Blog Viewed, points: 0}
    - {rule: demo, event: Demo Requested, points: 0}
qualify:
  mql: grade in ('A', 'B') and score > 50 and (whitepaper or webinar)
  hand_raise: demo
  never: company.is_customer or listed(lead.email_domain, 'rivals')
recycle: {requalify_after: 30 days, reasons: {bad_data: {disqualify: true}, no_budget: {}}}
"""
# The same with penalties that time takes away, so that each hit may be the moment that makes an MQL.
RESTLESS = CALM.replace("within: forever, decay: none", "within: 60 days")


def changed(old: str, new: str, text: str = CALM) -> list[Change]:
    """The changes that come of writing something else in an agreement."""
    assert old in text, old
    return diff(load(text), load(text.replace(old, new, 1)))


def only(old: str, new: str, text: str = CALM) -> Change:
    """The one change that comes of it."""
    (change,) = changed(old, new, text)
    return change


def effect(old: str, new: str, text: str = CALM) -> Effect:
    return only(old, new, text).effect


def back(effect: Effect) -> Effect:
    return {LOOSER: STRICTER, STRICTER: LOOSER}.get(effect, effect)
