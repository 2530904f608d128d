"""What do the events of an input become: a view that is read as a stream, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from handraiser.facts.inputs import Source
from handraiser.tables.parts import Part
from handraiser.tables.properties import with_properties
from handraiser.tables.rows import Layout, gathered
from handraiser.tables.times import in_range, problem

__all__ = ["event_source"]

_IDS = ("lead_id", "event", "event_id", "verdict")
_TIMES = ("occurred_at", "known_at")


def event_source(con: duckdb.DuckDBPyConnection, parts: Sequence[Part], zone: str) -> Source:
    """Return the events as the view `events`, and what is wrong with them as the view `events_refused`."""
    layout = Layout(ids=_IDS, times=_TIMES, prefix="p:", hidden=frozenset({"properties"}), zone=zone)
    rows = gathered([with_properties(con, part) for part in parts], layout)
    properties = "".join(f", {column.sql}" for column in rows.columns.values())
    con.execute(
        f"CREATE VIEW events AS SELECT lead_id, event, event_id, occurred_at, known_at, "
        f"{_verdict()} AS verdict, {_usable()} AS usable{properties} FROM ({rows.query}) AS given"
    )
    con.execute(
        f"CREATE VIEW events_refused AS SELECT 'row ' || row AS place, reason, used, raw FROM "
        f"(SELECT row, coalesce({_reason()}, {_odd()}) AS reason, ({_reason()}) IS NULL AS used, raw "
        f"FROM (SELECT row_number() OVER () AS row, * FROM ({rows.query}) AS given) AS numbered) AS judged "
        "WHERE reason IS NOT NULL"
    )
    return Source(relation="events", columns=rows.columns, has=rows.has)


def _verdict() -> str:
    return "CASE WHEN verdict IN ('human', 'machine') THEN verdict ELSE 'unknown' END"


def _usable() -> str:
    """An event with a lead, a name and a time; what is known of it later must be readable too."""
    known = f"(NOT known_at_given OR {in_range('known_at')})"
    return (
        f"coalesce(lead_id <> '' AND event <> '' AND {in_range('occurred_at')} AND {known} "
        "AND broken IS NULL, FALSE)"
    )


def _reason() -> str:
    missing = [f"CASE WHEN coalesce({each}, '') = '' THEN 'there is no {each}' END" for each in _IDS[:2]]
    missing.append("CASE WHEN NOT occurred_at_given THEN 'there is no occurred_at' END")
    problems = [problem(each) for each in _TIMES]
    return f"coalesce({', '.join(['broken', *missing, *problems])})"


def _odd() -> str:
    return (
        "CASE WHEN coalesce(verdict, '') NOT IN ('', 'human', 'machine', 'unknown') "
        "THEN 'verdict is not human, machine or unknown; it counts as unknown' END"
    )
