"""Which keys do JSON objects in a text column have, and of what kinds are their values?

Two passes over the data, each one expression a row: all keys, then the types of the values of all keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import NoneType

import msgspec
from duckdb import DuckDBPyConnection

from handraiser.tables.parts import Cell, Form
from handraiser.tables.quoting import literal, literals, quoted

__all__ = ["Objects", "Read", "objects_in", "objects_of", "pointer", "read_keys"]

_NUMBERS = {"UBIGINT", "BIGINT", "HUGEINT", "DOUBLE"}
_TYPES = ("NULL", "VARCHAR", "BOOLEAN", "OBJECT", "ARRAY", *sorted(_NUMBERS))
# Asked of every row for every key, this many types still cost less than taking each row's keys apart.
_FEW = 200
# So many keys are read together: parsing a text costs as much as taking some ten values out of it.
_TOGETHER = 24


class Objects(msgspec.Struct, frozen=True):
    """The keys of the objects at one place of a JSON text, each with the types of its values.

    broken  whether some text is no JSON object
    """

    keys: dict[str, frozenset[str]]
    broken: bool

    def plain(self, key: str) -> bool:
        """Whether the values of a key are more than objects: those are rarely wanted, and long."""
        return self.keys[key] - {"NULL"} != {"OBJECT"}


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


def objects_of(rows: Iterable[Mapping[str, object]]) -> Objects:
    """Return the same of objects that are at hand, without parsing what was only just written."""
    found: dict[str, set[type]] = {}
    for row in rows:
        for key, value in row.items():
            found.setdefault(key, set()).add(type(value))
    keys = {key: frozenset(map(_type_of, kinds)) for key, kinds in found.items() if key and "\0" not in key}
    return Objects(dict(sorted(keys.items())), broken=False)


def _type_of(kind: type) -> str:
    if kind is NoneType:
        return "NULL"
    # A boolean is a whole number to Python, so it is asked for first.
    named = {bool: "BOOLEAN", str: "VARCHAR", int: "BIGINT", float: "DOUBLE", dict: "OBJECT", list: "ARRAY"}
    return next(name for known, name in named.items() if issubclass(kind, known))


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


class Read(msgspec.Struct, frozen=True):
    """The values of keys as cells, and the columns that the relation must have beside its own for them."""

    cells: tuple[Cell, ...]
    columns: dict[str, str]

    def over(self, relation: str, *more: str) -> str:
        """Return the relation with those columns, and with more of its own that `*` does not give."""
        if not self.columns:
            return relation
        columns = [*more, *(f"{sql} AS {quoted(name)}" for name, sql in self.columns.items())]
        return f"(SELECT *, {', '.join(columns)} FROM {relation}) AS read"


def read_keys(text: str, at: str, names: Mapping[str, Sequence[str]], objects: Objects) -> Read:
    """Return how to read keys: by name, the spellings of each; of several the first that is there counts.

    A text is parsed as a whole whatever is read from it, so a moderate number of keys are read together.
    """
    pointers = [
        pointer(at, each) for spellings in names.values() for each in spellings if objects.plain(each)
    ]
    column = f"json at {at}"
    together = 1 < len(pointers) <= _TOGETHER
    values = (
        {each: f"{quoted(column)}[{place + 1}]" for place, each in enumerate(pointers)} if together else {}
    )
    cells = tuple(_cell(text, at, name, each, objects, values) for name, each in names.items())
    extracted = f"json_extract_string({text}, {literals(pointers)})"
    return Read(cells, {column: extracted} if together else {})


def _cell(
    text: str, at: str, name: str, spellings: Sequence[str], objects: Objects, values: Mapping[str, str]
) -> Cell:
    pointers = [pointer(at, spelling) for spelling in spellings]
    types = frozenset().union(*(objects.keys[spelling] for spelling in spellings)) - {"NULL"}
    texts = [values.get(each, f"json_extract_string({text}, {literal(each)})") for each in pointers]
    sql = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
    if not types:
        return Cell(name=name, sql=sql, form=Form.NOTHING, type="null")
    if types <= _NUMBERS:
        return Cell(name=name, sql=sql, form=Form.JSON_NUMBER, type="number")
    if types == {"BOOLEAN"}:
        return Cell(name=name, sql=sql, form=Form.JSON_BOOLEAN, type="boolean")
    if types == {"OBJECT"} and len(pointers) == 1:
        return Cell(name=name, sql=sql, form=Form.OBJECT, type="object", text=text, pointer=pointers[0])
    if "DOUBLE" in types:
        sql = _without_fraction(text, pointers, sql)
    return Cell(name=name, sql=sql, form=Form.TEXT, type="text")


def _without_fraction(text: str, pointers: Sequence[str], sql: str) -> str:
    """Among texts, a number such as 7.0 is the text 7."""
    first = f"coalesce({', '.join(f'json_type({text}, {literal(each)})' for each in pointers)})"
    return f"CASE WHEN {first} = 'DOUBLE' THEN regexp_replace({sql}, '\\.0*$', '') ELSE {sql} END"
