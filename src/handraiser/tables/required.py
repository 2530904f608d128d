"""Does an input have the columns that it needs, under names that can be told apart, with times in them?"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import msgspec

from handraiser.errors import Diagnostic, Mistakes
from handraiser.tables.mistakes import DataCode, group_by_case, mistake, nearest, same_name
from handraiser.tables.parts import Cell, Form, Part
from handraiser.tables.quoting import quoted
from handraiser.tables.times import TIMES, is_time

__all__ = ["checked"]

_REQUIRED = {
    "leads": ("lead_id",),
    "companies": ("company_id",),
    "events": ("lead_id", "event", "occurred_at"),
    "outcomes": ("lead_id", "stage", "at"),
}
_OBJECTS = {Form.STRUCT, Form.MAP, Form.OBJECT, Form.TEXT, Form.NOTHING}


def checked(con: duckdb.DuckDBPyConnection, parts: Sequence[Part], name: str) -> list[Part]:
    """Return the parts of an input, nameless columns left out; Mistakes where one will not do."""
    wrong: list[Diagnostic] = []
    fine = []
    for part in parts:
        named = [msgspec.structs.replace(cell, name=cell.name.strip()) for cell in part.cells]
        cells = [cell for cell in named if cell.name and "\0" not in cell.name]
        groups = group_by_case(cell.name for cell in cells)
        wrong += [same_name(part.place, names) for names in groups if len(names) > 1]
        wrong += _missing(con, part, cells, name)
        fitting = [_fitting(con, part, cell, name, wrong) for cell in cells]
        fine.append(msgspec.structs.replace(part, cells=tuple(fitting)))
    if wrong:
        raise Mistakes(wrong)
    return fine


def _missing(
    con: duckdb.DuckDBPyConnection, part: Part, cells: Sequence[Cell], name: str
) -> list[Diagnostic]:
    names = [cell.name for cell in cells]
    missing = [each for each in _REQUIRED[name] if each not in map(str.lower, names)]
    if not names and not con.execute(f"SELECT count(*) FROM {part.relation}").fetchall()[0][0]:
        return []  # no rows, so there was nothing that could have had columns
    return [_no_column(part, each, names) for each in missing]


def _no_column(part: Part, missing: str, names: Sequence[str]) -> Diagnostic:
    near = nearest(missing, names)
    if near:
        fix = f"There is `{near}`: rename it to {missing}, if that is what it is."
    elif names:
        fix = f"It has {', '.join(f'`{each}`' for each in names[:12])}: rename the one that is {missing}."
    else:
        fix = "Check that it is the file you mean: nothing in it could be read."
    return mistake(DataCode.MISSING_COLUMN, part.place, f"There is no column {missing}.", fix)


def _fitting(
    con: duckdb.DuckDBPyConnection, part: Part, cell: Cell, name: str, wrong: list[Diagnostic]
) -> Cell:
    """The column. A type that it cannot have is a mistake, unless it is empty and so as good as none."""
    lower = cell.name.lower()
    if lower in TIMES[name] and not is_time(cell):
        wrong += [] if _empty(con, part, cell) else [_no_time(con, part, cell)]
    elif (name, lower) == ("events", "properties") and cell.form not in _OBJECTS:
        wrong += [] if _empty(con, part, cell) else [_no_objects(part, cell)]
    else:
        return cell
    return msgspec.structs.replace(cell, form=Form.NOTHING)


def _empty(con: duckdb.DuckDBPyConnection, part: Part, cell: Cell) -> bool:
    return not con.execute(f"SELECT count({cell.sql}) FROM {part.relation}").fetchall()[0][0]


def _no_objects(part: Part, cell: Cell) -> Diagnostic:
    return mistake(
        DataCode.NO_OBJECTS,
        part.place,
        f"{cell.name} is of type {cell.type}; it has no keys that could be properties.",
        "Make it a JSON object or a struct, or rename it to be a property itself.",
    )


def _no_time(con: duckdb.DuckDBPyConnection, part: Part, cell: Cell) -> Diagnostic:
    number = f"TRY_CAST(CAST(any_value({cell.sql}) AS VARCHAR) AS DOUBLE)"
    found = con.execute(f"SELECT {number} FROM {part.relation} WHERE {cell.sql} IS NOT NULL").fetchall()[0][0]
    epoch = _epoch(found)
    return mistake(
        DataCode.NO_TIME,
        part.place,
        f"{cell.name} is of type {cell.type}, not a time."
        + (f" Its numbers look like {epoch}." if epoch else ""),
        f"Make it a timestamp, in DuckDB {_CONVERSIONS[epoch].format(quoted(cell.name))}."
        if epoch
        else "Make it a timestamp, or text such as 2026-03-01T10:00:00Z.",
    )


_CONVERSIONS = {
    "epoch seconds": "with to_timestamp({})",
    "epoch milliseconds": "with epoch_ms({})",
    "epoch microseconds": "with make_timestamp({})",
}


def _epoch(number: float | None) -> str:
    """What a number that stands for a time of our days counts since 1970."""
    if number is None:
        return ""
    for unit, factor in (("seconds", 1), ("milliseconds", 1_000), ("microseconds", 1_000_000)):
        if 3e8 * factor <= abs(number) < 1e10 * factor:
            return f"epoch {unit}"
    return ""
