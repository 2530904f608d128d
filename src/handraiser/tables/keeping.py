"""How is all that was refused kept?"""

from __future__ import annotations

import os

from handraiser.facts.inputs import Inputs
from handraiser.tables.duplicates import dropped_events
from handraiser.tables.quoting import literal
from handraiser.tables.strangers import LOST_LEAD, UNKNOWN_LEAD, lost_leads
from handraiser.tables.writing import write_table

__all__ = ["write_rejects"]

# Rows, why they are refused, and for an event whose id another has: which that is, and how the two differ.
_KEPT = (
    "CREATE OR REPLACE TABLE kept (part BIGINT, file BIGINT, row BIGINT, reason VARCHAR, "
    "other STRUCT(part BIGINT, file BIGINT, row BIGINT), differs VARCHAR)"
)


def write_rejects(inputs: Inputs, path: str | os.PathLike[str]) -> None:
    """Write every refused row: of which input, why, where it stood, and the row as it stood.

    The ending says whether it is CSV, JSON Lines or Parquet.
    """
    con = inputs.con
    con.execute(
        "CREATE OR REPLACE TABLE rejects (input VARCHAR, reason VARCHAR, line_or_row VARCHAR, raw VARCHAR)"
    )
    for name, refused in inputs.refused.items():
        con.execute(f"INSERT INTO rejects SELECT '{name}', reason, place, raw FROM {refused.unread}")
        con.execute(_KEPT)
        con.execute(
            f"INSERT INTO kept BY NAME SELECT part, file, row, reason FROM {refused.relation} "
            "ORDER BY part, file, row"
        )
        if name == "events":
            _add_events(inputs)
        located = inputs.origins[name].locate(
            "(SELECT part, file, row FROM kept UNION SELECT unnest(other) FROM kept WHERE other IS NOT NULL)"
        )
        con.execute(
            f"INSERT INTO rejects SELECT '{name}', coalesce('same event_id as ' || beside.place || ', but ' "
            "|| differs, reason), here.place, here.raw FROM kept "
            f"JOIN {located} AS here USING (part, file, row) LEFT JOIN {located} AS beside "
            "ON beside.part = other.part AND beside.file = other.file AND beside.row = other.row "
            "ORDER BY kept.rowid"
        )
        con.execute("DROP TABLE kept")
    write_table(con.sql("SELECT * FROM rejects").to_arrow_table(), path)
    con.execute("DROP TABLE rejects")


def _add_events(inputs: Inputs) -> None:
    """Add the events that were dropped, and those that nobody is there for."""
    con, dropped = inputs.con, dropped_events(inputs)
    others = ""
    if dropped is not None:
        others = f"ANTI JOIN {dropped} USING (part, file, row) "
        con.execute(
            "INSERT INTO kept SELECT part, file, row, reason, CASE WHEN differs <> '' THEN "
            "{part: first.part, file: first.file, row: first.row} END, differs "
            f"FROM {dropped} ORDER BY part, file, row"
        )
    con.execute(
        "INSERT INTO kept BY NAME SELECT part, file, row, "
        f"CASE WHEN lead_id IN (SELECT owner FROM {lost_leads(inputs)}) THEN {literal(LOST_LEAD)} "
        f"ELSE {literal(UNKNOWN_LEAD)} END AS reason FROM {inputs.refused['events'].everything} {others}"
        f"WHERE usable AND lead_id NOT IN (SELECT lead_id FROM {inputs.leads.relation}) "
        "ORDER BY part, file, row"
    )
