"""What do the events of an input become: a view that is read as a stream, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from handraiser.facts.inputs import Refused, Source
from handraiser.tables.parts import Part
from handraiser.tables.properties import with_properties
from handraiser.tables.rows import Layout, gathered
from handraiser.tables.times import in_range, problem

__all__ = ["event_source"]

_IDS = ("lead_id", "event", "event_id", "verdict")
_TIMES = ("occurred_at", "known_at")
_NUMBER = "CAST(part AS BIGINT) << 56 | CAST(file AS BIGINT) << 40 | CAST(row AS BIGINT)"
_VERDICT = "CASE WHEN verdict IN ('human', 'machine') THEN verdict ELSE 'unknown' END"
_ODD = (
    "CASE WHEN coalesce(verdict, '') NOT IN ('', 'human', 'machine', 'unknown') "
    "THEN 'verdict is not human, machine or unknown; it counts as unknown' END"
)


def event_source(con: duckdb.DuckDBPyConnection, parts: Sequence[Part], zone: str) -> tuple[Source, Refused]:
    """Return the events, and where to find those that are refused.

    A row that cannot be used is in the view too, as not usable: whoever reads the stream sees that there are
    such rows. What is wrong with them is asked for only then.
    """
    layout = Layout(ids=_IDS, times=_TIMES, prefix="p:", hidden=frozenset({"properties"}), zone=zone)
    rows = gathered([with_properties(con, part) for part in parts], layout)
    properties = "".join(f", {column.sql}" for column in rows.columns.values())
    said = (
        "SELECT lead_id, event, nullif(event_id, '') AS event_id, occurred_at, known_at, "
        f"{_VERDICT} AS verdict, "
        f"verdict AS verdict_given, {_usable()} AS usable{properties}"
    )
    con.execute(f"CREATE VIEW events AS {said} FROM ({rows.query}) AS given")
    refused = (
        "(SELECT part, file, row, coalesce(wrong, odd) AS reason, wrong IS NULL AS used, owner FROM "
        f"(SELECT part, file, row, lead_id AS owner, {_wrong()} AS wrong, {_ODD} AS odd "
        f"FROM ({rows.numbered}) AS given) AS judged "
        "WHERE wrong IS NOT NULL OR odd IS NOT NULL) AS refused"
    )
    source = Source(relation="events", columns=rows.columns, has=rows.has)
    everything = f"({said}, part, file, row FROM ({rows.numbered}) AS given) AS everything"
    # Parquet files know the numbers of their rows.
    counted = all(part.order[0] == "file_index" for part in parts)
    return source, Refused(relation=refused, everything=everything, number=_NUMBER if counted else "")


def _usable() -> str:
    """An event with a lead, a name and a time; when it was known must be readable too, if it is given."""
    known = f"(NOT known_at_given OR {in_range('known_at')})"
    return (
        f"coalesce(lead_id <> '' AND event <> '' AND {in_range('occurred_at')} AND {known} "
        "AND broken IS NULL, FALSE)"
    )


def _wrong() -> str:
    missing = [f"CASE WHEN coalesce({each}, '') = '' THEN 'there is no {each}' END" for each in _IDS[:2]]
    missing.append("CASE WHEN NOT occurred_at_given THEN 'there is no occurred_at' END")
    return f"coalesce({', '.join(['broken', *missing, *map(problem, _TIMES)])})"
