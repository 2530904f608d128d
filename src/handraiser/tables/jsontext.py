"""Which keys do JSON objects in a text column have, and of what kinds are their values?

Two passes over the data, each one expression a row: all keys, then the types of the values of all keys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from duckdb import DuckDBPyConnection

from handraiser.tables.parts import Cell, Form
from handraiser.tables.quoting import literal, literals

__all__ = ["Objects", "json_cell", "objects_in", "pointer"]

_NUMBERS = {"UBIGINT", "BIGINT", "HUGEINT", "UHUGEINT", "DOUBLE"}
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
    valid = f"CASE WHEN json_valid({text}) THEN {text} END"
    keys = (
        f"CASE WHEN json_type({valid}, {literal(at)}) = 'OBJECT' THEN json_keys({valid}, {literal(at)}) "
        f"WHEN {text} IS NULL OR json_type({valid}, {literal(at)}) = 'NULL' THEN [] "
        f"WHEN {_absent(valid, at)} THEN [] ELSE [NULL] END"
    )
    found = con.sql(f"SELECT DISTINCT unnest({keys}) AS key FROM {relation}").fetchall()
    # No condition can name a key with a NUL, nor the empty one.
    names = sorted(key for (key,) in found if key and "\0" not in key)
    types = _types(con, relation, valid, at, names)
    return Objects({name: frozenset(types[name]) for name in names}, broken=(None,) in found)


def _absent(valid: str, at: str) -> str:
    return f"json_valid({valid}) AND NOT json_exists({valid}, {literal(at)})" if at else "FALSE"


def _types(
    con: DuckDBPyConnection, relation: str, valid: str, at: str, names: Sequence[str]
) -> Mapping[str, set[str]]:
    types: dict[str, set[str]] = defaultdict(set)
    if not names:
        return types
    pointers = {pointer(at, name): name for name in names}
    if len(names) <= _FEW:
        asked = literals(pointers)
        query = (
            f"SELECT DISTINCT unnest({asked}) AS pointer, unnest(json_type({valid}, {asked})) AS type "
            f"FROM {relation}"
        )
    else:
        escaped = "replace(replace(key, '~', '~0'), '/', '~1')"
        query = (
            f"SELECT DISTINCT pointer, json_type(text, pointer) AS type FROM (SELECT text, "
            f"{literal(at + '/')} || {escaped} AS pointer FROM (SELECT {valid} AS text, "
            f"unnest(json_keys({valid}, {literal(at)})) AS key FROM {relation}) AS keys) AS pointers"
        )
    for where, kind in con.sql(query).fetchall():
        if kind is not None and where in pointers:
            types[pointers[where]].add(kind)
    return types


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
