"""Which events are the same event, delivered again, and which of them stays?"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import msgspec
import numpy as np
import pyarrow as pa

from handraiser.facts.inputs import Inputs, Refused, Rejects
from handraiser.tables.quoting import literal
from handraiser.tables.refusals import places_of
from handraiser.tables.seen import Hashes, seen_again

__all__ = ["dropped_events", "dropped_rejects", "without_duplicates"]

_BATCH = 1_000_000
# Not plain joins: DuckDB would turn one around where it thinks the ids are many, and then hold all events in
# memory, in any order.
_ALIKE = (
    "coalesce(usable AND event_id <> '' AND hash(event_id) IN (SELECT hash FROM hashes_seen_again), FALSE)"
)
_APART = "coalesce(usable AND event_id IN (SELECT event_id FROM event_ids_apart), FALSE)"
# An event that is delivered again is of the same lead, name and time. Else the ids are rather what is wrong.
_DIFFERS = (
    "concat_ws(' and ', CASE WHEN lead_id <> first.lead_id THEN 'another lead' END, "
    "CASE WHEN event <> first.event THEN 'another event' END, "
    "CASE WHEN occurred_at <> first.occurred_at THEN 'another time' END)"
)
_AGAIN = "an event with this event_id was known before, or stands before it"
_CLASHES = "same event_id as an event that stays, but "
_ONCE, _DROPPED = "events_once", "events_dropped"


def without_duplicates(inputs: Inputs) -> Inputs:
    """Return the inputs with every `event_id` once: the event known first, of equal ones the file's first.

    An empty id is none. An event that is not used, since something is wrong with it or nobody knows its lead,
    stands in nobody's way. The ids are read once, as a stream of hashes; only where one comes again are the
    events themselves looked at.
    """
    if "event_id" not in inputs.events.has:
        return inputs
    con = inputs.con
    threads = con.execute("SELECT current_setting('threads')").fetchall()[0][0]
    hashes = seen_again(_hashes(con), threads=int(threads))
    if not len(hashes) or not _settled(inputs, hashes):
        return inputs
    _read_once(con, inputs.refused["events"])
    once = msgspec.structs.replace(inputs.events, relation=_ONCE)
    inputs = msgspec.structs.replace(inputs, events=once)
    return msgspec.structs.replace(inputs, rejects=[*inputs.rejects, *dropped_rejects(inputs)])


def dropped_events(inputs: Inputs) -> str | None:
    """Return the table of the events that were dropped, None where none was.

    It has `part`, `file`, `row`, `reason`, `used` and `owner`, as refused rows have them; `differs`, in what
    the event is not the same as the one that stays; and `first`, which that is.
    """
    return _DROPPED if inputs.events.relation == _ONCE else None


def dropped_rejects(inputs: Inputs, where: str = "TRUE") -> list[Rejects]:
    """Return the events that were dropped, counted by their reason; where they clash, with what stays."""
    if dropped_events(inputs) is None:
        return []
    groups = inputs.con.execute(
        "SELECT reason, count(*) AS rows, min({part: part, file: file, row: row}) AS again, "
        f"arg_min(first, (part, file, row)) AS first FROM {_DROPPED} "
        f"WHERE {where} GROUP BY reason ORDER BY rows DESC, reason"
    ).fetchall()
    keys = [(one["part"], one["file"], one["row"]) for *_, again, first in groups for one in (again, first)]
    stood = places_of(inputs, "events", keys)
    rejects = []
    for (reason, rows, _, _), again, first in zip(groups, keys[::2], keys[1::2], strict=True):
        place, raw = stood[again]
        beside = "" if reason == _AGAIN else f" (as {stood[first][0]})"
        rejects.append(Rejects(input="events", reason=reason, rows=rows, example=f"{place}{beside}: {raw}"))
    return rejects


def _hashes(con: duckdb.DuckDBPyConnection) -> Iterator[Hashes]:
    query = "SELECT hash(event_id) AS hash FROM events WHERE event_id <> ''"
    for batch in con.sql(query).to_arrow_reader(_BATCH):
        yield batch.column(0).to_numpy(zero_copy_only=False).astype(np.uint64, copy=False)


def _settled(inputs: Inputs, hashes: Hashes) -> bool:
    """Note which events are dropped, of those whose ids are shared, or seem to be; whether any is."""
    con, refused = inputs.con, inputs.refused["events"]
    # Properties matter only where events are kept apart (`_read_once`).
    columns = "event_id, lead_id, event, occurred_at, known_at, part, file, row" if refused.number else "*"
    con.register("hashes_seen_again", pa.table({"hash": hashes}))
    con.execute(
        f"CREATE TABLE events_alike AS SELECT {columns}, "
        f"lead_id IN (SELECT lead_id FROM {inputs.leads.relation}) AS known "
        f"FROM {refused.everything} WHERE {_ALIKE}"
    )
    con.unregister("hashes_seen_again")
    con.execute(
        "CREATE TABLE events_rivals AS SELECT *, row_number() OVER same AS rank, "
        "first_value({part: part, file: file, row: row, lead_id: lead_id, event: event, "
        "occurred_at: occurred_at}) OVER same AS first FROM events_alike WINDOW same AS "
        "(PARTITION BY event_id, known ORDER BY coalesce(known_at, occurred_at), part, file, row)"
    )
    con.execute("DROP TABLE events_alike")
    con.execute(
        f"CREATE TABLE {_DROPPED} AS SELECT part, file, row, "
        f"CASE WHEN differs = '' THEN {literal(_AGAIN)} ELSE {literal(_CLASHES)} || differs END AS reason, "
        "FALSE AS used, lead_id AS owner, differs, first "
        f"FROM (SELECT *, {_DIFFERS} AS differs FROM events_rivals WHERE rank > 1 AND known) AS again "
        "ORDER BY part, file, row"
    )
    return bool(con.execute(f"SELECT 1 FROM {_DROPPED} LIMIT 1").fetchall())


def _read_once(con: duckdb.DuckDBPyConnection, refused: Refused) -> None:
    """Make the view of the events without those that are dropped."""
    if refused.number:
        # The number of a row is known before any of it is read.
        con.execute(f"CREATE TABLE numbers_dropped AS SELECT {refused.number} AS number FROM {_DROPPED}")
        con.execute(
            f"CREATE VIEW {_ONCE} AS SELECT * EXCLUDE (part, file, row) FROM {refused.everything} "
            f"WHERE NOT coalesce({refused.number} IN (SELECT number FROM numbers_dropped), FALSE)"
        )
    else:
        # To count rows takes longer than to read ids: those that share one are kept apart, less the dropped.
        con.execute("CREATE TABLE event_ids_apart AS SELECT DISTINCT event_id FROM events_rivals")
        con.execute(
            "CREATE TABLE events_kept AS SELECT * EXCLUDE (part, file, row, known, rank, first) "
            "FROM events_rivals WHERE rank = 1 OR NOT known"
        )
        con.execute(
            f"CREATE VIEW {_ONCE} AS SELECT * FROM events WHERE NOT {_APART} "
            "UNION ALL SELECT * FROM events_kept"
        )
    con.execute("DROP TABLE events_rivals")
