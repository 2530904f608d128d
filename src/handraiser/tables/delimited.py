"""How are the rows of a CSV file read? All cells as text, by position; the header is read by ourselves."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import groupby

import duckdb
import msgspec

from handraiser.errors import Mistakes
from handraiser.tables.mending import Folder, mended
from handraiser.tables.mistakes import DataCode, mistake
from handraiser.tables.parts import Cell, Form, Part
from handraiser.tables.paths import File
from handraiser.tables.quoting import literal
from handraiser.tables.textfiles import TextFiles, all_unread, first_bytes, unread

__all__ = ["delimited_parts"]

_DELIMITERS = (",", ";", "\t", "|")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What spreadsheets write before the header, to tell each other what divides cells.
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


class _Header(msgspec.Struct, frozen=True):
    """The names of the columns, what divides cells, and how many lines stand before the header."""

    names: tuple[str, ...]
    delimiter: str
    before: int = 0


def delimited_parts(con: duckdb.DuckDBPyConnection, files: Sequence[File]) -> list[Part]:
    """Return a part for each run of files that share a header."""
    with_headers = [(_header(file), file) for file in files]
    runs = groupby(with_headers, key=lambda pair: (pair[0], pair[1].zipped))
    return [_part(con, header, [file for _, file in run]) for (header, _), run in runs]


def _part(con: duckdb.DuckDBPyConnection, header: _Header, files: Sequence[File]) -> Part:
    columns = [f"c{index}" for index in range(len(header.names))]
    cells = tuple(
        Cell(name=name, sql=column, form=Form.TEXT)
        for name, column in zip(header.names, columns, strict=True)
        if name
    )
    text = _text(header, files)
    lines, folder = unread(con, text), None
    if lines is None:
        folder = Folder()
        healthy, aside = mended(files, header.delimiter, folder)
        text = _text(header, healthy)
        lines = [*aside, *all_unread(con, text)]
    return Part(
        relation=text.relation(),
        cells=cells,
        place=files[0].path,
        lines=text.lines(lines),
        loose=True,
        unread=tuple(msgspec.structs.replace(line, owner=_owner(header, line.raw)) for line in lines),
        needs=folder,
    )


def _text(header: _Header, files: Sequence[File]) -> TextFiles:
    columns = [f"c{index}" for index in range(len(header.names))]
    return TextFiles(
        files=tuple(files),
        options=(
            f"header = true, skip = {header.before}, delim = {literal(header.delimiter)}, "
            "quote = '\"', escape = '\"', "
            f"columns = {{{', '.join(f'{name}: VARCHAR' for name in columns)}}}"
        ),
        # A row of nothing but empty cells is no row. And as this reads every cell, whether a row is refused
        # for its bytes does not depend on which columns are asked for.
        where=f"coalesce({', '.join([*columns, 'NULL'])}) IS NOT NULL",
        delimiter=header.delimiter,
        head=header.before + 1,
    )


def _owner(header: _Header, line: str) -> str | None:
    """Return what stands where the id of a row does, as far as a line that is none has one."""
    names = [name.lower() for name in header.names]
    place = next((names.index(name) for name in ("lead_id", "company_id") if name in names), len(names))
    cells = _names(line, header.delimiter)
    return (cells[place] or None) if place < len(cells) else None


def _header(file: File) -> _Header:
    head = first_bytes(file)
    text = head.decode("utf-8", errors="replace")
    # The sign that divides the first line into most names; of equal ones the more usual.
    told = _SEPARATOR.match(text)
    before, signs = (0, _DELIMITERS) if told is None else (1, (told[1],))
    text = text[told.end() :] if told is not None else text
    readings = [_Header(_names(text, delimiter), delimiter, before) for delimiter in signs]
    header = max(readings, key=lambda reading: len(reading.names))
    whole = "".join(header.names)
    if head.startswith(_UTF16) or "\ufffd" in whole or "\0" in whole:
        says = "Its first line is not UTF-8 text."
        raise Mistakes([mistake(DataCode.NOT_TEXT, file.path, says, "Save it as CSV in UTF-8.")])
    if not whole:
        says = "Its first line does not name the columns."
        fix = "Begin with a line such as lead_id,event,occurred_at."
        raise Mistakes([mistake(DataCode.EMPTY, file.path, says, fix)])
    return header


def _names(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(name.strip() for name in first)
