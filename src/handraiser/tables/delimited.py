"""How are the rows of a CSV file read? All cells as text, by position; the header is read by ourselves."""

from __future__ import annotations

import csv
import glob
import gzip
import io
import zlib
from collections.abc import Sequence
from itertools import groupby
from typing import IO, cast

import msgspec

from handraiser.errors import Diagnostic, Mistakes, Unavailable
from handraiser.facts.inputs import Scan
from handraiser.tables.mistakes import DataCode, mistake
from handraiser.tables.parts import Cell, Form, Part, origin_of
from handraiser.tables.paths import File
from handraiser.tables.quoting import literal, literals, quoted

__all__ = ["delimited_parts", "first_bytes", "patterns", "reader", "scan"]

_HEAD = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class _Header(msgspec.Struct, frozen=True):
    names: tuple[str, ...]
    delimiter: str


def delimited_parts(files: Sequence[File], label: str) -> list[Part]:
    """Return a part for each run of files that share a header; `label` tells inputs apart."""
    with_headers = [(_header(file), file) for file in files]
    runs = groupby(with_headers, key=lambda pair: (pair[0], pair[1].zipped))
    return [
        _part(header, [file for _, file in run], f"{label}_csv_{number}")
        for number, ((header, _), run) in enumerate(runs)
    ]


def _part(header: _Header, files: Sequence[File], label: str) -> Part:
    columns = [f"c{index}" for index in range(len(header.names))]
    cells = tuple(
        Cell(name=name, sql=column, form=Form.TEXT)
        for name, column in zip(header.names, columns, strict=True)
        if name
    )
    named = ", ".join(
        f"{quoted(name or f'column {index + 1}')} := c{index}" for index, name in enumerate(header.names)
    )
    options = (
        f"header = true, delim = {literal(header.delimiter)}, quote = '\"', escape = '\"', "
        f"columns = {{{', '.join(f'{name}: VARCHAR' for name in columns)}}}"
    )
    # A row of nothing but empty cells is no row. And as this reads every cell, whether a row is refused
    # for its bytes does not depend on which columns are asked for.
    first = "coalesce(" + ", ".join(columns) + ")" if len(columns) > 1 else "c0"
    where = f"WHERE {first} IS NOT NULL"
    return Part(
        relation=f"(SELECT * FROM {reader(files, options)} {where})",
        cells=cells,
        place=files[0].path,
        origin=origin_of([file.path for file in files]),
        raw=f"CAST(to_json(struct_pack({named})) AS VARCHAR)",
        loose=True,
        scan=scan(files, options, where, label),
    )


def reader(files: Sequence[File], options: str, noting: str = "") -> str:
    """Return the call that reads lines of text; one that cannot be read is left out."""
    packed = "gzip" if files[0].zipped else "none"
    return (
        f"read_csv({patterns(files)}, auto_detect = false, ignore_errors = true, "
        f"compression = '{packed}', {options}{noting})"
    )


def scan(files: Sequence[File], options: str, where: str, label: str) -> Scan:
    """Return the query that notes the lines which `reader` leaves out."""
    errors, scans = f"{label}_errors", f"{label}_scans"
    noting = (
        f", store_rejects = true, rejects_limit = 0, rejects_table = '{errors}', rejects_scan = '{scans}'"
    )
    return Scan(
        query=f"SELECT count(*) FROM {reader(files, options, noting)} {where}", errors=errors, scans=scans
    )


def patterns(files: Sequence[File]) -> str:
    """Return paths as DuckDB wants them: it takes each for a glob."""
    return literals(glob.escape(file.path) for file in files)


def first_bytes(file: File) -> bytes:
    """Return the beginning of a file, a gzip file's unpacked, without a byte-order mark."""
    try:
        with _opened(file) as stream:
            head = stream.read(_HEAD)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Mistakes([_broken_gzip(file, error)]) from error
    except OSError as error:
        raise Unavailable(f"{file.path} cannot be read: {error}.") from error
    if not head:
        raise Mistakes([mistake(DataCode.EMPTY, file.path, "The file is empty.", "Export it again.")])
    return head.removeprefix(b"\xef\xbb\xbf")


def _broken_gzip(file: File, error: Exception) -> Diagnostic:
    return mistake(
        DataCode.UNREADABLE, file.path, f"It is no gzip file, or a broken one: {error}.", "Pack it again."
    )


def _opened(file: File) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(file.path, "rb")) if file.zipped else open(file.path, "rb")


def _header(file: File) -> _Header:
    head = first_bytes(file)
    text = head.decode("utf-8", errors="replace")
    # The sign that divides the first line into most names; of equal ones the more usual.
    readings = [_Header(_names(text, delimiter), delimiter) for delimiter in _DELIMITERS]
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
