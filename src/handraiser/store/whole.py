"""What is known of all leads, and what they all did, when that is too much to be held?

Events are read from the segments as a stream, each joined to who stands for its person now; what is in no
segment yet comes from the database. So it is complete, as of one instant, however far the segments go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from handraiser.facts.inputs import Inputs
from handraiser.store.bulk import query
from handraiser.store.consents import all_objecting
from handraiser.store.history import (
    COMPANIES,
    LEADS,
    Member,
    Told,
    known_since,
    names_seen,
    outcomes_of,
    rows_told,
)
from handraiser.store.judgements import asking_verdicts
from handraiser.store.records import is_copy, rows_between
from handraiser.store.segments import COLUMNS, Kind, Segment, chains, read_by, reading
from handraiser.store.snapshot import as_of_now
from handraiser.tables.streamed import streamed_inputs

__all__ = ["history_inputs"]

_PAGE = 50_000
_MEMBERS = pa.schema(
    [("person_id", pa.int64()), ("lead", pa.int64()), ("since", pa.int64()), ("created_at", pa.int64())]
)
_JUDGED = pa.schema([("id", pa.int64()), ("verdict", pa.string())])
_EVENTS = (
    "SELECT CAST(member.lead AS VARCHAR) AS lead_id, event, event_id, "
    "coalesce(judged.verdict, every.verdict) AS verdict, occurred_at, "
    "greatest(known_at, member.since) AS known_at, session_id, properties "
    "FROM {every} AS every JOIN history_members AS member ON member.person_id = every.person_id "
    "LEFT JOIN history_judged AS judged ON judged.id = every.id"
)
_OF_PEOPLE = (
    "SELECT member.lead, member.created_at, valid_from, greatest(known_at, member.since) AS known, "
    '"values", company FROM {every} AS every '
    "JOIN history_members AS member ON member.person_id = every.person_id ORDER BY member.lead, known, id"
)
_OF_COMPANIES = (
    'SELECT company, 0, valid_from, known_at AS known, "values", NULL FROM {every} AS every '
    "ORDER BY company, known, id"
)


@contextmanager
def history_inputs(
    con: duckdb.DuckDBPyConnection, folder: Path, *, told: Callable[[int, int], None] = lambda rows, of: None
) -> Iterator[Inputs]:
    """Have all leads as inputs for scoring within, as of now, on a connection that has nothing else on it.

    folder  where the segments are; without any, all comes from the database
    told    is called with how many rows have been read, and how many there are; the last of them are what was
            done, which is read by whoever reads the inputs

    Segments that are read stay until the end. Raises `duckdb.Error` where one is damaged.
    """
    there = folder.is_dir()
    with reading(folder) if there else nullcontext():
        # First, or there would be rows in them that are not there at this moment.
        found: Mapping[Kind, Sequence[Segment]] = chains(folder) if there else {}
        with as_of_now():
            if not is_copy(folder, found):
                found = {}
            _put(con, "history_members", _members())
            _put(con, "history_judged", _judged())
            every = {kind: _every(con, kind, found.get(kind, ())) for kind in Kind}
            read = _Reading(con, found, told)
            seen = names_seen()
            outcomes = _outcomes(con)
            customers = dict(
                query("SELECT key, customer_since FROM store_company WHERE customer_since IS NOT NULL")
            )
        con.execute(
            f"CREATE OR REPLACE VIEW history_events AS {_EVENTS.format(every=every[Kind.ACTIVITIES])}"
        )
        yield streamed_inputs(
            con,
            leads=_rows(read, _OF_PEOPLE.format(every=every[Kind.PEOPLE]), LEADS),
            companies=_rows(read, _OF_COMPANIES.format(every=every[Kind.COMPANIES]), COMPANIES),
            events="history_events",
            seen=seen,
            outcomes=outcomes,
            customers=customers,
        )


def _every(con: duckdb.DuckDBPyConnection, kind: Kind, chain: Sequence[Segment]) -> str:
    """Return what goes after FROM for all rows of a kind; those in no segment are put on the connection."""
    behind = chain[-1].last if chain else 0
    fresh = f"history_new_{kind}"
    batches = [batch for rows in rows_between(kind, behind + 1, None) for batch in rows.to_batches()]
    _put(con, fresh, pa.Table.from_batches(batches, schema=COLUMNS[kind]))
    # Few files with few rows are no reason for DuckDB to ask each for its columns again.
    return f"({read_by(kind, chain)} UNION ALL SELECT * FROM {fresh})" if chain else fresh


class _Reading:
    """Reads rows, and tells how many of all there are have been read."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        found: Mapping[Kind, Sequence[Segment]],
        told: Callable[[int, int], None],
    ) -> None:
        self._con, self._told, self._read = con, told, 0
        fresh = (con.table(f"history_new_{kind}").count("*").fetchall()[0][0] for kind in Kind)
        self._of = sum(fresh) + sum(segment.rows for chain in found.values() for segment in chain)
        told(0, self._of)

    def fetched(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a question."""
        for batch in self._con.sql(sql).to_arrow_reader(_PAGE):
            self._read += batch.num_rows
            self._told(self._read, self._of)
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _put(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    con.register("rows_put", rows)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows_put")
    con.unregister("rows_put")


def _members() -> pa.Table:
    """Return of everybody who is one with a lead which it is, since when, and since when it is a lead.

    Nobody of those who object to profiling.
    """
    joins = {
        joined: (person, at)
        for joined, person, at in query(
            "SELECT joined_id, person_id, at FROM store_join WHERE undone_at IS NULL"
        )
    }
    batches: list[pa.RecordBatch] = []
    known: dict[int, int] = {}
    left_alone = all_objecting()
    after = 0
    while True:
        found = query(
            "SELECT person.id, person.root_id, root.lead_since FROM store_person AS person "
            "JOIN store_person AS root ON root.id = person.root_id "
            "WHERE root.lead_since IS NOT NULL AND person.id > %s ORDER BY person.id LIMIT %s",
            [after, _PAGE],
        )
        if not found:
            return pa.Table.from_batches(batches, schema=_MEMBERS)
        after = found[-1][0]
        found = [row for row in found if row[1] not in left_alone]
        if not found:
            continue
        numbers, leads, created = (list(column) for column in zip(*found, strict=True))
        since = [known_since(number, joins, known) for number in numbers]
        batches.append(
            pa.record_batch([pa.array(each) for each in (numbers, leads, since, created)], _MEMBERS)
        )


def _judged() -> pa.Table:
    """Return the verdicts that somebody has said, by the numbers of what was done."""
    said = dict(query(*asking_verdicts(None)))  # the latest of each stays
    return pa.table({"id": list(said), "verdict": list(said.values())}, schema=_JUDGED)


def _outcomes(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return what sales said of all leads, in the order in which it applies; who is whom is there."""
    said = query("SELECT person_id FROM store_outcome WHERE undone_at IS NULL")
    wanted = pa.array(sorted({person for (person,) in said}), type=pa.int64())
    con.register("people_said_of", pa.table({"person_id": wanted}))
    members = con.sql(
        "SELECT person_id, lead, since FROM history_members JOIN people_said_of USING (person_id)"
    ).fetchall()
    con.unregister("people_said_of")
    return outcomes_of({person: Member(lead, since) for person, lead, since in members})


def _rows(read: _Reading, patches: str, schema: pa.Schema) -> pa.Table:
    """Return the attribute rows that patches amount to, which come owner by owner as they became known."""
    batches = []
    rows: list[tuple[Any, ...]] = []
    for (owner, created), own in groupby(read.fetched(patches), key=itemgetter(0, 1)):
        for valid, known, said, company in rows_told([Told(*each[2:]) for each in own]):
            rows.append(
                (str(owner), company, valid, known, created, said)
                if schema is LEADS
                else (owner, valid, known, said)
            )
        if len(rows) >= _PAGE:
            batches.append(_batch(rows, schema))
            rows = []
    batches.append(_batch(rows, schema))
    return pa.Table.from_batches(batches, schema=schema)


def _batch(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema)
