"""How does all that the live system keeps become inputs, when its events are too many to be held?

Leads and companies become tables on the connection, as those of files do. Events stay where they are and are
read as a stream. What their JSON says is read as everywhere (`kept`).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from handraiser.facts.inputs import Column, Inputs, Kind, Source
from handraiser.facts.standing import Standing
from handraiser.tables.kept import (
    ABOUT_EVENTS,
    ABOUT_ROWS,
    EVENTS,
    SESSION,
    Seen,
    columns_of_text,
    keys_read,
    mailbox_columns,
    mailboxes,
    outcomes_kept,
)
from handraiser.tables.quoting import quoted

__all__ = ["streamed_inputs"]

_TIMES = ("valid_from", "known_at", "created_at")


def streamed_inputs(
    con: duckdb.DuckDBPyConnection,
    *,
    leads: pa.Table,
    companies: pa.Table,
    events: str,
    seen: Seen,
    outcomes: pa.Table | None = None,
    customers: Mapping[str, int] | None = None,
) -> Inputs:
    """Return what is kept as inputs on a connection, which has it alone.

    leads, companies, seen, outcomes, customers
            as `kept_inputs` takes them
    events  the name of a view or table on the connection with the columns of its `events`
    """
    of_events = columns_of_text(
        events, "properties", "p:", (*EVENTS, "TRUE AS usable", 'session_id AS "p:session_id"'),
        keys_read(seen.get("event", {}), None, ABOUT_EVENTS),
    )  # fmt: skip
    con.execute(f"CREATE OR REPLACE VIEW streamed_events AS SELECT * FROM {of_events.relation}")
    return Inputs(
        con=con,
        leads=_table(con, "lead", leads, seen),
        companies=_table(con, "company", companies, seen),
        events=Source(relation="streamed_events", columns=SESSION | of_events.columns, has=frozenset(EVENTS)),
        outcomes=outcomes_kept(Standing(con), outcomes),
        rejects=[],
        customers=None if customers is None else dict(customers),
    )


def _table(con: duckdb.DuckDBPyConnection, scope: str, rows: pa.Table, seen: Seen) -> Source:
    """Return the rows of leads or companies as a table with a column for each attribute."""
    known = seen.get(scope, {})
    ids = ["lead_id", "company_id"] if scope == "lead" else ["company_id"]
    given = rows.append_column("row", pa.array(range(1, rows.num_rows + 1), type=pa.int64()))
    derived = mailbox_columns(known, None) if scope == "lead" else {}
    if derived:
        for name, values in mailboxes(rows, derived).items():
            given = given.append_column(f"a:{name}", values)
    own = ["row", *ids, "valid_from", "known_at"]
    own.append("created_at" if scope == "lead" else "CAST(NULL AS BIGINT) AS created_at")
    own += [column.sql for column in derived.values()]
    name = f"streamed_{scope}"
    con.register("given_rows", given)
    read = columns_of_text("given_rows", "attributes", "a:", tuple(own), keys_read(known, None, ABOUT_ROWS))
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {read.relation}")
    con.unregister("given_rows")
    columns = {each: Column(each, quoted(each), Kind.TEXT) for each in ids}
    has = frozenset([*ids, *_TIMES] if scope == "lead" else [*ids, "valid_from", "known_at"])
    return Source(relation=name, columns=columns | read.columns | derived, has=has)
