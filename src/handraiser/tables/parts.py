"""What is there before it has a meaning: rows of cells, whatever kind of file or frame they stand in.

An input is one or more parts. Each kind of file makes its own; what comes after knows parts only.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec
from duckdb import DuckDBPyConnection
from duckdb.sqltypes import DuckDBPyType

from handraiser.tables.lines import Lines
from handraiser.tables.quoting import literal, quoted
from handraiser.tables.textfiles import Unread

__all__ = ["Cell", "Form", "Part", "form_of", "typed_cells"]


class Form(StrEnum):
    """What a cell holds, as far as it matters to how it is read."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    JSON_NUMBER = "number of JSON"  # as text, the way JSON writes it
    BOOLEAN = "boolean"
    JSON_BOOLEAN = "boolean of JSON"
    OBJECT = "object of JSON"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIMESTAMP_NS = "timestamp in nanoseconds"
    TIMESTAMP_COARSE = "timestamp in seconds or milliseconds"
    INSTANT = "timestamp with a zone"
    INSTANT_NS = "timestamp with a zone, in nanoseconds"
    STRUCT = "struct"
    MAP = "map"
    NESTED = "list"
    OTHER = "other"
    NOTHING = "nothing"  # every value is NULL


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a part: its name as it is spelled, the SQL that reads it, and what it holds.

    type  how DuckDB spells the type, for messages
    id    SQL of the cell as an id, where that is not simply its text
    fields  what is inside a struct; the key and the value of a map
    text, pointer  of an object of JSON, the text in which it stands and where
    """

    name: str
    sql: str
    form: Form
    type: str = ""
    id: str = ""
    fields: tuple[Cell, ...] = ()
    text: str = ""
    pointer: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one kind of file with the same columns, or of one frame.

    relation  what goes after FROM
    place     the file, for messages; `<leads>` and the like for a frame
    order     SQL of the file's number and the row's, within the part, from 0
    lines     where the rows of text files stand
    names     of other files the names, by the file's number
    raw       SQL of a row as it stood, as text; text files are asked for the line itself
    loose     white space around a cell is no part of it (text files)
    broken    SQL of the reason why a row cannot be read at all, NULL where it can
    unread    the lines of text files that never become rows
    needs     what must be kept as long as the part is read
    """

    relation: str
    cells: tuple[Cell, ...]
    place: str
    order: tuple[str, str] = ("0", "row_number() OVER () - 1")
    lines: Lines | None = None
    names: tuple[str, ...] = ()
    raw: str = "CAST(NULL AS VARCHAR)"
    loose: bool = False
    broken: str = ""
    unread: tuple[Unread, ...] = ()
    needs: object = None


_FORMS = (
    {
        "varchar": Form.TEXT,
        "enum": Form.OTHER,
        "boolean": Form.BOOLEAN,
        "float": Form.FLOAT,
        "double": Form.FLOAT,
        "decimal": Form.DECIMAL,
        "date": Form.DATE,
        "timestamp": Form.TIMESTAMP,
        "timestamp_ns": Form.TIMESTAMP_NS,
        "timestamp_s": Form.TIMESTAMP_COARSE,
        "timestamp_ms": Form.TIMESTAMP_COARSE,
        "timestamp with time zone": Form.INSTANT,
        "timestamptz_ns": Form.INSTANT_NS,
        "struct": Form.STRUCT,
        "map": Form.MAP,
        "list": Form.NESTED,
        "array": Form.NESTED,
        "union": Form.NESTED,
        "variant": Form.NESTED,
        "null": Form.NOTHING,
        "sqlnull": Form.NOTHING,
    }
    | dict.fromkeys(
        (sign + size + "int" for sign in ("", "u") for size in ("tiny", "small", "big", "huge")), Form.INTEGER
    )
    | {"integer": Form.INTEGER, "uinteger": Form.INTEGER}
)


def form_of(type_id: str) -> Form:
    """Return what a column of a DuckDB type holds."""
    return _FORMS.get(type_id, Form.OTHER)


def typed_cells(con: DuckDBPyConnection, relation: str, names: dict[str, str]) -> tuple[Cell, ...]:
    """Return the columns of a typed relation; `names` gives each one's name as the data spell it."""
    described = con.sql(f"SELECT * FROM {relation} LIMIT 0")
    return tuple(
        _cell(names.get(column, column), quoted(column), kind)
        for column, kind in zip(described.columns, described.types, strict=True)
    )


def _cell(name: str, sql: str, kind: DuckDBPyType) -> Cell:
    form = form_of(kind.id)
    fields: tuple[Cell, ...] = ()
    if form is Form.STRUCT:
        fields = tuple(
            _cell(name, f"struct_extract({sql}, {literal(name)})", child) for name, child in _children(kind)
        )
    elif form is Form.MAP:
        fields = tuple(_cell(name, sql, child) for name, child in _children(kind))
    return Cell(name=name, sql=sql, form=form, type=str(kind), fields=fields)


def _children(kind: DuckDBPyType) -> Iterator[tuple[str, DuckDBPyType]]:
    for name, child in kind.children:
        if isinstance(child, DuckDBPyType):
            yield name, child
