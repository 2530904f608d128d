"""An agreement read out: everything that counts is said, once, in words."""

from __future__ import annotations

import pytest

from handraiser.agreement import load
from handraiser.agreement.spoken import Chapter, Line, spoken
from handraiser.edge.acme.company import AGREEMENTS, agreement_text

TEXT = """
agreement: crm
fit:
  max: 50
  groups: {size: {max: 20}}
  rules:
    - {rule: big, title: 100 people or more, when: lead.size >= 100, points: 15, group: size}
    - {rule: free, when: lead.email_kind = 'free', points: -10}
  grades: {A: 30, B: 10}
engagement:
  within: 90 days
  decay: half-life 30 days
  rules:
    - {rule: paper, event: Content Downloaded, points: 10, at_most: 1 per day, say: They read our paper.}
    - {rule: quiet, silent_for: 60 days, points: -5}
qualify: {mql: fit >= 10 and score > 40, hand_raise: demo, never: company.is_customer}
handoff:
  hours: {mon-fri: "09:00-17:00"}
  accept_within: 4 business hours
  contact_within: 2 business days
  hand_raise: {accept_within: 30 minutes}
  remind_at: [50%]
  escalate_at: [{at: 100%, to: manager}]
  expire_after: 14 days
  route: [{when: "company.country = 'US'", to: team americas}, {to: team emea}]
recycle:
  requalify_after: 30 days
  reasons: {not_ready: {}, spam: {disqualify: true}, no_budget: {requalify_after: 180 days}}
targets: {mqls_per_month: 40, accepted_in_time: 90%}
"""


def said(text: str) -> dict[str, list[Line]]:
    return {chapter.heading: chapter.lines for chapter in spoken(load(text, file="made"))}


def says(chapters: dict[str, list[Line]], heading: str) -> list[str]:
    return [line.says for line in chapters[heading]]


def test_it_is_read_out_chapter_by_chapter() -> None:
    demo = "    - {rule: demo, event: Demo Requested, points: 40}\n"
    chapters = said(TEXT.replace("qualify: {mql", f"{demo}qualify: {{mql"))
    assert says(chapters, "Who is handed to sales") == [
        "A lead is an MQL with at least 10 points of fit and more than 40 points.",
        "It is one at once, whatever its score, with “demo”: it asks for sales itself.",
        "It is never one if this holds: the company is a customer.",
    ]
    assert says(chapters, "Who they are: fit") == [
        "Gives 15 points if the lead's size is at least 100; it is of the group size.",
        "Takes 10 points if the lead's email kind is free.",
        "All of the group size together gives at most 20 points.",
        "All of fit together gives at most 50 points.",
    ]
    assert chapters["What they do: engagement"][0] == Line(
        "Gives 10 points for each Content Downloaded, at most 1 per day, for 90 days, "
        "half its worth after 30 days.",
        rule="paper",
        called="Paper",
        say="They read our paper.",
    )
    assert says(chapters, "The score")[1:] == [
        "The grade is A from 30 points of fit.",
        "The grade is B from 10 points of fit, where it is no better.",
    ]
    assert says(chapters, "What sales promises") == [
        "Sales accepts or sends back within 4 business hours.",
        "Sales makes contact within 2 business days.",
        "Of who asks for sales itself: sales accepts or sends back within 30 minutes.",
        "Business time runs Mon–Fri 09:00–17:00, by the clock of UTC.",
        "Who has it is reminded when 50 % of a promise's time is over.",
        "When the time for a promise runs out, the manager is told at 100 %.",
        "What nobody answers goes back to marketing after 14 days.",
        "Leads go to team americas if the company's country is US, else team emea.",
    ]
    assert says(chapters, "When sales sends one back") == [
        "Not ready: it may become an MQL again after 30 days.",
        "Spam: it is closed for good.",
        "No budget: it may become an MQL again after 180 days.",
    ]
    assert says(chapters, "What both aim for") == ["40 MQLs a month.", "90 % are accepted in time."]


@pytest.mark.parametrize("name", sorted(AGREEMENTS))
def test_every_rule_is_said_once(name: str) -> None:
    agreement = load(agreement_text(name), file=name)
    rules = [line.rule for chapter in spoken(agreement) for line in chapter.lines if line.rule]
    assert rules == [rule.name for rule in (*agreement.fit.rules, *agreement.engagement.rules)]


def test_what_it_has_none_of_is_not_mentioned() -> None:
    small = (
        "agreement: a\nfit: {rules: []}\n"
        "engagement: {rules: [{rule: b, event: C, points: 5}]}\nqualify: {mql: score > 5}\n"
    )
    assert [each.heading for each in spoken(load(small, file="a"))] == [
        "Who is handed to sales",
        "What they do: engagement",
        "The score",
    ]
    assert isinstance(spoken(load(small, file="a"))[0], Chapter)
