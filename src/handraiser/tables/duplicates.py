"""Which events are the same event, delivered again, and which of them stays?"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import msgspec
import numpy as np
import pyarrow as pa

from handraiser.facts.inputs import Inputs, Rejects
from handraiser.tables.seen import Hashes, seen_again

__all__ = ["DROPPED", "DUPLICATE", "EVENTS_ONCE", "without_duplicates"]

_BATCH = 1_000_000
# Not a plain join: DuckDB would turn it around where it thinks the ids are many, and then hold all events in
# memory, in any order.
_REPEATED = "coalesce(usable AND event_id IN (SELECT event_id FROM event_ids_repeated), FALSE)"
DUPLICATE = "an event with this event_id was known before, or stands before it"
EVENTS_ONCE, DROPPED = "events_once", "events_dropped"


def without_duplicates(inputs: Inputs) -> Inputs:
    """Return the inputs with every `event_id` once: the event known first, of equal ones the file's first.

    An empty id is none, and an event that cannot be used stands in nobody's way. The ids are read once, as
    a stream of hashes; only where one comes again are the events themselves looked at.
    """
    if "event_id" not in inputs.events.has:
        return inputs
    con = inputs.con
    threads = con.execute("SELECT current_setting('threads')").fetchall()[0][0]
    hashes = seen_again(_hashes(con), threads=int(threads))
    if not len(hashes) or not _repeated_ids(con, hashes):
        return inputs
    everything = inputs.refused["events"].everything
    _settle(con, everything)
    part, file, row, rows = con.execute(
        f"SELECT arg_min(part, rowid), arg_min(file, rowid), arg_min(row, rowid), count(*) FROM {DROPPED}"
    ).fetchall()[0]
    # One row asked by its number, for a row's text takes longer to make than all the rest of it.
    example = con.execute(
        f"SELECT place || ': ' || raw FROM {everything} WHERE part = {part} AND file = {file} AND row = {row}"
    ).fetchall()[0][0]
    dropped = Rejects(input="events", reason=DUPLICATE, rows=rows, example=example)
    once = msgspec.structs.replace(inputs.events, relation=EVENTS_ONCE)
    return msgspec.structs.replace(inputs, events=once, rejects=[*inputs.rejects, dropped])


def _hashes(con: duckdb.DuckDBPyConnection) -> Iterator[Hashes]:
    query = "SELECT hash(event_id) AS hash FROM events WHERE event_id <> ''"
    for batch in con.sql(query).to_arrow_reader(_BATCH):
        yield batch.column(0).to_numpy(zero_copy_only=False).astype(np.uint64, copy=False)


def _repeated_ids(con: duckdb.DuckDBPyConnection, hashes: Hashes) -> bool:
    """Make the table of ids that usable events share; whether there are any."""
    con.register("hashes_seen_again", pa.table({"hash": hashes}))
    con.execute(
        "CREATE TABLE event_ids_repeated AS SELECT event_id FROM events "
        "WHERE usable AND event_id <> '' AND hash(event_id) IN (SELECT hash FROM hashes_seen_again) "
        "GROUP BY event_id HAVING count(*) > 1"
    )
    con.unregister("hashes_seen_again")
    return bool(con.execute("SELECT count(*) FROM event_ids_repeated").fetchall()[0][0])


def _settle(con: duckdb.DuckDBPyConnection, everything: str) -> None:
    """Keep one event of each repeated id apart, and read the others around them."""
    con.execute(
        "CREATE TABLE events_rivals AS SELECT * EXCLUDE (place, raw), "
        "row_number() OVER (PARTITION BY event_id "
        "ORDER BY coalesce(known_at, occurred_at), part, file, row) AS rank "
        f"FROM {everything} WHERE {_REPEATED}"
    )
    con.execute(
        f"CREATE TABLE {DROPPED} AS SELECT part, file, row FROM events_rivals WHERE rank > 1 "
        "ORDER BY part, file, row"
    )
    con.execute(
        "CREATE TABLE events_kept AS SELECT * EXCLUDE (part, file, row, rank) "
        "FROM events_rivals WHERE rank = 1"
    )
    con.execute("DROP TABLE events_rivals")
    con.execute(
        f"CREATE VIEW {EVENTS_ONCE} AS SELECT * FROM events WHERE NOT {_REPEATED} "
        "UNION ALL SELECT * FROM events_kept"
    )
