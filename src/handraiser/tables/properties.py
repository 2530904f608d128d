"""Which further properties does a column `properties` hold, and how is each read?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from duckdb import DuckDBPyConnection

from handraiser.tables.jsontext import objects_in, pointer, read_keys
from handraiser.tables.parts import Cell, Form, Part
from handraiser.tables.quoting import literal

__all__ = ["STRUCTURAL", "with_properties"]

# A key of this name is no property: every event has a column for it, or means nothing by it.
STRUCTURAL = frozenset({"lead_id", "event", "occurred_at", "event_id", "known_at", "verdict", "properties"})


def with_properties(con: DuckDBPyConnection, part: Part) -> Part:
    """Return the part with a cell for every key of its column `properties`; a column beats a key."""
    whole = next((cell for cell in part.cells if cell.name.lower() == "properties"), None)
    if whole is None:
        return part
    rest = [cell for cell in part.cells if cell is not whole]
    part = msgspec.structs.replace(part, cells=tuple(rest))
    taken = STRUCTURAL | {cell.name.lower() for cell in rest}
    match whole.form:
        case Form.STRUCT:
            return _with(part, _fields(whole, taken), [])
        case Form.MAP:
            return _with(part, *_entries(con, part, whole, taken))
        case Form.OBJECT:
            return _with_keys(con, part, whole.text, whole.pointer, taken)
        case Form.TEXT:
            return _with_keys(con, part, whole.sql, "", taken)
        case _:
            return part


def _with(part: Part, found: Iterable[Cell], wrong: Iterable[str]) -> Part:
    reasons = [reason for reason in (part.broken, *wrong) if reason]
    broken = f"coalesce({', '.join(reasons)})" if len(reasons) > 1 else "".join(reasons)
    return msgspec.structs.replace(part, cells=(*part.cells, *found), broken=broken)


def _fields(whole: Cell, taken: frozenset[str]) -> list[Cell]:
    by_name = {field.name: field for field in whole.fields}
    return [
        msgspec.structs.replace(by_name[names[0]], name=names[0].strip())
        for names in _spellings(by_name, taken)
    ]


def _entries(
    con: DuckDBPyConnection, part: Part, whole: Cell, taken: frozenset[str]
) -> tuple[list[Cell], list[str]]:
    key, value = whole.fields
    found = con.sql(f"SELECT DISTINCT unnest(map_keys({whole.sql})) AS key FROM {part.relation}").fetchall()
    by_name = {str(each): each for (each,) in found if each is not None}
    cells, wrong = [], []
    for names in _spellings(by_name, taken):
        keys = [f"CAST({literal(name)} AS {key.type})" for name in names]
        sql = _first([f"map_extract({whole.sql}, {each})[1]" for each in keys])
        cells.append(msgspec.structs.replace(value, name=names[0].strip(), sql=sql))
        wrong += _clash([f"map_contains({whole.sql}, {each})" for each in keys])
    return cells, wrong


def _with_keys(con: DuckDBPyConnection, part: Part, text: str, at: str, taken: frozenset[str]) -> Part:
    objects = objects_in(con, part.relation, text, at, place=part.place)
    valid, wrong = text, []
    if objects.broken:
        valid = f"CASE WHEN json_valid({text}) THEN {text} END"
        wrong = [
            f"CASE WHEN NOT json_valid({text}) OR json_type({valid}) NOT IN ('OBJECT', 'NULL') "
            "THEN 'properties is not a JSON object' END"
        ]
    spellings = _spellings(objects.keys, taken)
    for names in spellings:
        wrong += _clash([f"json_exists({valid}, {literal(pointer(at, name))})" for name in names])
    read = read_keys(valid, at, {names[0].strip(): names for names in spellings}, objects)
    own = ("file_index", "file_row_number") if part.order[0] == "file_index" else ()
    return _with(msgspec.structs.replace(part, relation=read.over(part.relation, *own)), read.cells, wrong)


def _clash(there: list[str]) -> list[str]:
    """SQL of what is wrong where more than one spelling of a name is there in one row."""
    if len(there) == 1:
        return []
    count = " + ".join(f"CAST({each} AS INTEGER)" for each in there)
    return [f"CASE WHEN {count} > 1 THEN 'properties has keys that differ only in case' END"]


def _first(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def _spellings(keys: Iterable[str], taken: frozenset[str]) -> list[list[str]]:
    by_name: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        name = key.strip().lower()
        if name and name not in taken and "\0" not in name:
            by_name[name].append(key)
    return list(by_name.values())
