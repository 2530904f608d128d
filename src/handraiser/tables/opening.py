"""How do files and frames become the inputs that everything else reads?"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

import duckdb
import msgspec
import pyarrow as pa

from handraiser.agreement.hours import known_zones
from handraiser.errors import Diagnostic, Mistakes, Place
from handraiser.facts.inputs import Inputs, Refused, Source
from handraiser.tables.columnar import arrow_part, parquet_part
from handraiser.tables.delimited import delimited_parts
from handraiser.tables.duplicates import without_duplicates
from handraiser.tables.entities import company_source, lead_source
from handraiser.tables.events import event_source
from handraiser.tables.frames import as_rows, as_table
from handraiser.tables.jsonlines import line_parts, table_part
from handraiser.tables.locating import Origins
from handraiser.tables.mistakes import DataCode, mistake, nearest
from handraiser.tables.outcomes import outcome_source
from handraiser.tables.parts import Part
from handraiser.tables.paths import File, FileKind, files_of
from handraiser.tables.reading import reading
from handraiser.tables.refusals import doubtful_events, rejects_of, unread_rejects
from handraiser.tables.required import checked

__all__ = ["open_inputs"]

_Make = Callable[[duckdb.DuckDBPyConnection, Sequence[Part], str], tuple[Source, Refused]]
_MAKERS: dict[str, _Make] = {
    "leads": lead_source,
    "companies": company_source,
    "events": event_source,
    "outcomes": outcome_source,
}


def open_inputs(
    *,
    leads: object,
    events: object,
    companies: object = None,
    outcomes: object = None,
    timezone: str = "UTC",
    con: duckdb.DuckDBPyConnection | None = None,
    threads: int | None = None,
    deduplicate: bool = True,
) -> Inputs:
    """Return the inputs on one DuckDB connection, in memory unless one is given.

    Each is a path (globs too), a list of paths, an Arrow table or reader, a Polars or pandas frame, a DuckDB
    relation, or a list of dicts. `timezone` is what times without an offset mean. Everything that is wrong
    with any of them is raised at once, as `Mistakes`.
    """
    given = {"leads": leads, "companies": companies, "events": events, "outcomes": outcomes}
    _check_zone(timezone)
    own = con is None
    con = _connection(threads) if con is None else con
    try:
        inputs = _opened(con, _given(given), timezone)
        with reading("<events>"):
            return without_duplicates(inputs) if deduplicate else inputs
    except BaseException:
        if own:
            con.close()
        raise


def _given(inputs: Mapping[str, object]) -> dict[str, object]:
    """Return the inputs that are there; two of them have to be."""
    needed = ("leads", "events")
    return {name: each for name, each in inputs.items() if each is not None or name in needed}


def _opened(con: duckdb.DuckDBPyConnection, given: Mapping[str, object], timezone: str) -> Inputs:
    parts: dict[str, list[Part]] = {}
    wrong: list[Diagnostic] = []
    for name, each in given.items():
        try:
            with reading(f"<{name}>"):
                parts[name] = checked(con, _parts(con, each, name), name)
        except Mistakes as mistakes:
            wrong += mistakes.diagnostics
    if wrong:
        raise Mistakes(wrong)
    made = {}
    origins = {name: Origins(con, name, tuple(each)) for name, each in parts.items()}
    for name, each in parts.items():
        with reading(origins[name].place):
            made[name] = _MAKERS[name](con, each, timezone)
    sources = {name: source for name, (source, _) in made.items()}
    inputs = Inputs(
        con=con,
        leads=sources["leads"],
        companies=sources.get("companies"),
        events=sources["events"],
        outcomes=sources.get("outcomes"),
        rejects=[],
        refused={name: _kept(con, name, refused, parts[name]) for name, (_, refused) in made.items()},
        origins=dict(origins),
    )
    for name, each in parts.items():
        with reading(origins[name].place):
            if any(part.unread for part in each):
                inputs.rejects += unread_rejects(inputs, name)
            inputs.rejects += doubtful_events(inputs) if name == "events" else rejects_of(inputs, name)
    return inputs


def _kept(con: duckdb.DuckDBPyConnection, name: str, refused: Refused, parts: Sequence[Part]) -> Refused:
    """Put the lines that never became rows beside the refused rows."""
    lines = [line for part in parts for line in part.unread]
    con.execute(
        f"CREATE TABLE {name}_unread AS SELECT unnest($1::VARCHAR[]) AS place, "
        "unnest($2::VARCHAR[]) AS reason, unnest($3::VARCHAR[]) AS raw, unnest($4::VARCHAR[]) AS owner",
        [
            [line.place for line in lines],
            [line.reason for line in lines],
            [line.raw for line in lines],
            [line.owner for line in lines],
        ],
    )
    return msgspec.structs.replace(refused, unread=f"{name}_unread")


def _connection(threads: int | None) -> duckdb.DuckDBPyConnection:
    # Nothing is ever fetched from a network: what is needed is in the wheel.
    con = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    if threads is not None:
        con.execute(f"SET threads = {int(threads)}")
    return con


def _check_zone(timezone: str) -> None:
    if timezone != "UTC" and timezone not in known_zones():  # to list them takes a tenth of a second
        near = nearest(timezone, sorted(known_zones()))
        raise Mistakes(
            [
                Diagnostic(
                    code=DataCode.UNKNOWN_ZONE,
                    at=Place("--timezone", line=0),
                    says=f"There is no time zone {timezone}.",
                    fix=f"Did you mean {near}?" if near else "Name one such as Europe/Berlin.",
                )
            ]
        )


def _parts(con: duckdb.DuckDBPyConnection, given: object, name: str) -> list[Part]:
    paths = _paths(given)
    if paths is not None:
        return _file_parts(con, files_of(paths))
    rows = as_rows(given)
    if rows is not None:
        return [table_part(con, rows, name)]
    table = as_table(given)
    if table is None:
        raise Mistakes(
            [
                mistake(
                    DataCode.NOT_DATA,
                    f"<{name}>",
                    f"{type(given).__name__} is nothing that can be read as {name}.",
                    "Give a path, several paths, an Arrow table, a Polars or pandas frame, "
                    "a DuckDB relation, or a list of dicts.",
                )
            ]
        )
    if isinstance(given, pa.RecordBatchReader) and not any(each.num_chunks for each in table.columns):
        says = "This reader of Arrow batches has none left; it can be read once."
        fix = "Give an Arrow table, which may also be empty."
        raise Mistakes([mistake(DataCode.EMPTY, f"<{name}>", says, fix)])
    return [arrow_part(con, table, name, 0)]


def _paths(given: object) -> Sequence[str | os.PathLike[str]] | None:
    if isinstance(given, str | os.PathLike):
        return [given]
    if (
        isinstance(given, list | tuple)
        and given
        and all(isinstance(each, str | os.PathLike) for each in given)
    ):
        return given
    return None


def _file_parts(con: duckdb.DuckDBPyConnection, files: Sequence[File]) -> list[Part]:
    parts: list[Part] = []
    for kind, run in groupby(files, key=lambda file: file.kind):
        match kind:
            case FileKind.CSV:
                parts += delimited_parts(con, list(run))
            case FileKind.LINES:
                parts += line_parts(con, list(run))
            case FileKind.PARQUET:
                parts.append(parquet_part(con, list(run)))
    return parts
