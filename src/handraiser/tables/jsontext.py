"""Which keys do JSON objects in a text column have, and of what kinds are their values?

Two passes over the data, each one expression a row: all keys, then the types of the values of all keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import NoneType

import msgspec
from duckdb import DuckDBPyConnection

from handraiser.errors import Mistakes
from handraiser.tables.mistakes import DataCode, mistake
from handraiser.tables.parts import Cell, Form
from handraiser.tables.quoting import literal, literals, quoted

__all__ = ["NUMBERS", "Objects", "Read", "objects_in", "objects_of", "pointer", "read_keys"]

NUMBERS = {"UBIGINT", "BIGINT", "HUGEINT", "DOUBLE"}
_TYPES = ("NULL", "VARCHAR", "BOOLEAN", "OBJECT", "ARRAY", *sorted(NUMBERS))
# Asked of every row for every key, this many types still cost less than taking each row's keys apart.
_FEW = 200
# So many keys are read together: parsing a text costs as much as taking some ten values out of it.
_TOGETHER = 24
_MOST = 2_000  # columns of one input: planning a question takes longer with each


class Objects(msgspec.Struct, frozen=True):
    """The keys of the objects at one place of a JSON text, each with the types of its values.

    broken  whether some text is no JSON object
    """

    keys: dict[str, frozenset[str]]
    broken: bool

    def plain(self, key: str) -> bool:
        """Whether the values of a key are more than objects: those are rarely wanted, and long."""
        return self.keys[key] - {"NULL"} != {"OBJECT"}


def objects_in(con: DuckDBPyConnection, relation: str, text: str, at: str = "", *, place: str) -> Objects:
    """Return what the objects at the JSON pointer `at` of a text column, which is from `place`, look like."""
    where = literal(at)
    # Parsing is what costs, so each text is parsed once, whatever is wrong with it. With a pointer the text
    # has been looked at before.
    keys = (
        f"CASE WHEN keys IS NULL AND text IS NOT NULL THEN {'[]' if at else '[NULL]'} "
        f"WHEN len(keys) = 0 AND json_type(text, {where}) NOT IN ('OBJECT', 'NULL') THEN [NULL] ELSE keys END"
    )
    found = con.sql(
        f"SELECT key, count(*) FROM (SELECT unnest({keys}) AS key FROM (SELECT {text} AS text, "
        f"TRY(json_keys({text}, {where})) AS keys FROM {relation}) AS read) AS every GROUP BY key"
    ).fetchall()
    # No condition can name a key with a NUL, nor the empty one.
    counts = {key: count for key, count in found if key and "\0" not in key}
    names = sorted(counts)
    _bound(names, place)
    # Rows that have most of the keys are asked for many of them at a time, others for those that they have.
    dense = sum(counts.values()) * _FEW > max(counts.values(), default=0) * len(names)
    types: dict[str, frozenset[str]] = {}
    if len(names) > _FEW and not dense:
        types = _types_of_many(con, relation, text, at, names)
    else:
        for first in range(0, len(names), _FEW):
            types |= _types_of_few(con, relation, text, at, names[first : first + _FEW])
    return Objects(types, broken=any(key is None for key, _ in found))


def _bound(names: Collection[str], place: str) -> None:
    if len(names) > _MOST:
        says = f"Its objects have {len(names):,} different keys, more than {_MOST:,}."
        fix = "Put what is not asked for into one text, or leave it out."
        raise Mistakes([mistake(DataCode.TOO_MANY_KEYS, place, says, fix)])


def objects_of(rows: Iterable[Mapping[str, object]], *, place: str) -> Objects:
    """Return the same of objects that are at hand, without parsing what was only just written."""
    found: dict[str, set[type]] = {}
    for row in rows:
        for key, value in row.items():
            found.setdefault(key, set()).add(type(value))
    _bound(found, place)
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
    values: dict[str, str] = {}
    columns: dict[str, str] = {}
    for first in range(0, len(pointers) if len(pointers) > 1 else 0, _TOGETHER):
        some = pointers[first : first + _TOGETHER]
        named = f"{column} from {first}" if first else column
        values |= {each: f"{quoted(named)}[{place + 1}]" for place, each in enumerate(some)}
        columns[named] = f"json_extract_string({text}, {literals(some)})"
    cells = tuple(_cell(text, at, name, each, objects, values) for name, each in names.items())
    return Read(cells, columns)


def _cell(
    text: str, at: str, name: str, spellings: Sequence[str], objects: Objects, values: Mapping[str, str]
) -> Cell:
    pointers = [pointer(at, spelling) for spelling in spellings]
    types = frozenset().union(*(objects.keys[spelling] for spelling in spellings)) - {"NULL"}
    texts = [values.get(each, f"json_extract_string({text}, {literal(each)})") for each in pointers]
    sql = texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"
    if not types:
        return Cell(name=name, sql=sql, form=Form.NOTHING, type="null")
    if types <= NUMBERS:
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
