"""What was refused, why, how much of it, and where is all of it?"""

from __future__ import annotations

import os

from handraiser.facts.inputs import Inputs, Rejects
from handraiser.tables.duplicates import DROPPED, DUPLICATE, EVENTS_ONCE
from handraiser.tables.quoting import literal
from handraiser.tables.writing import write_table

__all__ = [
    "UNKNOWN_LEAD",
    "doubtful_events",
    "event_rejects",
    "rejects_of",
    "unread_rejects",
    "write_rejects",
]

UNKNOWN_LEAD = "no row in the leads input has this lead_id"


def event_rejects(inputs: Inputs) -> list[Rejects]:
    """Return the events that cannot be used, counted by their reason. They are read once more for it.

    The stream says whether there are any. Lines that are no rows, duplicates and doubtful verdicts are in
    `inputs.rejects` from the beginning.
    """
    return [each for each in rejects_of(inputs, "events") if not each.used]


def doubtful_events(inputs: Inputs) -> list[Rejects]:
    """Return the events that are used with a doubt; only where there are some are they looked at closely."""
    if "verdict" not in inputs.events.has:
        return []
    doubt = "verdict <> verdict_given AND verdict_given <> ''"
    some = inputs.con.execute(f"SELECT 1 FROM {inputs.events.relation} WHERE {doubt} LIMIT 1").fetchall()
    return [each for each in rejects_of(inputs, "events") if each.used] if some else []


def rejects_of(inputs: Inputs, name: str) -> list[Rejects]:
    """Return the refused rows of one input, counted by their reason, the most frequent first."""
    found = inputs.con.execute(
        "SELECT reason, used, count(*) AS rows, arg_min(place || ': ' || raw, length(place)) "
        f"FROM {inputs.refused[name].relation} GROUP BY reason, used ORDER BY rows DESC, reason"
    ).fetchall()
    return [
        Rejects(input=name, reason=reason, rows=rows, example=example, used=used)
        for reason, used, rows, example in found
    ]


def unread_rejects(inputs: Inputs, name: str) -> list[Rejects]:
    """Return the lines of an input's text files that never became a row, counted by their reason."""
    found = inputs.con.execute(
        "SELECT reason, count(*) AS rows, first(place || ': ' || raw ORDER BY rowid) "
        f"FROM {inputs.refused[name].unread} GROUP BY reason ORDER BY rows DESC, reason"
    ).fetchall()
    return [Rejects(input=name, reason=reason, rows=rows, example=example) for reason, rows, example in found]


def write_rejects(inputs: Inputs, path: str | os.PathLike[str]) -> None:
    """Write every refused row: of which input, why, the line or row it was, and the row as it stood.

    The ending says whether it is CSV, JSON Lines or Parquet.
    """
    con = inputs.con
    con.execute(
        "CREATE OR REPLACE TABLE rejects (input VARCHAR, reason VARCHAR, line_or_row VARCHAR, raw VARCHAR)"
    )
    for name, refused in inputs.refused.items():
        for kept in (refused.unread, refused.relation):
            con.execute(f"INSERT INTO rejects SELECT '{name}', reason, place, raw FROM {kept}")
    if inputs.events.relation == EVENTS_ONCE:
        con.execute(
            f"INSERT INTO rejects SELECT 'events', {literal(DUPLICATE)}, place, raw "
            f"FROM {inputs.refused['events'].everything} SEMI JOIN {DROPPED} USING (part, file, row) "
            "ORDER BY part, file, row"
        )
    con.execute(f"INSERT INTO rejects {_of_unknown_leads(inputs)}")
    write_table(con.sql("SELECT * FROM rejects").to_arrow_table(), path)
    con.execute("DROP TABLE rejects")


def _of_unknown_leads(inputs: Inputs) -> str:
    """The query for events that could be used, were there a lead to use them for."""
    once = inputs.events.relation == EVENTS_ONCE
    others = f"ANTI JOIN {DROPPED} USING (part, file, row) " if once else ""
    return (
        f"SELECT 'events', {literal(UNKNOWN_LEAD)}, place, raw "
        f"FROM {inputs.refused['events'].everything} {others}"
        f"WHERE usable AND lead_id NOT IN (SELECT lead_id FROM {inputs.leads.relation}) "
        "ORDER BY part, file, row"
    )
