"""Whole cases for property tests: an agreement, a history, and the instants worth asking about.

@given(case=cases())
def test_the_engine_agrees_with_the_oracle(case): ...
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from strategies_agreements import EVENT_NAMES, REASONS, agreements
from strategies_times import LENGTHS, MICROSECOND, Grid, grids

LEADS = ["l1", "l2", "l3", "l4"]
COMPANIES = ["c1", "c2"]
LEAD_VALUES: dict[str, list[Any]] = {
    "email": ["a@gmail.com", "b@mailinator.com", "c@acme.example", "d@rival.example", None],
    "country": ["US", "us", "DE", "USA", None],
    "seats": [5, 10, 12.5, 7, 0, None],
    "vip": [True, False, None],
    "size_text": ["9", " 12 ", "1e1", "many", "-3.5", "nan", None],
    "flag_text": ["yes", "F", "0", "True", "perhaps", None],
}
COMPANY_VALUES: dict[str, list[Any]] = {
    "employees": [4, 50, 120, 500, None],
    "industry": ["it", "law", "food", None],
}
EVENT_VALUES: dict[str, list[Any]] = {
    "title": ["A", "B", "a", "abc", None],
    "path": ["/pricing", "/pricing/x", "/blog_x", None],
    "seconds": [30, 29, 2, 9, 30.5, None],
    "price": [0, 100, 2.5, 0.0078125, 20, -3, None],
    "divisor": [0, 1, 2, 8, -4, None],
    "code": ["5", "7.0", " 12", "x", None],
}


@dataclass(frozen=True)
class Case:
    """One agreement with the facts it is run over; `instants` are few, drawn from those that matter."""

    agreement: dict[str, Any]
    text: str
    leads: list[dict[str, Any]]
    companies: list[dict[str, Any]]
    events: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    instants: list[datetime]

    @property
    def lead_ids(self) -> list[str]:
        return sorted({row["lead_id"] for row in self.leads})


def yaml_text(value: Any, indent: str = "") -> str:
    """The agreement as YAML in block style, in the order of its keys, texts between double quotes."""
    if isinstance(value, dict):
        return "".join(f"{indent}{key}:{below(each, indent)}" for key, each in value.items())
    return "".join(f"{indent}-{below(each, indent)}" for each in value)


def below(value: Any, indent: str) -> str:
    if isinstance(value, dict | list) and value:
        return "\n" + yaml_text(value, indent + "  ")
    return f" {json.dumps(value)}\n"


def value_of(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


@st.composite
def some_columns(draw: st.DrawFn, columns: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    """Most of the columns: a table need not have all of them."""
    absent = draw(st.sets(st.sampled_from(sorted(columns)), max_size=3))
    return {name: values for name, values in columns.items() if name not in absent}


def plain(values: dict[str, list[Any]]) -> dict[str, st.SearchStrategy[Any]]:
    return {name: value_of(each) for name, each in values.items()}


@st.composite
def lead_rows(draw: st.DrawFn, grid: Grid) -> list[dict[str, Any]]:
    """One to four leads with one or several rows each, in no order."""
    columns = plain(LEAD_VALUES) | {
        "company_id": st.sampled_from(["c1", "c1", "c2", "c9", None]),
        "created_at": grid.instants(none=5),
        "valid_from": grid.instants(none=4),
        "known_at": grid.instants(none=6),
    }
    columns = draw(some_columns(columns))
    if draw(st.integers(0, 9)) == 0:
        columns["unsubscribed"] = value_of([True, False, None])
    columns = {"lead_id": st.sampled_from(LEADS)} | columns
    return draw(st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=7))


@st.composite
def company_rows(draw: st.DrawFn, grid: Grid) -> list[dict[str, Any]]:
    columns = plain(COMPANY_VALUES) | {
        "valid_from": grid.instants(none=4),
        "known_at": grid.instants(none=6),
    }
    columns = draw(some_columns(columns))
    if draw(st.integers(0, 9)) == 0:
        columns["is_customer"] = value_of([True, False, None])
    columns = {"company_id": st.sampled_from(COMPANIES)} | columns
    return draw(st.lists(st.fixed_dictionaries(columns), max_size=6))


@st.composite
def event_rows(draw: st.DrawFn, grid: Grid, leads: list[str]) -> list[dict[str, Any]]:
    """Up to eighteen events; some with one id, some known late, some of leads nobody knows."""
    columns = plain(EVENT_VALUES) | {
        "event_id": st.sampled_from([None] * 20 + [f"e{n}" for n in range(30)]),
        "known_at": grid.instants(none=7),
        "verdict": st.sampled_from([None] * 4 + ["human", "unknown", "machine"]),
    }
    columns = draw(some_columns(columns))
    if draw(st.integers(0, 9)) == 0:
        columns["session_id"] = value_of(["s1", "s2", None])
    if draw(st.integers(0, 9)) < 2:
        columns.pop("price", None)
        columns["properties"] = st.fixed_dictionaries({"price": value_of(EVENT_VALUES["price"])})
    columns = {
        "lead_id": st.sampled_from(leads * 6 + ["ghost"]),
        "event": st.sampled_from(EVENT_NAMES[:2] * 4 + EVENT_NAMES[2:]),
        "occurred_at": grid.instants(),
    } | columns
    size = draw(st.integers(0, 18))
    return draw(st.lists(st.fixed_dictionaries(columns), min_size=size, max_size=size))


@st.composite
def outcome_rows(draw: st.DrawFn, grid: Grid, leads: list[str]) -> list[dict[str, Any]]:
    calm = ["accepted", "sql", "opportunity", "recycled", "recycled", "recycled"]
    columns: dict[str, st.SearchStrategy[Any]] = {
        "lead_id": st.sampled_from(leads),
        "stage": st.sampled_from(calm * 2 + ["customer", "customer", "lost", "disqualified"]),
        "at": grid.instants(),
        "reason": st.sampled_from([*REASONS, "mystery", None]),
        "agreement": st.sampled_from([None, "crm-software", "crm-software", "other-product"]),
    }
    return draw(st.lists(st.fixed_dictionaries(columns), max_size=4))


def instants_that_matter(grid: Grid, rows: list[dict[str, Any]]) -> list[datetime]:
    """Every instant of the rows, a length of time later, and a microsecond beside each."""
    keys = ("occurred_at", "known_at", "created_at", "valid_from", "at")
    told = {row[key] for row in rows for key in keys if row.get(key) is not None} or set(grid.pool)
    edges = {at + units * grid.unit for at in told for units in (0, *LENGTHS)}
    beside = {at + aside for at in edges for aside in (-MICROSECOND, timedelta(0), MICROSECOND)}
    return [*sorted(beside), max(told) + timedelta(days=400)]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A whole case; its agreement loads without a mistake."""
    grid = draw(grids())
    agreement = draw(agreements(grid))
    leads, companies = draw(lead_rows(grid)), draw(company_rows(grid))
    known = sorted({row["lead_id"] for row in leads})
    events, outcomes = draw(event_rows(grid, known)), draw(outcome_rows(grid, known))
    matter = instants_that_matter(grid, leads + companies + events + outcomes)
    return Case(
        agreement=agreement,
        text=yaml_text(agreement),
        leads=leads,
        companies=companies,
        events=events,
        outcomes=outcomes,
        instants=sorted(draw(st.lists(st.sampled_from(matter), min_size=3, max_size=6, unique=True))),
    )
