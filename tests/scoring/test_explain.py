"""An explanation adds up to the score it explains, and says what the oracle says."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from databases import empty_database
from engine import examples, microseconds, opened
from handraiser.agreement import load
from handraiser.scoring.explain import explain_lead, moment
from handraiser.scoring.explanation import Condition, Explanation, GroupSum, RulePoints
from handraiser.tables import open_inputs
from oracle import Oracle
from oracle_hits import hits
from strategies import cases
from strategies_times import THEMES


def rounded(value: float) -> float:
    return math.floor(value * 1e6 + 0.501) / 1e6


def clamped(value: float, limits: Any) -> float:
    low = -math.inf if limits.min is None else limits.min
    high = math.inf if limits.max is None else limits.max
    return min(max(value, low), high)


@pytest.mark.parametrize("theme", THEMES)
@examples(8)
@given(data=st.data())
def test_it_adds_up_and_says_what_the_oracle_says(theme: str, data: st.DataObject) -> None:
    case = data.draw(cases(theme))
    lead = data.draw(st.sampled_from(case.lead_ids))
    at = data.draw(st.sampled_from(case.instants))
    with opened(case) as inputs:
        why = explain_lead(load(case.text), inputs, lead=lead, at=microseconds(at))
    check_points_add_up_to_the_score_exactly(why)
    oracle = Oracle(case.agreement, case.leads, case.companies, case.events, case.outcomes)
    check_it_says_what_the_oracle_says(why, oracle, lead, at)


def check_points_add_up_to_the_score_exactly(why: Explanation) -> None:
    for rule in why.rules:
        if rule.hits and rule.hits[0].points is not None:
            given = math.fsum(hit.points or 0.0 for hit in rule.hits)
            assert given == pytest.approx(rule.sum, abs=1e-9, rel=1e-12)
        assert rounded(clamped(rule.sum, rule)) == rule.points
    points = {(rule.section, rule.group): 0.0 for rule in why.rules}
    for rule in why.rules:
        points[rule.section, rule.group] += rule.points
    for group in why.groups:
        check_clamp(points[group.section, group.name], group)
    fit, engagement, score = why.sums
    for total in (fit, engagement):
        parts = points.get((total.name, None), 0.0)
        parts += sum(group.points for group in why.groups if group.section == total.name)
        check_clamp(parts, total)
    check_clamp(fit.points + engagement.points, score)
    assert (why.fit, why.engagement, why.score) == (fit.points, engagement.points, score.points)


def check_clamp(parts: float, total: GroupSum) -> None:
    """Of thousands of millions the last bit is worth more than the sixth digit."""
    assert total.sum == pytest.approx(rounded(parts), rel=1e-15, abs=0)
    assert total.points == pytest.approx(rounded(clamped(parts, total)), rel=1e-15, abs=0)


def check_it_says_what_the_oracle_says(why: Explanation, oracle: Oracle, lead: str, at: datetime) -> None:
    want = oracle.score(lead, at)
    assert {rule.rule: rule.holds for rule in why.rules} == want.holds
    assert {rule.rule: rule.points for rule in why.rules} == want.points
    assert {rule.rule: rule.count for rule in why.rules if rule.count is not None} == want.counts
    assert {each.name: each.points for each in why.groups} == want.groups
    assert why.qualified == want.qualified
    assert (why.score, why.fit, why.engagement, why.grade) == (
        want.score,
        want.fit,
        want.engagement,
        want.grade,
    )
    for said, truth in ((why.mql, want.mql), (why.hand_raise, want.hand_raise), (why.never, want.never)):
        if said is not None:
            assert said.holds is truth
            assert_parts_make_the_whole(said)
    for rule in why.rules:
        if rule.count is not None:
            assert_hits_are_those_of(oracle, rule, lead, at)
    assert why.missing == oracle.missing(lead, at)
    until = oracle.until(lead, at)
    assert why.until == (None if until is None else moment(until))
    begun = [(moment(episode.mql_at), episode.hand_raise) for episode in oracle.episodes(lead, at)]
    assert [(episode.mql_at, episode.hand_raise) for episode in why.episodes] == begun


def assert_parts_make_the_whole(condition: Condition) -> None:
    truths = [part.holds for part in condition.parts]
    if condition.joined == "and":
        assert condition.holds is (False if False in truths else None if None in truths else True)
    elif condition.joined == "or":
        assert condition.holds is (True if True in truths else None if None in truths else False)
    elif condition.joined == "not":
        assert condition.holds is (None if truths[0] is None else not truths[0])
    if condition.value is not None and condition.bound is not None:
        assert condition.distance == round(abs(condition.value - condition.bound), 6)
    for part in condition.parts:
        assert_parts_make_the_whole(part)


def assert_hits_are_those_of(oracle: Oracle, rule: RulePoints, lead: str, at: datetime) -> None:
    want = oracle.score(lead, at).contributions[rule.rule]
    assert len(rule.hits) == len(want) == rule.count
    for hit, one in zip(rule.hits, want, strict=True):
        assert microseconds(hit.occurred_at) == one.hit.event.occurred_at
        if one.points is None:
            assert (hit.weight, hit.factor, hit.points) == (None, None, None)
        else:
            assert hit.weight == one.hit.weight
            assert hit.points == pytest.approx(one.points, rel=1e-12, abs=1e-12)
    kept, dropped = oracle.kept(lead, rule.rule, at), oracle.dropped(lead, rule.rule, at)
    by_machines = [one for one in rule.dropped if one.why == "made by a machine"]
    assert len(rule.hits) + len(rule.dropped) - len(by_machines) == len(kept) + len(dropped)
    as_written = oracle.agreement.rules[rule.rule]
    as_if = hits(oracle.agreement, oracle.facts, replace(as_written, machines=True), lead)
    left_out = [hit for hit in as_if if hit.event.machine and hit.begins <= microseconds(at)]
    assert [microseconds(one.occurred_at) for one in by_machines] == (
        [] if as_written.machines else [hit.occurred_at for hit in left_out]
    )


# ---- what it says, word by word

DAY = "2026-03-{:02}T12:00:00Z"


def why(text: str, *events: dict[str, Any], lead: dict[str, Any] | None = None, **inputs: Any) -> Explanation:
    at = inputs.pop("at", datetime(2026, 3, 31, 12, tzinfo=UTC))
    rows = [{"lead_id": "ann"} | (lead or {})]
    given = [{"lead_id": "ann", "occurred_at": DAY.format(30)} | event for event in events]
    with empty_database() as con:
        opened = open_inputs(leads=rows, events=given, con=con, **inputs)
        return explain_lead(load(text), opened, lead="ann", at=microseconds(at))


def agreement(rules: str, mql: str, more: str = "") -> str:
    return (
        f"agreement: it\nfit: {{rules: []}}\nengagement:\n  rules: [{rules}]\n"
        f'qualify:\n  mql: "{mql}"\n{more}'
    )


VISIT = "{rule: visit, event: Visit, points: 10}"


def test_of_a_comparison_it_says_both_sides_and_how_far_apart_they_are() -> None:
    mql = why(agreement(VISIT, "score >= 25 or 5 > score"), {"event": "Visit"}).mql
    short, other = mql.parts
    assert (short.sign, short.value, short.bound, short.distance) == (">=", 10, 25, 15)
    # The constant is the bound, on whichever side it was written.
    assert (other.sign, other.value, other.bound, other.distance) == ("<", 10, 5, 5)


@pytest.mark.parametrize(
    ("condition", "holds", "bound", "distance"),
    [
        ("score between 15 and 40", False, 15, 5),
        ("score between 2 and 40", True, 2, 8),
        ("score not between 15 and 40", True, 15, 5),
        ("score in (9, 12, 40)", False, 9, 1),
        ("score not in (9, 10)", False, 10, 0),
    ],
)
def test_of_between_and_in_it_says_the_bound_that_decides(
    condition: str, holds: bool, bound: float, distance: float
) -> None:
    mql = why(agreement(VISIT, condition), {"event": "Visit"}).mql
    assert (mql.text, mql.holds, mql.value) == (condition, holds, 10)
    assert (mql.bound, mql.distance, mql.parts) == (bound, distance, [])


def test_hits_under_at_least_have_no_points_of_their_own() -> None:
    text = agreement("{rule: visits, event: Visit, points: 5, at_least: 2}", "visits")
    rule = why(text, {"event": "Visit"}, {"event": "Visit"}, {"event": "Visit"}).rules[0]
    assert (rule.count, rule.sum, rule.points) == (3, 5, 5)
    assert [(hit.weight, hit.factor, hit.points) for hit in rule.hits] == [(None, None, None)] * 3


def test_what_is_missing_is_weighed_by_the_last_hit_as_ids_tell_it() -> None:
    text = agreement("{rule: cart, event: Cart, points: price, within: 1 hours}", "score > 1")
    first, last = {"event_id": None, "price": 100}, {"event_id": "e", "price": 0}
    for events in ((first, last), (last, first)):
        assert why(text, *({"event": "Cart"} | event for event in events)).missing == {"cart": None}


def test_it_says_why_an_event_was_dropped() -> None:
    rules = (
        "{rule: once, event: Visit, points: 1, at_most: 1 per day},"
        "{rule: apart, event: Visit, points: 1, distinct: page},"
        "{rule: recent, event: Visit, points: 1, within: 36 hours}"
    )
    old, first, second = (
        {"event": "Visit", "page": "a", "occurred_at": at}
        for at in (DAY.format(1), "2026-03-30T12:00:00Z", "2026-03-30T12:00:01Z")
    )
    once, apart, recent = why(agreement(rules, "score > 9"), old, first, second).rules
    assert [one.why for one in once.dropped] == ["at most 1 per day"]
    assert [one.why for one in apart.dropped] == ["the same page has counted already"] * 2
    assert [one.why for one in recent.dropped] == ["36 hours or more ago"]
    assert apart.dropped[0].properties == {"page": "a"}


def test_it_says_which_events_do_not_count_because_machines_made_them() -> None:
    rules = (
        "{rule: click, event: Click, points: 1, where: page = 'a'},"
        "{rule: all, event: Click, points: 1, machines: count}"
    )
    machine = {"event": "Click", "page": "a", "verdict": "machine"}
    click, every = why(
        agreement(rules, "score > 9"),
        machine | {"event_id": "m1", "page": "a"},
        machine | {"page": "b"},
        {"event": "Click", "page": "a"},
    ).rules
    assert [(one.why, one.event_id) for one in click.dropped] == [("made by a machine", "m1")]
    assert (len(click.hits), len(every.hits), every.dropped) == (1, 3, [])


def test_hits_of_before_a_recycle_are_dropped_as_forgotten() -> None:
    text = agreement(VISIT, "score > 5", "recycle: {forget_engagement: true}")
    outcome = {"lead_id": "ann", "stage": "recycled", "at": DAY.format(30)}
    found = why(text, {"event": "Visit"}, outcomes=[outcome])
    assert [one.why for one in found.rules[0].dropped] == ["before the lead was recycled"]
    assert found.rules[0].hits == []


def test_it_names_the_attributes_that_held_the_derived_ones_too() -> None:
    lead = {"country": "US", "email": "ann@gmail.com", "seats": 5}
    found = why(agreement(VISIT, "score > 5"), {"event": "Unsubscribed"}, lead=lead).attributes
    assert found["lead.country"] == "US"
    assert found["lead.seats"] == "5"
    assert found["lead.email_kind"] == "free"
    assert found["lead.unsubscribed"] == "true"


def test_a_lead_without_a_row_cannot_be_explained() -> None:
    inputs = open_inputs(leads=[{"lead_id": "ann"}], events=[], threads=1)
    with pytest.raises(LookupError):
        explain_lead(load(agreement(VISIT, "score > 5")), inputs, lead="ben", at=0)
    inputs.con.close()
