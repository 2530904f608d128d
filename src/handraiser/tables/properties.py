"""Which further properties does a column `properties` hold, and how is each read?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from duckdb import DuckDBPyConnection

from handraiser.tables.jsontext import json_cell, objects_in
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
    rest = tuple(cell for cell in part.cells if cell is not whole)
    taken = STRUCTURAL | {cell.name.lower() for cell in rest}
    match whole.form:
        case Form.STRUCT:
            found = [msgspec.structs.replace(field, name=field.name) for field in whole.fields]
            return _extended(part, rest, [cell for cell in found if cell.name.lower() not in taken], "")
        case Form.MAP:
            return _from_map(con, part, rest, whole, taken)
        case Form.NOTHING:
            return _extended(part, rest, [], "")
        case Form.TEXT:
            return _from_text(con, part, rest, whole, taken)
        case _:
            return part


def _extended(part: Part, rest: tuple[Cell, ...], found: Iterable[Cell], broken: str) -> Part:
    reasons = [reason for reason in (part.broken, broken) if reason]
    return msgspec.structs.replace(
        part,
        cells=(*rest, *found),
        broken=f"coalesce({', '.join(reasons)})" if len(reasons) > 1 else "".join(reasons),
    )


def _from_text(
    con: DuckDBPyConnection, part: Part, rest: tuple[Cell, ...], whole: Cell, taken: frozenset[str]
) -> Part:
    text = f"nullif(trim({whole.sql}, ' \t\r\n'), '')" if part.loose else whole.sql
    objects = objects_in(con, part.relation, text)
    valid = f"CASE WHEN json_valid({text}) THEN {text} END" if objects.broken else text
    spellings = _spellings(objects.keys, taken)
    cells = [json_cell(valid, "", keys, objects, name=keys[0].strip()) for keys in spellings]
    broken = ""
    if objects.broken:
        broken = (
            f"CASE WHEN json_type({valid}) NOT IN ('OBJECT', 'NULL') OR NOT json_valid({text}) "
            "THEN 'properties is not a JSON object' END"
        )
    for keys in spellings:
        if len(keys) > 1:
            there = " + ".join(
                f"CAST(json_exists({valid}, {literal(_pointer(key))}) AS INTEGER)" for key in keys
            )
            clash = f"CASE WHEN {there} > 1 THEN 'properties has keys that differ only in case' END"
            broken = f"coalesce({broken}, {clash})" if broken else clash
    return _extended(part, rest, cells, broken)


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _from_map(
    con: DuckDBPyConnection, part: Part, rest: tuple[Cell, ...], whole: Cell, taken: frozenset[str]
) -> Part:
    key, value = whole.fields
    found = con.sql(f"SELECT DISTINCT unnest(map_keys({whole.sql})) AS key FROM {part.relation}").fetchall()
    by_text = {str(each): each for (each,) in found if each is not None}
    cells = []
    for keys in _spellings(by_text, taken):
        reads = [f"map_extract({whole.sql}, CAST({literal(each)} AS {key.type}))[1]" for each in keys]
        sql = reads[0] if len(reads) == 1 else f"coalesce({', '.join(reads)})"
        cells.append(msgspec.structs.replace(value, name=keys[0].strip(), sql=sql))
    return _extended(part, rest, cells, "")


def _spellings(keys: Iterable[str], taken: frozenset[str]) -> list[list[str]]:
    by_name: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        name = key.strip().lower()
        if name and name not in taken and "\0" not in name:
            by_name[name].append(key)
    return list(by_name.values())
