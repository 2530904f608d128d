"""By source, segment and size people are told apart as long as the data tell anything."""

from __future__ import annotations

from typing import Any

import pytest

import handraiser as hr

TEXT = """
agreement: parts
fit: {rules: []}
engagement: {rules: [{rule: visit, event: Visit, points: 10}]}
qualify: {mql: visit}
"""


def parts(by: str, leads: list[dict[str, Any]], **more: Any) -> tuple[str, dict[str, int]]:
    """What the leads are told apart by, and how many leads each value has."""
    numbered = [{"lead_id": f"l{k}", "company_id": f"c{k}", **lead} for k, lead in enumerate(leads)]
    events = [{"lead_id": "l0", "event": "Visit", "occurred_at": "2026-02-01T10:00:00Z"}]
    found = hr.backtest(
        hr.load(TEXT), leads=numbered, outcomes=[], until="2026-06-30", **{"events": events} | more
    ).test
    breakdown = next(each for each in found.by if each.by == by)
    return breakdown.attribute, {row.value: row.leads for row in breakdown.rows}


@pytest.mark.parametrize("odd", [0, "0", "", None, "-4", "1,234", "5000+", ">1000", "n/a", "51-200"])
def test_one_odd_size_is_unknown_and_the_bands_stay(odd: object) -> None:
    sizes = [odd, *(3, 10, 11, 200, 700, 9000)]
    texts = [{"employees": each if each is None else str(each)} for each in sizes]
    companies = [{"company_id": f"c{k}", **each} for k, each in enumerate(texts)]
    wanted = {"1–10": 2, "11–50": 1, "51–200": 1, "501–1,000": 1, "5,001 and more": 1, "unknown": 1}
    assert parts("company size", [{} for _ in sizes], companies=companies) == ("company.employees", wanted)


def test_a_number_of_no_employees_is_unknown_as_a_number_too() -> None:
    _, sizes = parts("company size", [{"employees": each} for each in (0, 5, 0.5, -1.0)])
    assert sizes == {"1–10": 1, "unknown": 3}


def test_sizes_that_are_ranges_stand_for_themselves() -> None:
    leads = [{"employees": each} for each in ("1-50", "51-200", "51-200", "7")]
    assert parts("company size", leads)[1] == {"51-200": 2, "1-50": 1, "7": 1}


@pytest.mark.parametrize("empty", [None, ""])
def test_a_source_that_says_nothing_gives_way_to_the_next(empty: object) -> None:
    leads = [{"source": empty, "utm_source": each} for each in ("ads", "ads", empty)]
    assert parts("source", leads) == ("lead.utm_source", {"ads": 2, "unknown": 1})


def test_without_a_source_of_any_lead_the_first_visit_says_it() -> None:
    visit = {"lead_id": "l0", "event": "Visit", "occurred_at": "2026-02-01T10:00:00Z", "utm_source": "ads"}
    by, sizes = parts("source", [{"source": None}, {"source": ""}], events=[visit])
    assert (by, sizes) == ("utm_source of the first visit that has one", {"ads": 1, "unknown": 1})


def test_where_nobody_says_anything_all_are_unknown() -> None:
    assert parts("source", [{"source": None}]) == ("lead.source", {"unknown": 1})
