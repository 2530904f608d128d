"""How do the parts of an input become one relation with the same columns everywhere?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from handraiser.facts.inputs import Column, Kind
from handraiser.tables.cells import as_id, as_text, as_value
from handraiser.tables.parts import Cell, Form, Part
from handraiser.tables.quoting import quoted
from handraiser.tables.times import absent_time, time_of
from handraiser.tables.wallclock import utc

__all__ = ["Layout", "Rows", "gathered"]

_TYPES = {Kind.NUMBER: "DOUBLE", Kind.BOOLEAN: "BOOLEAN", Kind.TEXT: "VARCHAR"}


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """What an input consists of.

    ids     columns that are text
    times   columns that are instants; each gets `<name>_given` and `<name>_text` beside it
    hidden  columns that are neither an id nor an attribute
    prefix  what stands before the name of an attribute in the relation, so that none can be taken for an id
    """

    ids: tuple[str, ...]
    times: tuple[str, ...]
    prefix: str
    hidden: frozenset[str] = frozenset()
    zone: str = "UTC"


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """All parts of an input as one query, with `broken` for every row.

    numbered  the same with `part`, `file` and `row`, the order of the input. Counting rows may take time, so
              a stream does without
    """

    query: str
    numbered: str
    columns: dict[str, Column]
    has: frozenset[str]


def gathered(parts: Sequence[Part], layout: Layout) -> Rows:
    """Return the parts, one after the other, in the columns that the layout asks for."""
    apart = {*layout.ids, *layout.times, *layout.hidden}
    cells = [{cell.name.lower(): cell for cell in part.cells} for part in parts]
    names: dict[str, str] = {}
    for part in parts:
        for cell in part.cells:
            if cell.name.lower() not in apart:
                names.setdefault(cell.name.lower(), cell.name)
    kinds = {name: _kind([each[name] for each in cells if name in each]) for name in names}
    read = [_Reading(part, each, layout, kinds) for part, each in zip(parts, cells, strict=True)]
    plain = " UNION ALL ".join(each.query() for each in read)
    numbered = " UNION ALL ".join(each.query(index) for index, each in enumerate(read))
    found = {
        name: Column(spelled, quoted(layout.prefix + name), kinds[name]) for name, spelled in names.items()
    }
    has = frozenset(name for each in cells for name in each if name in {*layout.ids, *layout.times})
    return Rows(
        query=_in_utc(plain, layout, has),
        numbered=_in_utc(numbered, layout, has),
        columns=found,
        has=has,
    )


def _kind(cells: Sequence[Cell]) -> Kind:
    """The kind of all values of a name; where parts differ, all of them are text."""
    kinds = {as_value(cell)[0] for cell in cells if cell.form is not Form.NOTHING}
    return kinds.pop() if len(kinds) == 1 else Kind.TEXT


class _Reading(msgspec.Struct, frozen=True):
    """How one part is read: every cell once, and then what it means."""

    part: Part
    cells: dict[str, Cell]
    layout: Layout
    kinds: dict[str, Kind]

    def query(self, number: int | None = None) -> str:
        """Return the rows of the part; with its number, numbered."""
        numbers = "" if number is None else ", part, file, row"
        return (
            f"SELECT {', '.join([*self._ids(), *self._times(), *self._attributes()])}, broken{numbers} "
            f"FROM (SELECT {', '.join(self._read(number))} FROM {self.part.relation}) AS cells"
        )

    def _read(self, number: int | None) -> Iterator[str]:
        """Cells as columns. What is read here is read once, however often it is looked at afterwards."""
        part = self.part
        for name, cell in self.cells.items():
            if name in self.layout.ids:
                yield f"{as_id(cell, loose=part.loose)} AS {name}"
            elif name in self.layout.times:
                yield f"{cell.sql} AS {name}_cell"
            elif name in self.kinds:
                yield f"{_value(cell, self.kinds[name])} AS {quoted(self.layout.prefix + name)}"
        yield f"{part.broken or 'CAST(NULL AS VARCHAR)'} AS broken"
        if number is not None:
            file, row = part.order
            yield f"{number} AS part, {file} AS file, {row} AS row"

    def _ids(self) -> Iterator[str]:
        for name in self.layout.ids:
            yield name if name in self.cells else f"CAST(NULL AS VARCHAR) AS {name}"

    def _times(self) -> Iterator[str]:
        for name in self.layout.times:
            cell = self.cells.get(name)
            time = time_of(cell, f"{name}_cell") if cell else absent_time()
            yield f'{time.value} AS "{name}", {time.given} AS {name}_given, {time.text} AS {name}_text'
            if self.layout.zone != "UTC":
                yield f"{time.local} AS {name}_local"

    def _attributes(self) -> Iterator[str]:
        for name, kind in self.kinds.items():
            column = quoted(self.layout.prefix + name)
            cell = self.cells.get(name)
            if cell is None:
                yield f"CAST(NULL AS {_TYPES[kind]}) AS {column}"
            elif kind is Kind.NUMBER and cell.form in (Form.FLOAT, Form.JSON_NUMBER):
                yield f"CASE WHEN isfinite({column}) THEN {column} END AS {column}"
            else:
                yield column


def _value(cell: Cell, kind: Kind) -> str:
    if cell.form is Form.NOTHING:
        return f"CAST(NULL AS {_TYPES[kind]})"
    own, sql = as_value(cell)
    return sql if own is kind else as_text(cell)


def _in_utc(union: str, layout: Layout, has: frozenset[str]) -> str:
    replaced = [f'{utc(name, layout.zone)} AS "{name}"' for name in layout.times if name in has]
    if layout.zone == "UTC" or not replaced:
        return union
    return f"SELECT * REPLACE ({', '.join(replaced)}) FROM ({union}) AS parts"
