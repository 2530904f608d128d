"""Which keys do JSON objects in a text column have, and of what kinds are their values?

Two passes over the data, each one expression a row: all keys, then the types of the values of all keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from duckdb import DuckDBPyConnection

from handraiser.tables.parts import Cell, Form
from handraiser.tables.quoting import literal, literals

__all__ = ["Objects", "json_cell", "objects_in", "pointer"]

_NUMBERS = {"UBIGINT", "BIGINT", "HUGEINT", "DOUBLE"}
_TYPES = ("NULL", "VARCHAR", "BOOLEAN", "OBJECT", "ARRAY", *sorted(_NUMBERS))
# Asked of every row for every key, this many types still cost less than taking each row's keys apart.
_FEW = 200


class Objects(msgspec.Struct, frozen=True):
    """The keys of the objects at one place of a JSON text, each with the types of its values.

    broken  whether some text is no JSON object
    """

    keys: dict[str, frozenset[str]]
    broken: bool


def objects_in(con: DuckDBPyConnection, relation: str, text: str, at: str = "") -> Objects:
    """Return what the objects at the JSON pointer `at` of a text column look like."""
    where = literal(at)
    # Parsing is what costs, so each text is parsed once, whatever is wrong with it. With a pointer the text
    # has been looked at before.
    keys = (
        f"CASE WHEN keys IS NULL AND text IS NOT NULL THEN {'[]' if at else '[NULL]'} "
        f"WHEN len(keys) = 0 AND json_type(text, {where}) NOT IN ('OBJECT', 'NULL') THEN [NULL] ELSE keys END"
    )
    found = con.sql(
        f"SELECT DISTINCT unnest({keys}) AS key FROM "
        f"(SELECT {text} AS text, TRY(json_keys({text}, {where})) AS keys FROM {relation}) AS read"
    ).fetchall()
    # No condition can name a key with a NUL, nor the empty one.
    names = sorted(key for (key,) in found if key and "\0" not in key)
    types = _types_of_few if len(names) <= _FEW else _types_of_many
    return Objects(types(con, relation, text, at, names), broken=(None,) in found)


def _types_of_few(
    con: DuckDBPyConnection, relation: str, text: str, at: str, names: Sequence[str]
) -> dict[str, frozenset[str]]:
    """The types of all values of each key, gathered as the bits of a number."""
    if not names:
        return {}
    bits = " ".join(f"WHEN '{kind}' THEN {1 << bit}" for bit, kind in enumerate(_TYPES))
    gathered = ", ".join(f"bit_or(CASE types[{place + 1}] {bits} END)" for place in range(len(names)))
    pointers = literals(pointer(at, name) for name in names)
    found = con.sql(
        f"SELECT {gathered} FROM (SELECT TRY(json_type({text}, {pointers})) AS types FROM {relation}) AS read"
    ).fetchall()[0]
    return {
        name: frozenset(kind for bit, kind in enumerate(_TYPES) if (each or 0) >> bit & 1)
        for name, each in zip(names, found, strict=True)
    }


def _types_of_many(
    con: DuckDBPyConnection, relation: str, text: str, at: str, names: Sequence[str]
) -> dict[str, frozenset[str]]:
    """The same, where most rows have few of all the keys."""
    escaped = "replace(replace(key, '~', '~0'), '/', '~1')"
    found = con.sql(
        f"SELECT DISTINCT key, json_type(text, {literal(at + '/')} || {escaped}) AS type FROM "
        f"(SELECT text, unnest(TRY(json_keys(text, {literal(at)}))) AS key FROM "
        f"(SELECT {text} AS text FROM {relation}) AS read) AS keys"
    ).fetchall()
    types: dict[str, set[str]] = {name: set() for name in names}
    for key, kind in found:
        if key in types and kind is not None:
            types[key].add(kind)
    return {name: frozenset(each) for name, each in types.items()}


def pointer(at: str, key: str) -> str:
    """Return the JSON pointer to a key of the object at another."""
    return f"{at}/{key.replace('~', '~0').replace('/', '~1')}"


def json_cell(text: str, at: str, spellings: Iterable[str], objects: Objects, *, name: str) -> Cell:
    """Return the values of a key as a cell; of several spellings the first that is there."""
    pointers = [pointer(at, spelling) for spelling in spellings]
    types = frozenset().union(*(objects.keys[spelling] for spelling in spellings)) - {"NULL"}
    texts = [f"json_extract_string({text}, {literal(each)})" for each in pointers]
    sql = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
    if not types:
        return Cell(name=name, sql=sql, form=Form.NOTHING, type="null")
    if types <= _NUMBERS:
        return Cell(name=name, sql=sql, form=Form.JSON_NUMBER, type="number")
    if types == {"BOOLEAN"}:
        return Cell(name=name, sql=sql, form=Form.JSON_BOOLEAN, type="boolean")
    if types == {"OBJECT"} and len(pointers) == 1:
        return Cell(name=name, sql=sql, form=Form.OBJECT, type="object", text=text, pointer=pointers[0])
    return Cell(name=name, sql=sql, form=Form.TEXT, type="text", id=_mixed_id(text, pointers, sql, types))


def _mixed_id(text: str, pointers: Sequence[str], sql: str, types: frozenset[str]) -> str:
    """Among texts, a number such as 7.0 is still the id 7."""
    if "DOUBLE" not in types:
        return ""
    first = f"coalesce({', '.join(f'json_type({text}, {literal(each)})' for each in pointers)})"
    return f"CASE WHEN {first} = 'DOUBLE' THEN regexp_replace({sql}, '\\.0*$', '') ELSE {sql} END"
