"""The course of a score passes through what the score was, and tells what moved it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from databases import empty_database
from engine import examples, microseconds, opened, prepared
from handraiser.agreement import load
from handraiser.scoring.course import Course, course
from handraiser.scoring.match import match
from handraiser.scoring.score import prepare
from handraiser.tables import open_inputs
from oracle import Oracle
from strategies import cases
from strategies_times import THEMES

PLAIN = """
agreement: plain
fit: {rules: [{rule: chief, when: lead.chief, points: 5}]}
engagement:
  rules:
    - {rule: paper, event: Paper, points: 10, at_most: 1 per day}
    - {rule: visit, event: Visit, points: 1}
qualify: {mql: score >= 50}
recycle: {forget_engagement: true}
"""
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@examples(4)
@given(data=st.data())
def test_it_passes_through_what_the_oracle_says(data: st.DataObject) -> None:
    case = data.draw(cases(data.draw(st.sampled_from(THEMES))))
    since, until = microseconds(min(case.instants)), microseconds(max(case.instants))
    with opened(case) as inputs:
        ready = prepared(case, inputs)
        ids = ready.matched.leads.ids.to_pylist()
        lead = data.draw(st.sampled_from(sorted(ids)))
        found = course(ready, ids.index(lead), since=since, until=until)
    oracle = Oracle(case.agreement, case.leads, case.companies, case.events, case.outcomes)
    asked = [*found.points[:: max(1, len(found.points) // 8)], *found.points[-1:], *found.turns[:8]]
    assert [each.score for each in asked] == [oracle.score(lead, each.at).score for each in asked]
    instants = [point.at for point in found.points]
    assert instants == sorted(set(instants))
    assert {turn.at for turn in found.turns} <= set(instants)


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def of_ann(events: list[tuple[str, float]], *, recycled: float | None = None) -> Course:
    """The course of Ann's score, who is a chief from the tenth day on, over a hundred days."""
    leads = [
        {"lead_id": "ann", "created_at": BEGIN, "valid_from": BEGIN, "chief": False},
        {"lead_id": "ann", "created_at": BEGIN, "valid_from": day(10), "chief": True},
    ]
    rows = [{"lead_id": "ann", "event": name, "occurred_at": day(at)} for name, at in events]
    said = None if recycled is None else [{"lead_id": "ann", "stage": "recycled", "at": day(recycled)}]
    agreement = load(PLAIN.strip() + "\n", file="made")
    with empty_database() as con:
        inputs = open_inputs(leads=leads, events=rows, outcomes=said, con=con)
        ready = prepare(agreement, match(agreement, inputs, threads=1))
        return course(ready, 0, since=microseconds(day(-50)), until=microseconds(day(100)))


def told(found: Course) -> list[tuple[int, float, list[tuple[str, float, bool]]]]:
    return [
        (
            (turn.at - microseconds(BEGIN)) // 86_400_000_000,
            turn.score,
            [tuple(each) for each in turn.changes],
        )
        for turn in found.turns
    ]


def test_what_moved_it_is_told_and_what_did_not_is_left_out() -> None:
    found = of_ann([("Paper", 2), ("Paper", 2.1), ("Visit", 20)], recycled=30)
    assert found.points[0].at == microseconds(BEGIN)
    assert told(found) == [
        (2, 10, [("paper", 10, False)]),  # the second of the day counts for nothing
        (10, 15, [("chief", 5, True)]),
        (20, 16, [("visit", 1, False)]),
        (30, 5, [("paper", -10, False), ("visit", -1, False)]),
    ]


@pytest.mark.parametrize("many", [96, 3_000])
def test_very_many_events_are_few_steps_that_add_up(many: int) -> None:
    found = of_ann([("Visit", 20 + 60 * number / many) for number in range(many)])
    assert len(found.turns) <= 97
    assert sum(turn.many for turn in found.turns) == many + 1
    assert sum(each.points for turn in found.turns for each in turn.changes) == many + 5
    assert found.points[-1].score == many + 5
    assert len(found.points) < 400
