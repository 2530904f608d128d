"""A back-test gives what one would count by hand, and compares agreements person by person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
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


@given(
    text=texts,
    history=histories(),
    since=st.none() | instants,
    days=st.integers(5, 90),
    episodes=st.sampled_from(["first", "all"]),
)
@examples(part=3)
def test_every_number_is_what_one_counts_by_hand(
    text: str, history: dict[str, Any], since: Any, days: int, episodes: str
) -> None:
    until = START + timedelta(days=days)
    if since is not None and since >= until:
        since = None
    plain = by_hand(text, history, since=since, until=until, episodes=episodes)
    found = a_test(text, history, since=since, until=until, episodes=episodes).test
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


@given(text=texts, history=histories(), rung=st.integers(0, 40), since=st.none() | instants)
@examples(part=5)
def test_a_point_of_the_curve_is_a_back_test_of_the_same_people_with_that_threshold(
    text: str, history: dict[str, Any], rung: int, since: Any
) -> None:
    found = a_test(text, history, since=since, until=END).test
    point = found.curve[min(rung, len(found.curve) - 1)]
    other = text.replace(f"score > {found.threshold:g}", f"score > {point.threshold:g}")
    plain = by_hand(other, history, since=since, asked=(text,))
    assert (point.mqls, point.customers_reached) == (len(plain.mqls), len(plain.reached))
    assert [each.mqls for each in found.curve if each.present] == [found.mqls]


@given(text=texts, history=histories(), since=st.none() | instants)
@examples(part=5)
def test_with_the_threshold_neither_mqls_nor_recall_ever_rise(
    text: str, history: dict[str, Any], since: Any
) -> None:
    curve = a_test(text, history, since=since, until=END).test.curve
    assert all(
        low.mqls >= high.mqls and low.customers_reached >= high.customers_reached
        for low, high in pairwise(curve)
    )
    assert len({point.recall.of for point in curve}) == 1


@given(text=texts, history=histories(), since=st.none() | instants)
@examples(part=5)
def test_the_scores_are_those_of_the_people_of_the_period(
    text: str, history: dict[str, Any], since: Any
) -> None:
    text = text.replace("hand_raise: demo and fit >= 10", "")
    found = a_test(text, history, since=since, until=END).test
    assert [point.mqls for point in found.curve] == [
        sum(each.people for each in found.scores[k:]) for k in range(len(found.scores))
    ]


@given(text=texts, by=st.integers(0, 30), history=histories(), since=st.none() | instants)
@examples(part=5)
def test_a_stricter_agreement_gains_nobody(text: str, by: int, history: dict[str, Any], since: Any) -> None:
    threshold = int(text.split("score > ")[1].split()[0])
    stricter = text.replace(f"score > {threshold}", f"score > {threshold + by}")
    found = a_test(stricter, history, since=since, until=END, against=text)
    assert (found.gained, found.earlier) == ([], 0)
    assert found.against is not None
    assert found.against.leads == found.test.leads
    assert found.against.mqls == found.test.mqls + len(found.lost)


@given(text=texts, other=texts, history=histories(), since=st.none() | instants)
@examples(part=4)
def test_who_is_gained_and_lost_is_who_is_an_mql_under_one_only(
    text: str, other: str, history: dict[str, Any], since: Any
) -> None:
    found = a_test(text, history, since=since, until=END, against=other)
    mine, theirs = (by_hand(each, history, since=since, asked=(text, other)) for each in (text, other))
    assert {each.lead_id for each in found.gained} == set(mine.mqls) - set(theirs.mqls)
    assert {each.lead_id for each in found.lost} == set(theirs.mqls) - set(mine.mqls)
    both = set(mine.mqls) & set(theirs.mqls)
    assert found.earlier == sum(mine.mql[lead] < theirs.mql[lead] for lead in both)
    assert found.later == sum(mine.mql[lead] > theirs.mql[lead] for lead in both)
    assert found.against is not None
    assert (found.test.leads, found.against.leads) == (len(mine.counted), len(theirs.counted))
    assert (found.test.mqls, found.against.mqls) == (len(mine.mqls), len(theirs.mqls))
    for each in found.gained:
        assert each.mql_at == mine.mql[each.lead_id]
        assert each.score_under_other == theirs.oracle.score(each.lead_id, each.mql_at).score
    assert all(each.reason for each in [*found.gained, *found.lost])


# ---- time

VISITS = """
agreement: visits
targets: {mqls_per_month: 1}
fit: {rules: [{rule: known, when: lead.known, points: 10}]}
engagement: {rules: [{rule: visit, event: Visit, points: 10}]}
qualify: {mql: score >= 10}
recycle: {requalify_after: 7 days}
"""


def visitors(wins: int, days: int = 10) -> dict[str, Any]:
    """Three MQLs in each month of 2025, of whom some buy after some days, the earliest first."""
    ids = [f"{month:02d}-{k}" for month in range(1, 13) for k in range(3)]
    at = {each: datetime(2025, int(each[:2]), 5 + int(each[3:]), tzinfo=UTC) for each in ids}
    return {
        "leads": [{"lead_id": each, "created_at": "2024-12-01", "known": False} for each in ids],
        "events": [{"lead_id": each, "event": "Visit", "occurred_at": when} for each, when in at.items()],
        "outcomes": [
            {"lead_id": each, "stage": "customer", "at": at[each] + timedelta(days=days)}
            for each in ids[:wins]
        ],
    }


def test_a_month_stays_open_though_the_data_ended_long_ago() -> None:
    for until in ("2026-01-01", "2035-01-01"):
        found = a_test(VISITS, visitors(30), until=until).test
        assert [month.open for month in found.by_month] == [False] * 10 + [True] * 2


def test_with_few_wins_nobody_can_tell_which_month_is_open() -> None:
    found = a_test(VISITS, visitors(19), until="2026-01-01").test
    assert {month.open for month in found.by_month} == {None}


def test_who_qualified_before_the_first_event_thins_out_neither_load_nor_target() -> None:
    history = visitors(20)
    history["leads"].append({"lead_id": "old", "created_at": "2015-03-01", "known": True})
    found = a_test(VISITS, history, until="2026-01-01").test
    assert (found.mqls, found.by_month[0].month) == (37, "2015-03")
    assert (found.per_week.weeks[0].week, len(found.per_week.weeks)) == ("2024-12-30", 49)
    assert found.per_week.mean == 36 / 49
    assert found.first_event == datetime(2025, 1, 5, tzinfo=UTC)
    assert (found.targets[0].found, found.targets[0].met) == (3, True)


def test_of_all_episodes_sales_gets_each() -> None:
    history = visitors(0)
    history["outcomes"] = [{"lead_id": "01-0", "stage": "recycled", "at": "2025-01-08", "reason": "later"}]
    history["events"].append({"lead_id": "01-0", "event": "Visit", "occurred_at": "2025-01-30T00:00:00Z"})
    first, every = (
        a_test(VISITS, history, until="2026-01-01", episodes=each).test for each in ("first", "all")
    )
    assert sum(week.mqls for week in first.per_week.weeks) == first.episodes_begun == 36
    assert sum(week.mqls for week in every.per_week.weeks) == every.episodes_begun == 37


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
