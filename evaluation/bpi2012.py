"""The event log of the BPI Challenge 2012: loan applications at a Dutch bank.

Public at 4TU.ResearchData (van Dongen 2012, doi 10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f) as
`BPI_Challenge_2012.xes.gz`; the same log flattened to CSV is read as well. A lead is an application, its
events are the activities up to the decision, a customer is an application that is approved.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast
from xml.etree import ElementTree

import duckdb
import pyarrow as pa

from evaluation.inputs import Inputs

__all__ = ["FLAT", "XES", "read", "rows_of_xes"]

XES = ("BPI_Challenge_2012.xes.gz", "BPI_Challenge_2012.xes", "BPIC12.xes.gz", "BPIC12.xes")
FLAT = ("bpic2012_events.csv.gz", "bpic2012_cases.csv")

# The decision is none of what led to it, and neither is what comes after.
_DECISIONS = {"A_APPROVED": "customer", "A_DECLINED": "lost", "A_CANCELLED": "lost"}
_AFTER = ("A_REGISTERED", "A_ACTIVATED")


def read(folder: Path) -> Inputs:
    """Return applications (amount), their activities before the decision, and decisions as outcomes.

    Raises FileNotFoundError where neither format is there.
    """
    events, cases = _flat(folder) if (folder / FLAT[0]).exists() else _xes(folder)
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.register("events_given", events)
        con.register("cases_given", cases)
        decisions = ", ".join(f"'{name}'" for name in _DECISIONS)
        after = ", ".join(f"'{name}'" for name in (*_DECISIONS, *_AFTER))
        con.execute(
            'CREATE TABLE decided AS SELECT lead_id, min(occurred_at) AS "at", '
            "min_by(event, occurred_at) AS event FROM events_given "
            f"WHERE event IN ({decisions}) GROUP BY lead_id"
        )
        seen = con.sql(
            "SELECT events_given.* FROM events_given LEFT JOIN decided USING (lead_id) "
            'WHERE (decided."at" IS NULL OR occurred_at < decided."at") '
            f"AND events_given.event NOT IN ({after})"
        ).to_arrow_table()
        outcomes = con.sql(
            "SELECT lead_id, CASE WHEN event = 'A_APPROVED' THEN 'customer' ELSE 'lost' END AS stage, \"at\" "
            "FROM decided"
        ).to_arrow_table()
    return Inputs(leads=cases, events=seen, outcomes=outcomes)


def _flat(folder: Path) -> tuple[pa.Table, pa.Table]:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        events = con.sql(
            'SELECT case_id AS lead_id, activity AS event, CAST("timestamp" AS TIMESTAMPTZ) AS occurred_at, '
            "lifecycle FROM read_csv($1, all_varchar = true)",
            params=[str(folder / FLAT[0])],
        ).to_arrow_table()
        cases = con.sql(
            "SELECT case_id AS lead_id, CAST(reg_date AS TIMESTAMPTZ) AS created_at, "
            "CAST(amount_req AS DOUBLE) AS amount FROM read_csv($1, all_varchar = true)",
            params=[str(folder / FLAT[1])],
        ).to_arrow_table()
    return events, cases


def _xes(folder: Path) -> tuple[pa.Table, pa.Table]:
    path = next((folder / name for name in XES if (folder / name).exists()), None)
    if path is None:
        raise FileNotFoundError(f"{folder} has none of {', '.join([*XES, FLAT[0]])}")
    events: list[dict[str, Any]] = []
    cases: list[dict[str, Any]] = []
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
        for case, own in rows_of_xes(cast("IO[bytes]", stream)):
            cases.append(case)
            events += own
    return _instants(events, "occurred_at"), _instants(cases, "created_at")


def rows_of_xes(stream: IO[bytes]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield each trace of an XES log: the case, and its events."""
    for _, element in ElementTree.iterparse(stream):  # noqa: S314  a file that the user chose
        if element.tag.rpartition("}")[2] != "trace":
            continue
        said = _attributes(element)
        case = {
            "lead_id": said["concept:name"],
            "created_at": said.get("REG_DATE"),
            "amount": float(said.get("AMOUNT_REQ") or 0),
        }
        events = []
        for child in element:
            if child.tag.rpartition("}")[2] == "event":
                told = _attributes(child)
                events.append(
                    {
                        "lead_id": case["lead_id"],
                        "event": told["concept:name"],
                        "occurred_at": told["time:timestamp"],
                        "lifecycle": told.get("lifecycle:transition"),
                    }
                )
        yield case, events
        element.clear()


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    return {child.attrib["key"]: child.attrib["value"] for child in element if "value" in child.attrib}


def _instants(rows: list[dict[str, Any]], name: str) -> pa.Table:
    table = pa.Table.from_pylist(rows)
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.register("given", table)
        return con.sql(
            f'SELECT * REPLACE (CAST("{name}" AS TIMESTAMPTZ) AS "{name}") FROM given'
        ).to_arrow_table()
