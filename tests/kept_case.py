"""The facts of a generated case as the live system keeps them: clean rows, and JSON beside."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa

from handraiser.tables.jsontext import objects_of
from handraiser.tables.kept import Seen
from oracle_facts import ABOUT_EVENTS, ABOUT_LEADS, Facts, an_id, instant
from strategies import Case

Row = dict[str, Any]
TEXT, TIME = pa.string(), pa.int64()
OF_LEADS = pa.schema(
    [
        *(("lead_id", TEXT), ("company_id", TEXT), ("valid_from", TIME), ("known_at", TIME)),
        *(("created_at", TIME), ("attributes", TEXT)),
    ]
)
OF_COMPANIES = pa.schema(
    [("company_id", TEXT), ("valid_from", TIME), ("known_at", TIME), ("attributes", TEXT)]
)
OF_EVENTS = pa.schema(
    [
        *(("lead_id", TEXT), ("event", TEXT), ("event_id", TEXT), ("verdict", TEXT)),
        *(("occurred_at", TIME), ("known_at", TIME), ("session_id", TEXT), ("properties", TEXT)),
    ]
)


class Kept(NamedTuple):
    """What `kept_inputs` takes."""

    leads: pa.Table
    companies: pa.Table
    events: pa.Table
    seen: Seen


def plainly(case: Case) -> Case:
    """The case with its events as they are kept: each once and of a lead that is there, none undated.

    Their properties are columns, whatever they were, and so is the visit.
    """
    stays = Facts(case.leads, case.companies, case.events, case.outcomes).events
    lower = [{name.lower(): value for name, value in row.items()} for row in case.events]
    columns = {name for row in lower for name in row} - ABOUT_EVENTS - {"session_id"}
    rows = []
    for event in stays:
        row = lower[event.position]
        nested = {name.lower(): value for name, value in (row.get("properties") or {}).items()}
        own = {name: row[name] for name in columns if name in row}
        more = {name: nested[name] for name in nested.keys() - columns - ABOUT_EVENTS}
        about = {
            "lead_id": event.lead,
            "event": event.name,
            "event_id": event.event_id,
            "verdict": row.get("verdict") or "unknown",
            "occurred_at": row["occurred_at"],
            "known_at": row.get("known_at") or row["occurred_at"],
            "session_id": row.get("session_id"),
        }
        rows.append(about | own | more)
    return replace(case, events=rows, outcomes=[])


def kept(case: Case) -> Kept:
    """The facts of such a case as they are kept."""
    leads = [lower_case(row) for row in case.leads]
    companies = [lower_case(row) for row in case.companies]
    about_events = ABOUT_EVENTS | {"session_id"}
    return Kept(
        leads=table([about(row, ABOUT_LEADS | IDS) for row in leads], OF_LEADS),
        companies=table([about(row, ABOUT_LEADS | IDS) for row in companies], OF_COMPANIES),
        events=table([about(row, about_events, "properties") for row in case.events], OF_EVENTS),
        seen={
            "lead": types_of(leads, ABOUT_LEADS | IDS),
            "company": types_of(companies, ABOUT_LEADS | IDS),
            "event": types_of(case.events, about_events),
        },
    )


IDS = {"lead_id", "company_id"}
TIMES = {"valid_from", "known_at", "created_at", "occurred_at"}


def lower_case(row: Row) -> Row:
    return {name.lower(): value for name, value in row.items()}


def about(row: Row, structural: set[str], rest: str = "attributes") -> Row:
    """A row with what is no structural column as JSON."""
    own: Row = {}
    for name in structural & row.keys():
        own[name] = instant(row[name]) if name in TIMES else row[name]
        if name in IDS:
            own[name] = an_id(row[name])
    further = {name: as_json(value) for name, value in row.items() if name not in structural}
    return own | {rest: json.dumps(further)}


def as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def types_of(rows: list[Row], structural: set[str]) -> dict[str, frozenset[str]]:
    further = [{k: as_json(value) for k, value in row.items() if k not in structural} for row in rows]
    return objects_of(further, place="<kept>").keys


def table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)
