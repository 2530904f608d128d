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


def compared(leads: int) -> Comparison:
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
    return hr.backtest(
        hr.load(TEXT),
        leads=people,
        events=events,
        outcomes=outcomes or [{"lead_id": "nobody", "stage": "lost", "at": "2026-05-20"}],
        against=hr.load(TEXT.replace("agreement: page", "agreement: other").replace(">= 20", ">= 30")),
        until="2026-06-30",
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
