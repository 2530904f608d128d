"""What is known of all leads, as tables that `handraiser score` reads?

So whoever doubts what is shown can compute it anew. It is read in ranges of leads, all of it as it was at one
instant.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import duckdb
import pyarrow as pa

from handraiser.errors import many
from handraiser.facts.inputs import Kind, Source
from handraiser.facts.instants import iso
from handraiser.flows.refusals import FlowCode, refused
from handraiser.store.bulk import among, query
from handraiser.store.consents import all_objecting, objecting
from handraiser.store.history import History, history_of, names_seen
from handraiser.store.snapshot import as_of_now
from handraiser.tables.jsontext import NUMBERS
from handraiser.tables.kept import Seen, kept_inputs
from handraiser.tables.manifest import MANIFEST, Manifest, left_here, others_there
from handraiser.tables.paths import FileKind
from handraiser.tables.quoting import quoted
from handraiser.tables.streaming import Write, tables_written

__all__ = ["TABLES", "Exported", "export", "ranges_of_leads"]

TABLES = ("leads", "companies", "events", "outcomes", "rejects")
_TIME = pa.timestamp("us", tz="UTC")
_KINDS = {Kind.NUMBER: pa.float64(), Kind.BOOLEAN: pa.bool_(), Kind.TEXT: pa.string()}
_OWN: dict[str, dict[str, pa.DataType]] = {
    "leads": {
        "lead_id": pa.string(), "company_id": pa.string(), "created_at": _TIME, "valid_from": _TIME,
        "known_at": _TIME,
    },
    "companies": {"company_id": pa.string(), "valid_from": _TIME, "known_at": _TIME},
    "events": {
        "lead_id": pa.string(), "event": pa.string(), "event_id": pa.string(), "occurred_at": _TIME,
        "known_at": _TIME, "verdict": pa.string(), "session_id": pa.string(), "properties": pa.string(),
    },
    "outcomes": {
        "lead_id": pa.string(), "stage": pa.string(), "at": _TIME, "reason": pa.string(),
        "agreement": pa.string(), "amount": pa.float64(), "currency": pa.string(),
        "competitor": pa.string(), "note": pa.string(), "by": pa.string(), "company_id": pa.string(),
    },
    "rejects": {
        "reason": pa.string(), "kind": pa.string(), "received_at": _TIME, "replayed_at": _TIME,
        "body": pa.string(),
    },
}  # fmt: skip
_LENGTH = 100  # characters of a name in the header of a CSV file: all of it is read at once


class Exported(NamedTuple):
    """How much was written: rows by table, and of how many leads and companies these tell."""

    rows: Mapping[str, int]
    leads: int
    companies: int


_FIRST = 200  # leads of the first range
_EVENTS = 200_000  # that a range is to have, about
_MOST = 5_000  # leads or rejects of a range


def export(
    folder: str, kind: FileKind, *, now: int, progress: Callable[[int], None] = lambda rows: None
) -> Exported:
    """Write what is known into files of a folder; return how much that is.

    `progress` is called with the number of events written so far. All files appear or none does, in place of
    an export that was there. Raises Mistakes where the folder is a file or has files of these names that no
    export wrote, Unavailable where it cannot be written.
    """
    names = [f"{table}.{kind.value}" for table in TABLES]
    own = left_here(folder, TABLES)
    _refuse_others(folder, [*names, MANIFEST], own)
    manifest = Manifest(kind.value, iso(now), names)
    con = duckdb.connect(config={"threads": 1})
    with as_of_now(), con:
        seen = names_seen()
        schemas = _schemas(con, _fitting(seen) if kind is FileKind.CSV else seen)
        written = {MANIFEST: manifest.text()}
        with tables_written(folder, schemas, kind, beside=written, instead_of=own) as writers:
            return _written(con, seen, schemas, writers, progress)


def _refuse_others(folder: str, names: Sequence[str], own: Collection[str]) -> None:
    others = others_there(folder, names, own)
    if others:
        more = f" and {many(len(others) - 1, 'more file')}" if others[1:] else ""
        says = f"{others[0]}{more} would be written over, and no export wrote it."
        fix = "Name another folder, or move what is in this one away."
        raise refused(FlowCode.NOT_AN_EXPORT, "FOLDER", says, fix)


def _written(
    con: duckdb.DuckDBPyConnection,
    seen: Seen,
    schemas: Mapping[str, pa.Schema],
    writers: Mapping[str, Write],
    progress: Callable[[int], None],
) -> Exported:
    rows = dict.fromkeys(TABLES, 0)

    def write(name: str, table: pa.Table) -> None:
        rows[name] += table.num_rows
        writers[name](table.cast(schemas[name]))

    leads = 0
    companies: set[str] = set()
    for history in ranges_of_leads():
        leads += len(history.known_until)
        tables = _tables(con, history, seen, schemas, companies)
        for name, table in tables.items():
            write(name, table)
        progress(rows["events"])
    write("outcomes", _bought_by_no_lead())
    for table in _rejects():
        write("rejects", table)
    return Exported(rows, leads, len(companies))


def ranges_of_leads(after: int = 0) -> Iterator[History]:
    """Yield what is known of all leads, by their numbers, some at a time: the fewer, the more they did.

    Those are left out that object to profiling.
    """
    size = _FIRST
    while True:
        found = query(
            "SELECT id FROM store_person WHERE root_id = id AND lead_since IS NOT NULL AND id > %s "
            "ORDER BY id LIMIT %s",
            [after, size],
        )
        if not found:
            return
        after = found[-1][0]
        numbers = [number for (number,) in found]
        left_alone = objecting(numbers)
        history = history_of([number for number in numbers if number not in left_alone])
        yield history
        each = max(history.events.num_rows, 1) / len(found)
        size = max(1, min(_MOST, int(_EVENTS / each)))


def _schemas(con: duckdb.DuckDBPyConnection, seen: Seen) -> dict[str, pa.Schema]:
    """Return the columns of the tables: their own, and attributes, of the kinds that all values had."""
    inputs = _Sources.of(con, history_of(()), seen)
    given = {
        "leads": _attributes(inputs.leads, seen["lead"]),
        "companies": _attributes(inputs.companies, seen["company"]),
    }
    return {
        name: pa.schema(
            [*own.items(), *((column, _KINDS[kind]) for column, kind in given.get(name, {}).items())]
        )
        for name, own in _OWN.items()
    }


def _fitting(seen: Seen) -> Seen:
    """Return what has been seen without attributes whose names no header of a CSV file can hold."""
    return {
        scope: {
            name: types
            for name, types in names.items()
            if name.isprintable() and name == name.strip() and "\ufffd" not in name and len(name) <= _LENGTH
        }
        for scope, names in seen.items()
    }


class _Sources(NamedTuple):
    leads: Source
    companies: Source
    events: Source

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, history: History, seen: Seen) -> _Sources:
        """Return what is known of some leads as everything else reads it, on a connection."""
        inputs = kept_inputs(
            con,
            leads=history.leads,
            companies=history.companies,
            events=history.events,
            seen=seen,
            wanted=None,
        )
        if inputs.companies is None:
            raise AssertionError("what is kept always has companies")
        return cls(inputs.leads, inputs.companies, inputs.events)


def _attributes(source: Source, seen: Mapping[str, object]) -> dict[str, Kind]:
    """Return what was ever said of them; what is derived from that is derived again by whoever reads it."""
    return {
        name: column.kind
        for name, column in source.columns.items()
        if name in seen and column.sql == quoted(f"a:{name}")
    }


def _tables(
    con: duckdb.DuckDBPyConnection,
    history: History,
    seen: Seen,
    schemas: Mapping[str, pa.Schema],
    companies: set[str],
) -> dict[str, pa.Table]:
    """Return what is known of some leads; a company that has been written is not written again."""
    sources = _Sources.of(con, history, seen)
    leads = _read(con, sources.leads, schemas["leads"])
    firms = _read(con, sources.companies, schemas["companies"])
    ids = firms.column("company_id").to_pylist()
    firms = firms.filter(pa.array([each not in companies for each in ids], type=pa.bool_()))
    companies.update(ids)
    events = history.events.select(list(_OWN["events"]))
    return {
        "leads": leads,
        "companies": firms,
        "events": _as_read(con, sources.events, events, seen["event"]),
        "outcomes": history.outcomes,
    }


def _read(con: duckdb.DuckDBPyConnection, source: Source, schema: pa.Schema) -> pa.Table:
    columns = [
        f"{quoted(name) if place < _owned(schema) else quoted(f'a:{name}')} AS c{place}"
        for place, name in enumerate(schema.names)
    ]
    table = con.sql(f"SELECT {', '.join(columns)} FROM {source.relation} ORDER BY row").to_arrow_table()
    return table.rename_columns(schema.names)


def _owned(schema: pa.Schema) -> int:
    """Return how many columns are the table's own; attributes come after them."""
    return len(_OWN["leads"] if schema.names[0] == "lead_id" else _OWN["companies"])


def _as_read(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    events: pa.Table,
    seen: Mapping[str, frozenset[str]],
) -> pa.Table:
    """Return events with texts in place of values that are read as texts because others of the name are.

    Who reads the file sees the values of leads alone, and those of visitors have a say in what a name is.
    """
    mixed = [name for name in seen if name in source.columns and _several(seen[name])]
    if not mixed or not events.num_rows:
        return events
    columns = ", ".join(f"{source.columns[name].sql} AS c{place}" for place, name in enumerate(mixed))
    con.register("numbered_events", events.append_column("n", pa.array(range(events.num_rows))))
    found = con.sql(
        f"SELECT n, {columns} FROM {source.relation} JOIN numbered_events USING (event_id) ORDER BY n"
    ).fetchall()
    texts = events.column("properties").to_pylist()
    for number, *values in found:
        if any(value is not None for value in values):
            said = json.loads(texts[number])
            said |= {name: value for name, value in zip(mixed, values, strict=True) if value is not None}
            texts[number] = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    place = events.column_names.index("properties")
    return events.set_column(place, "properties", pa.array(texts, type=pa.string()))


def _several(types: frozenset[str]) -> bool:
    kinds = types - {"NULL"}
    return len(kinds) > 1 and not kinds <= NUMBERS


def _bought_by_no_lead() -> pa.Table:
    """Return that those bought who are in no table: by it their companies are customers, as they are here."""
    left_alone, parameters = among("root.id", all_objecting())
    rows = query(
        "SELECT CAST(person_id AS text), stage, at, company.key FROM store_outcome AS outcome "
        "JOIN store_company AS company ON company.id = outcome.company_id "
        "JOIN store_person AS person ON person.id = outcome.person_id "
        "JOIN store_person AS root ON root.id = person.root_id "
        "WHERE undone_at IS NULL AND stage = 'customer' "
        f"AND (root.lead_since IS NULL OR {left_alone}) ORDER BY at, outcome.id",
        parameters,
    )
    said = [dict(zip(("lead_id", "stage", "at", "company_id"), row, strict=True)) for row in rows]
    columns = [
        pa.array([each.get(name) for each in said], type=_plain(kind))
        for name, kind in _OWN["outcomes"].items()
    ]
    return pa.table(columns, names=list(_OWN["outcomes"]))


def _rejects() -> Iterator[pa.Table]:
    after = 0
    while True:
        rows = query(
            "SELECT id, reason, kind, received_at, replayed_at, body FROM store_reject WHERE id > %s "
            "ORDER BY id LIMIT %s",
            [after, _MOST],
        )
        if not rows:
            return
        after = rows[-1][0]
        told = [(*row, bytes(body).decode(errors="backslashreplace")) for _, *row, body in rows]
        yield pa.table(
            {
                name: pa.array(values, type=_plain(kind))
                for (name, kind), values in zip(_OWN["rejects"].items(), zip(*told, strict=True), strict=True)
            }
        )


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.int64() if pa.types.is_timestamp(kind) else kind
