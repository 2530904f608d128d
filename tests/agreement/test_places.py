"""Who writes a rule, or a key, in the wrong place is told the right one, once."""

from __future__ import annotations

import pytest
from agreement_texts import event_rule, expected, fit_rule, fixes, found_in, written

EVENT_RULES = {
    "a rule on events": "{rule: visit, event: Page Viewed, within: 30 days, points: 5}",
    "one with more keys": "{rule: visit, event: V, where: path = 'x', at_least: 2, say: Call., points: 5}",
    "a silence rule": "{rule: visit, silent_for: 30 days, points: -5}",
    "one in a group of engagement": "{rule: visit, event: V, group: mail, points: 5}",
}


@pytest.mark.parametrize("case", EVENT_RULES)
def test_a_rule_of_engagement_under_fit_is_told_once_to_move(case: str) -> None:
    text = written(
        fit=f"  rules:\n  - ‸{EVENT_RULES[case]}",
        engagement="  groups: {mail: {}}\n  rules:\n  - {rule: other, event: V, group: mail, points: 1}",
        qualify="  mql: visit and score > 1",
    )
    assert found_in(text) == expected(text, "HR107")
    assert fixes(text) == ["Move the rule to the `rules` of `engagement`."]


def test_what_else_is_wrong_with_a_rule_in_the_wrong_place_is_told_as_of_its_own_kind() -> None:
    text = written(
        fit="  rules:\n  - ‸{rule: late, event: V, ‸witin: 3 days, points: 1}",
        qualify="  mql: count(late) > 1",
    )
    assert found_in(text) == expected(text, "HR107", "HR101")


FIT_RULES = {
    "a rule on attributes": "{rule: usa, when: company.country = 'US', points: 5}",
    "one with points of an expression": "{rule: usa, when: lead.x > 1, points: lead.x}",
    "one with bands": "{rule: usa, points: [{when: lead.x > 1, points: 2}]}",
}


@pytest.mark.parametrize("case", FIT_RULES)
def test_a_fit_rule_under_engagement_is_told_once_to_move(case: str) -> None:
    text = written(engagement=f"  rules:\n  - ‸{FIT_RULES[case]}", qualify="  mql: usa")
    assert found_in(text) == expected(text, "HR107")
    assert fixes(text) == ["Move the rule to the `rules` of `fit`."]


def test_a_rule_with_event_and_when_keeps_the_place_it_has() -> None:
    text = event_rule("    event: V\n    points: 1\n    ‸when: lead.x = 1")
    assert found_in(text) == expected(text, "HR107")
    assert fixes(text)[0].startswith("A rule on events has `where`")


def test_where_in_a_fit_rule_is_not_told_as_a_when_that_is_missing_too() -> None:
    text = fit_rule("    ‸where: x = 1\n    points: 1")
    assert found_in(text) == expected(text, "HR107")


OF_FIT_OR_ENGAGEMENT = (
    "Rules stand under `fit: {rules: …}` (who they are) and `engagement: {rules: …}` (what they do)."
)


@pytest.mark.parametrize(
    ("key", "fix"),
    [
        ("rules", OF_FIT_OR_ENGAGEMENT),
        ("scoring", OF_FIT_OR_ENGAGEMENT),
        ("scoring_rules", OF_FIT_OR_ENGAGEMENT),
        ("criteria", OF_FIT_OR_ENGAGEMENT),
        ("name", "The agreement's name stands behind `agreement:`."),
        ("threshold", "Write it as a condition: `qualify: {mql: score >= 50}`."),
        ("demographics", "Rules on who they are stand under `fit: {rules: …}`."),
        ("behavior", "Rules on what they do stand under `engagement: {rules: …}`."),
        ("sla", "What sales promises stands under `handoff`."),
        ("mql", "`mql` belongs in qualify."),
        ("grades", "`grades` belongs in fit."),
        ("recyle", "Did you mean `recycle`?"),
    ],
)
def test_a_key_from_elsewhere_is_told_its_place(key: str, fix: str) -> None:
    text = written(more=f"‸{key}: {{}}")
    assert found_in(text) == expected(text, "HR101")
    assert fixes(text) == [fix]
