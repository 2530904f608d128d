"""The page of a back-test stands alone, and what data hold cannot become part of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

import handraiser as hr
from handraiser.edge.backtest_page import backtest_page
from handraiser.edge.backtest_told import as_text, tell_backtest
from handraiser.edge.comparing import Comparison

TEXT = """
agreement: page
title: "Pages & <b>visits</b>"
targets: {mqls_per_month: 3, mql_to_sql: 20%}
fit: {rules: []}
engagement: {rules: [{rule: visit, title: "<script>x</script>", event: Visit, points: 10}]}
qualify: {mql: score >= 20}
"""
EVIL = "<img src=x onerror=alert(1)>"


def compared(leads: int, text: str = TEXT, **more: Any) -> Comparison:
    """Leads of which every second visits three times and every sixth buys, a month later or so."""
    people: list[dict[str, Any]] = [
        {"lead_id": f"{k:03d}{EVIL}", "created_at": "2026-01-01", "source": EVIL if k % 3 else "ads"}
        for k in range(leads)
    ]
    events = [
        {
            "lead_id": each["lead_id"],
            "event": "Visit",
            "occurred_at": f"2026-{1 + k % 4:02d}-{day:02d}T10:00:00Z",
        }
        for k, each in enumerate(people)
        for day in ((5, 9, 14) if k % 2 else (5,))
    ]
    outcomes = [
        {"lead_id": each["lead_id"], "stage": "customer", "at": "2026-05-20"} for each in people[1::6]
    ]
    other = text.replace("agreement: page", "agreement: other").replace(">= 20", ">= 30")
    return hr.backtest(
        hr.load(text),
        leads=people,
        events=events,
        outcomes=outcomes or [{"lead_id": "nobody", "stage": "lost", "at": "2026-05-20"}],
        against=hr.load(other),
        until="2026-06-30",
        **more,
    )


@pytest.fixture(scope="module")
def page() -> str:
    return backtest_page(compared(120))


def test_the_page_fetches_nothing(page: str) -> None:
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"<(script|link|iframe|object)\b|@import|url\((?!#)", page)


def test_the_page_has_every_picture(page: str) -> None:
    assert page.count("<svg") == 7
    assert "Too little to draw" not in page


def test_what_data_hold_is_text_on_the_page(page: str) -> None:
    assert "<img" not in page
    assert "<b>visits" not in page
    assert "&lt;img src=x" in page


def test_with_next_to_nothing_the_page_says_so() -> None:
    page = backtest_page(compared(1))
    assert "Too little to draw" in page
    assert "20 more for a rate" in page


def test_in_words_it_says_as_much_and_no_rate_on_a_handful() -> None:
    told = as_text(tell_backtest(compared(30)), width=100)
    assert "15 of them reached" not in told
    assert re.search(r"precision +\d+ of 15; 5 more for a rate", told)
    assert "0 gained" not in told.split("By month")[1]


def in_words(found: Comparison) -> str:
    return as_text(tell_backtest(found), width=100)


def test_which_customers_are_meant_stands_above_each_column() -> None:
    found = compared(120)
    months, rest = in_words(found).split("By month")[1].split("By source")
    assert months.split("\n")[1].split()[:4] == ["month", "MQLs", "bought", "since"]
    assert "all customers  reached" in rest.split("\n")[1]
    page = backtest_page(found)
    assert page.count(">all customers</th>") == len(found.test.by)
    assert page.count(">bought since</th>") == 1


def test_the_present_threshold_is_marked_without_bold_too(page: str) -> None:
    told = in_words(compared(120)).split("Other thresholds, → the present one")[1]
    assert re.findall(r"→ *(\d+)", told) == ["20"]
    assert re.findall(r"→ (\d+)</td>", page) == ["20"]


def test_without_a_single_threshold_that_is_what_is_said() -> None:
    found = compared(120, TEXT.replace("score >= 20", "visit and engagement >= 20"))
    says = "`mql` does not ask the score to pass one single number."
    assert says in in_words(found).split("Other thresholds")[1]
    page = backtest_page(found)
    assert page.count(says) == 2
    assert "Too little to draw" not in page


def test_on_few_wins_no_month_is_called_young() -> None:
    assert "may still buy" in in_words(compared(240))
    assert "may still buy" in backtest_page(compared(240))
    assert "may still buy" not in in_words(compared(60))
    assert "may still buy" not in backtest_page(compared(60))


def test_the_load_says_what_it_is_of_and_what_it_leaves_out() -> None:
    assert " MQLs a week" in in_words(compared(120))
    assert " episodes a week" in in_words(compared(120, episodes="all"))
    by_fit = TEXT.replace("rules: []", "rules: [{rule: ad, when: lead.source = 'ads', points: 30}]")
    told = as_text(tell_backtest(compared(120, by_fit)), width=400)
    assert "40 before the first event of a rule, 5 January 2026, left out" in told


@pytest.mark.parametrize(
    ("text", "label"), [(TEXT, r"\d+ \w{3}"), (TEXT.replace(">= 20", ">= 10"), r"\w{3} 2026")]
)
def test_nothing_is_named_twice_below_the_weeks(text: str, label: str) -> None:
    page = backtest_page(compared(120, text))
    load = page.split("<h2>Load on sales</h2>")[1].split("</section>")[0]
    labels = re.findall(rf">({label})</text>", load)
    assert labels
    assert len(labels) == len(set(labels))
