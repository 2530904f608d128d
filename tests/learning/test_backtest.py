"""A back-test gives what one would count by hand, and compares agreements person by person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from histories import START, histories, instants, texts
from hypothesis import given
from hypothesis import strategies as st
from plain import Plain

import handraiser as hr
from engine import examples
from handraiser.edge.comparing import Comparison
from handraiser.reports.intervals import rate

END = START + timedelta(days=90)


def a_test(text: str, history: dict[str, Any], **more: Any) -> Comparison:
    against = more.pop("against", None)
    return hr.backtest(
        hr.load(text), **history, **more, against=None if against is None else hr.load(against), threads=1
    )


def by_hand(text: str, history: dict[str, Any], **more: Any) -> Plain:
    return Plain(text, **history, **{"since": None, "until": END, "names": ("tested",), **more})


@given(text=texts, history=histories(), since=st.none() | instants, days=st.integers(5, 90))
@examples(part=3)
def test_every_number_is_what_one_counts_by_hand(
    text: str, history: dict[str, Any], since: Any, days: int
) -> None:
    until = START + timedelta(days=days)
    if since is not None and since >= until:
        since = None
    plain = by_hand(text, history, since=since, until=until)
    found = a_test(text, history, since=since, until=until).test
    assert {name: getattr(found, name) for name in plain.figures()} == pytest.approx(plain.figures())
    assert found.precision_rate == rate(len(plain.reached), len(plain.mqls))
    assert found.recall_rate == rate(len(plain.reached), len(plain.customers))
    months = {month.month: (month.mqls, month.customers) for month in found.by_month}
    assert {month: sizes for month, sizes in months.items() if any(sizes)} == plain.by_month()
    weeks = {week.week: week.mqls for week in found.per_week.weeks}
    assert {week: size for week, size in weeks.items() if size} == plain.by_week()
    assert found.per_week.most == max(plain.by_week().values(), default=0)
    assert [stage.people for stage in found.funnel] == plain.funnel()
    sources = next(each for each in found.by if each.by == "source")
    sizes = {row.value: (row.leads, row.mqls, row.customers, row.customers_reached) for row in sources.rows}
    assert sizes == plain.by_source()
    assert (found.days_to_win.of, found.days_to_mql.of) == (
        len(plain.days_to_win()),
        len(plain.days_to_mql()),
    )


@given(text=texts, history=histories(), rung=st.integers(0, 40))
@examples(part=5)
def test_a_point_of_the_curve_is_a_back_test_with_that_threshold(
    text: str, history: dict[str, Any], rung: int
) -> None:
    found = a_test(text, history, until=END).test
    point = found.curve[min(rung, len(found.curve) - 1)]
    other = text.replace(f"score > {found.threshold:g}", f"score > {point.threshold:g}")
    plain = by_hand(other, history)
    assert (point.mqls, point.customers_reached) == (len(plain.mqls), len(plain.reached))
    assert sum(each.present for each in found.curve) == 1


@given(text=texts, other=texts, history=histories())
@examples(part=4)
def test_who_is_gained_and_lost_is_who_is_an_mql_under_one_only(
    text: str, other: str, history: dict[str, Any]
) -> None:
    found = a_test(text, history, until=END, against=other)
    mine, theirs = by_hand(text, history), by_hand(other, history)
    assert {each.lead_id for each in found.gained} == set(mine.mqls) - set(theirs.mqls)
    assert {each.lead_id for each in found.lost} == set(theirs.mqls) - set(mine.mqls)
    both = set(mine.mqls) & set(theirs.mqls)
    assert found.earlier == sum(mine.mql[lead] < theirs.mql[lead] for lead in both)
    assert found.later == sum(mine.mql[lead] > theirs.mql[lead] for lead in both)
    assert found.against is not None
    assert found.against.mqls == len(theirs.mqls)
    for each in found.gained:
        assert each.mql_at == mine.mql[each.lead_id]
        assert each.score_under_other == theirs.oracle.score(each.lead_id, each.mql_at).score
    assert all(each.reason for each in [*found.gained, *found.lost])


# ---- reasons

PAPER = """
agreement: paper
fit: {rules: [{rule: us, title: In the USA, when: lead.country = 'US', points: 10}]}
engagement:
  rules:
    - {rule: paper, title: Whitepaper, event: Paper, points: 20, within: 30 days}
    - {rule: visit, event: Visit, points: 5, at_most: 2 per day}
qualify:
  mql: score > 38
  never: lead.rival
"""
LEADS = [{"lead_id": "ann", "country": "US", "rival": False}]


def event(day: int, name: str) -> dict[str, Any]:
    return {"lead_id": "ann", "event": name, "occurred_at": f"2026-05-{day:02d}T10:00:00Z"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "within: 30 days",
            "within: 5 days",
            "Whitepaper of 3 May no longer counts (20 → 0 points); it needs score > 38 (had 20).",
        ),
        ("points: 20", "points: 2", "Whitepaper gives 2 points, not 20; it needs score > 38 (had 22)."),
        ("score > 38", "score > 60", "It needs score > 60 (had 40)."),
        (
            "2 per day",
            "1 per day",
            "Visit counts once, not twice (10 → 5 points); it needs score > 38 (had 35).",
        ),
        (
            "{rule: us, title: In the USA, when: lead.country = 'US', points: 10}",
            "{rule: de, when: lead.country = 'DE', points: 10}",
            "In the USA is no rule any more (10 → 0 points); it needs score > 38 (had 30).",
        ),
        ("lead.rival", "lead.country = 'US'", "Never bars it now: lead.country = 'US'."),
    ],
)
def test_why_a_lead_is_lost_is_said_in_words(old: str, new: str, reason: str) -> None:
    history = {
        "leads": LEADS,
        "events": [event(3, "Paper"), event(12, "Visit"), event(12, "Visit")],
        "outcomes": [{"lead_id": "ann", "stage": "lost", "at": "2026-07-01"}],
    }
    found = a_test(PAPER.replace(old, new), history, until="2026-06-30", against=PAPER)
    assert [each.reason for each in found.lost] == [reason]
    back = a_test(PAPER, history, until="2026-06-30", against=PAPER.replace(old, new))
    assert [each.lead_id for each in back.gained] == ["ann"]
