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
from strategies_agreements import agreement
from strategies_choice import Choose, by_hypothesis, by_seed, chance
from strategies_times import LENGTHS, MICROSECOND, THEMES, Grid
from strategies_values import (
    COMPANY_VALUES,
    EVENT_VALUES,
    LEAD_VALUES,
    MIXED_COMPANY_VALUES,
    MIXED_EVENT_VALUES,
    MIXED_LEAD_VALUES,
    MIXED_PROPERTIES,
)
from strategies_words import EVENT_NAMES, GIANT_EVENT, REASONS

STAGES = [
    "recycled",
    "recycled",
    "accepted",
    "sql",
    "opportunity",
    "customer",
    "lost",
    "disqualified",
    "reopened",
]
THEIR_STAGES = {
    "customers": ["customer"],
    "recycling": ["recycled"],
    "reopening": ["lost", "disqualified", "reopened", "reopened"],
}
NAMES_BY_THEME = {
    "anything": EVENT_NAMES[:2],
    "mail": EVENT_NAMES[3:] * 2,
    "huge": [*EVENT_NAMES[:2] * 3, *[GIANT_EVENT] * 4],
}
MOSTLY_THE_FIRST = ["l1"] * 4 + ["l2"] * 2 + ["l3", "l4"]
COMPANIES = ["c1", "c2"]
MIXED_COMPANIES = [7, "7", 7.0, "c2", ""]


@dataclass(frozen=True)
class Case:
    """One agreement with the facts it is run over; `instants` are few, drawn from those that matter.

    `grid` is what both were drawn on, for whoever changes the agreement.
    """

    agreement: dict[str, Any]
    text: str
    leads: list[dict[str, Any]]
    companies: list[dict[str, Any]]
    events: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    instants: list[datetime]
    grid: Grid

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
    absent = {choose(list(columns)) for _ in range(choose([0, 0, 0, 1, 2, 3]))}
    return {name: values for name, values in columns.items() if name not in absent}


def respelled(choose: Choose, columns: Columns) -> Columns:
    """Now and then the properties in capitals: their case does not matter."""
    if not chance(choose, 1):
        return columns
    return {name.upper() if name in EVENT_VALUES else name: values for name, values in columns.items()}


def rows(choose: Choose, number: int, columns: Columns) -> list[dict[str, Any]]:
    return [{name: choose(values) for name, values in columns.items()} for _ in range(number)]


NEEDED = {"lead_id", "company_id", "event", "occurred_at"}


def ragged(choose: Choose, given: list[dict[str, Any]], grid: Grid) -> list[dict[str, Any]]:
    """Where kinds are mixed, what is NULL is now and then no key at all."""
    if grid.theme != "mixed" or chance(choose, 5):
        return given
    return [
        {name: value for name, value in row.items() if value is not None or name in NEEDED} for row in given
    ]


def lead_rows(choose: Choose, grid: Grid) -> list[dict[str, Any]]:
    """One to four leads with one or several rows each, in no order."""
    mixed = grid.theme == "mixed"
    named = ["c1", "c1", *([] if grid.theme == "customers" else ["c9", None]), "c2"]
    columns = (LEAD_VALUES | MIXED_LEAD_VALUES if mixed else LEAD_VALUES) | {
        "company_id": MIXED_COMPANIES if mixed else named,
        "created_at": grid.instants(none=5),
        "valid_from": grid.instants(none=4),
        "known_at": grid.instants(none=6),
    }
    ids = ["l1", "l2", "l3"] if grid.theme == "customers" else MOSTLY_THE_FIRST
    columns = {"lead_id": ids} | some_columns(choose, columns)
    if chance(choose, 1):
        columns["unsubscribed"] = [True, False, None]
    return ragged(choose, rows(choose, choose(range(1, 8)), columns), grid)


def company_rows(choose: Choose, grid: Grid) -> list[dict[str, Any]]:
    mixed = grid.theme == "mixed"
    columns = (COMPANY_VALUES | MIXED_COMPANY_VALUES if mixed else COMPANY_VALUES) | {
        "valid_from": grid.instants(none=4),
        "known_at": grid.instants(none=6),
    }
    columns = {"company_id": MIXED_COMPANIES[:-1] if mixed else COMPANIES} | some_columns(choose, columns)
    if chance(choose, 1):
        columns["is_customer"] = [True, False, None]
    return ragged(choose, rows(choose, choose(range(6)), columns), grid)


def event_rows(choose: Choose, grid: Grid, leads: list[str]) -> list[dict[str, Any]]:
    """Up to two dozen events; some with one id, some known late, some of leads nobody knows."""
    columns = (EVENT_VALUES | MIXED_EVENT_VALUES if grid.theme == "mixed" else EVENT_VALUES) | {
        "event_id": [None] * 20 + [f"e{number}" for number in range(30)],
        "known_at": grid.instants(none=grid.often("order", 4, 7)),
        "verdict": [None, None, "human", "human", "unknown", "unknown", "machine"],
    }
    columns = respelled(choose, some_columns(choose, columns))
    if chance(choose, grid.often("order", 3, 0)):
        columns.pop("event_id", None)  # then weights alone tell ties apart
    if chance(choose, 1):
        columns["session_id"] = ["s1", "s2", None]
    if chance(choose, 2):
        columns = {name: values for name, values in columns.items() if name.lower() != "price"}
        columns["properties"] = [{"price": price} for price in EVENT_VALUES["price"]]
    if grid.theme == "mixed" and chance(choose, 7):
        columns["properties"] = MIXED_PROPERTIES
    columns = {
        "lead_id": leads * 2 + leads[:1] * 6 + ["ghost"],
        "event": NAMES_BY_THEME.get(grid.theme, EVENT_NAMES[:2] * 4) + EVENT_NAMES,
        "occurred_at": grid.instants(),
    } | columns
    return ragged(choose, rows(choose, choose([0, 1, 3, 6, 9, 12, 15, 18, 21, 24]), columns), grid)


def outcome_rows(choose: Choose, grid: Grid, leads: list[str]) -> list[dict[str, Any]]:
    stages = THEIR_STAGES.get(grid.theme, [])
    columns = {
        "lead_id": leads + leads[:1] * grid.often("customers", 0, 3),
        "stage": stages * 12 + STAGES,
        "at": grid.instants(),
        "reason": REASONS * (3 if stages else 1) + ["bad_data", "mystery", None],
        "agreement": [None, "crm-software"] * 3 + ["other-product"],
    }
    if grid.theme == "customers" and chance(choose, 3):
        columns["company_id"] = [*COMPANIES, None]
        columns["lead_id"] = [*leads, "ghost"]
    return rows(choose, choose(range(1, 6) if stages else range(4)), columns)


def instants_to_ask(choose: Choose, grid: Grid, rows: list[dict[str, Any]]) -> list[datetime]:
    """Instants at which something begins, lengths of time after them, and a microsecond beside either."""
    keys = ("occurred_at", "known_at", "created_at", "valid_from", "at")
    told = sorted({row[key] for row in rows for key in keys if row.get(key) is not None} or grid.pool)
    asked = {max(told) + choose([timedelta(days=400), grid.unit, timedelta(0)])}
    for lengths in ([0], [0], [0, 1, 2, 3, 5, 8], LENGTHS, LENGTHS):
        late = told[len(told) // 2 :] if chance(choose, 5) else told
        beside = choose([timedelta(0), timedelta(0), -MICROSECOND, MICROSECOND])
        asked.add(choose(late) + choose(lengths) * grid.unit + beside)
    return sorted(asked)


def without_giants(asked: list[datetime], events: list[dict[str, Any]], grid: Grid) -> list[datetime]:
    """The instants at which no giant is in its window of one or two units, and one at which all are gone."""
    giants = [row["occurred_at"] for row in events if row["event"] == GIANT_EVENT]
    calm = [t for t in asked if not any(at <= t < at + 2 * grid.unit for at in giants)]
    return calm or [max(asked) + timedelta(days=400)]


def case(choose: Choose, theme: str | None = None) -> Case:
    grid = strategies_times.grid(choose, theme or choose(THEMES))
    said = agreement(choose, grid)
    leads, companies = lead_rows(choose, grid), company_rows(choose, grid)
    known = sorted({row["lead_id"] for row in leads})
    events, outcomes = event_rows(choose, grid, known), outcome_rows(choose, grid, known)
    asked = instants_to_ask(choose, grid, leads + companies + events + outcomes)
    return Case(
        agreement=said,
        text=yaml_text(said),
        leads=leads,
        companies=companies,
        events=events,
        outcomes=outcomes,
        instants=without_giants(asked, events, grid),
        grid=grid,
    )


@st.composite
def cases(draw: st.DrawFn, theme: str | None = None) -> Case:
    """A whole case, of one of the THEMES or of any; its agreement loads without a mistake."""
    return case(by_hypothesis(draw), theme)


def case_of(seed: int, theme: str | None = None) -> Case:
    """The case of a number: quicker than `cases` and more various, but it does not shrink."""
    return case(by_seed(seed), theme)
