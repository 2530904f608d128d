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

import strategies_times
from strategies_agreements import EVENT_NAMES, REASONS, agreement
from strategies_choice import Choose, by_hypothesis, by_seed, chance
from strategies_times import LENGTHS, MICROSECOND, Grid

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


Columns = dict[str, list[Any]]


def some_columns(choose: Choose, columns: Columns) -> Columns:
    """Most of the columns: a table need not have all of them."""
    absent = {choose(list(columns)) for _ in range(choose([0, 0, 1, 2, 3]))}
    return {name: values for name, values in columns.items() if name not in absent}


def rows(choose: Choose, number: int, columns: Columns) -> list[dict[str, Any]]:
    return [{name: choose(values) for name, values in columns.items()} for _ in range(number)]


def lead_rows(choose: Choose, grid: Grid) -> list[dict[str, Any]]:
    """One to four leads with one or several rows each, in no order."""
    columns = LEAD_VALUES | {
        "company_id": ["c1", "c1", "c2", "c9", None],
        "created_at": grid.instants(none=5),
        "valid_from": grid.instants(none=4),
        "known_at": grid.instants(none=6),
    }
    columns = {"lead_id": LEADS} | some_columns(choose, columns)
    if chance(choose, 1):
        columns["unsubscribed"] = [True, False, None]
    return rows(choose, choose(range(1, 8)), columns)


def company_rows(choose: Choose, grid: Grid) -> list[dict[str, Any]]:
    columns = COMPANY_VALUES | {
        "valid_from": grid.instants(none=4),
        "known_at": grid.instants(none=6),
    }
    columns = {"company_id": COMPANIES} | some_columns(choose, columns)
    if chance(choose, 1):
        columns["is_customer"] = [True, False, None]
    return rows(choose, choose(range(6)), columns)


def event_rows(choose: Choose, grid: Grid, leads: list[str]) -> list[dict[str, Any]]:
    """Up to twenty events; some with one id, some known late, some of leads nobody knows."""
    columns = EVENT_VALUES | {
        "event_id": [None] * 20 + [f"e{number}" for number in range(30)],
        "known_at": grid.instants(none=7),
        "verdict": [None] * 4 + ["human", "unknown", "machine"],
    }
    columns = some_columns(choose, columns)
    if chance(choose, 1):
        columns["session_id"] = ["s1", "s2", None]
    if chance(choose, 2):
        columns.pop("price", None)
        columns["properties"] = [{"price": price} for price in EVENT_VALUES["price"]]
    columns = {
        "lead_id": leads * 6 + ["ghost"],
        "event": EVENT_NAMES[:2] * 4 + EVENT_NAMES[2:],
        "occurred_at": grid.instants(),
    } | columns
    return rows(choose, choose(range(21)), columns)


def outcome_rows(choose: Choose, grid: Grid, leads: list[str]) -> list[dict[str, Any]]:
    calm = ["accepted", "sql", "opportunity", "recycled", "recycled", "recycled"]
    columns = {
        "lead_id": leads,
        "stage": calm * 3 + ["customer", "customer", "lost", "disqualified"],
        "at": grid.instants(),
        "reason": [*REASONS, "mystery", None],
        "agreement": [None, "crm-software", "crm-software", "other-product"],
    }
    return rows(choose, choose(range(6)), columns)


def instants_that_matter(grid: Grid, rows: list[dict[str, Any]]) -> list[datetime]:
    """Every instant of the rows, a length of time later, and a microsecond beside each."""
    keys = ("occurred_at", "known_at", "created_at", "valid_from", "at")
    told = {row[key] for row in rows for key in keys if row.get(key) is not None} or set(grid.pool)
    edges = {at + units * grid.unit for at in told for units in (0, *LENGTHS)}
    beside = {at + aside for at in edges for aside in (-MICROSECOND, timedelta(0), MICROSECOND)}
    return [*sorted(beside), max(told) + timedelta(days=400)]


def case(choose: Choose) -> Case:
    grid = strategies_times.grid(choose)
    said = agreement(choose, grid)
    leads, companies = lead_rows(choose, grid), company_rows(choose, grid)
    known = sorted({row["lead_id"] for row in leads})
    events, outcomes = event_rows(choose, grid, known), outcome_rows(choose, grid, known)
    matter = instants_that_matter(grid, leads + companies + events + outcomes)
    return Case(
        agreement=said,
        text=yaml_text(said),
        leads=leads,
        companies=companies,
        events=events,
        outcomes=outcomes,
        instants=sorted({choose(matter) for _ in range(6)}),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A whole case; its agreement loads without a mistake."""
    return case(by_hypothesis(draw))


def case_of(seed: int) -> Case:
    """The case of a number: quicker than `cases` and more various, but it does not shrink."""
    return case(by_seed(seed))
