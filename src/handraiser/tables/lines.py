"""On which lines of its files do the rows of an input stand, and how are they written there?

DuckDB reads text files as rows and says nothing of lines. Where somebody wants to see a row, the file is read
once more, by the same rules: what ends a record, and which records are no rows. Of what nobody wants to see
records are counted, not taken apart.
"""

from __future__ import annotations

import io
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, NamedTuple

import msgspec

from handraiser.tables.paths import File, opened

__all__ = ["Found", "Lines", "Written", "csv_record", "record_at", "shown", "written_at"]

_BLOCK = 1 << 22  # bytes that are read together: DuckDB reads no record of more than 2 MB
_PIECE = 1 << 16  # bytes that are taken apart together
_LINE = re.compile(rb"[^\n]*\n?")
_LONE = re.compile(rb"\r(?=[^\n])")


class Found(NamedTuple):
    """Rows in columns: their own number, that of their file, their line, their text."""

    row: list[int]
    file: list[int]
    line: list[int]
    text: list[str]


class Written(NamedTuple):
    """A record as it is written: its number, its file and line in words, its text."""

    number: int
    place: str
    raw: str


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Text files that are read alike, and how.

    delimiter  what divides the cells of CSV; empty for JSON Lines, where every line is a record
    head       how many records stand before the first row
    unread     by path, in order, the numbers of the records that never become rows
    """

    files: tuple[File, ...]
    delimiter: str = ""
    head: int = 0
    unread: Mapping[str, Sequence[int]] = {}

    def find(self, rows: Iterable[int], *, together: int = 100_000) -> Iterator[Found]:
        """Return rows by their numbers, which ascend and count through all files from 0; so many at a time.

        Where a file has become shorter meanwhile, rows are missing.
        """
        number = 0
        walk, found = _Walk(self, self.files[0], 0), Found([], [], [], [])
        for row in rows:
            while row not in walk.piece:
                if walk.on(row):
                    continue
                number += 1
                if number == len(self.files):
                    yield found
                    return
                walk = _Walk(self, self.files[number], walk.row)
            line, text = walk.piece[row]
            found.row.append(row)
            found.file.append(number)
            found.line.append(line)
            found.text.append(shown(text))
            if len(found.row) == together:
                yield found
                found = Found([], [], [], [])
        yield found


class _Walk:
    """A way through the rows of one file, forwards only.

    number  of the last record; line: where the next one begins; row: the number of the next row
    piece   rows by their numbers, as far as a piece of the file has been taken apart
    """

    def __init__(self, lines: Lines, file: File, row: int) -> None:
        self.file, self.head = file, lines.head
        self.number, self.line, self.row = 0, 1, row
        self.unread = lines.unread.get(file.path, ())
        self.left_out = frozenset(self.unread)
        self.delimiter = lines.delimiter.encode()
        self.end = _end(file) if self.delimiter else b"\n"
        self.nothing = re.compile(_nothing(self.delimiter))
        self.pieces = _pieces(file, self.delimiter, self.end)
        self.piece: dict[int, tuple[int, bytes]] = {}

    def on(self, row: int) -> bool:
        """Go on by a piece, on the way to a row; False where the file has ended."""
        text, whole = next(self.pieces, (b"", False))
        self.piece = {} if self._passed(text, row, whole=whole) else dict(self._rows(text, whole=whole))
        return bool(text)

    def _passed(self, text: bytes, row: int, *, whole: bool) -> bool:
        """Count the rows of a piece, if that is easy and the row is not among them."""
        if not text or whole or self._odd(text):
            return not text
        count = text.count(self.end) + (not text.endswith(self.end))
        last = self.number + count
        then = self.row + count - max(0, min(self.head, last) - self.number)
        then -= bisect(self.unread, last) - bisect(self.unread, self.number)
        if row < then:
            return False
        self.number, self.line, self.row = last, self.line + count, then
        return True

    def _odd(self, text: bytes) -> bool:
        """Whether a line may be nothing but delimiters and white space."""
        bare = text.translate(None, (self.delimiter or b" \t") + (b"\r" if self.end == b"\n" else b""))
        return bare.startswith(self.end) or self.end * 2 in bare

    def _rows(self, text: bytes, *, whole: bool) -> Iterator[tuple[int, tuple[int, bytes]]]:
        for each in [text] if whole else text.removesuffix(self.end).split(self.end):
            self.number += 1
            none = self.number <= self.head or self.number in self.left_out
            if not none and self.nothing.fullmatch(each) is None:
                yield self.row, (self.line, each)
                self.row += 1
            self.line += 1 + (each.removesuffix(self.end).count(self.end) if whole else 0)


def _nothing(delimiter: bytes) -> bytes:
    """A record that is no row: of CSV one without any cell that is filled, else a line of blanks."""
    if not delimiter:
        return rb"[ \t\r]*"
    cell = rb'(?:\x20*"")?'
    return cell + rb"(?:" + re.escape(delimiter) + cell + rb")*[\r\n]*"


def _pieces(file: File, delimiter: bytes, end: bytes) -> Iterator[tuple[bytes, bool]]:
    """Return a file in pieces that end where a record ends: many lines, or a `whole` record with quotes."""
    record = csv_record(delimiter, end) if delimiter else None
    with opened(file) as stream:
        text, more = b"", stream.read(_BLOCK).removeprefix(b"\xef\xbb\xbf")
        while more:
            text, more = text + more, stream.read(_BLOCK)
            if not delimiter and b"\r" in text:
                text = _LONE.sub(b"\n", text)  # to DuckDB it ends a line
            position = 0
            while position < len(text):
                stop, whole = _cut(text, position, record, end, last=not more)
                if not stop:
                    break
                yield text[position:stop], whole
                position = stop
            text = text[position:]


def _cut(
    text: bytes, position: int, record: re.Pattern[bytes] | None, end: bytes, *, last: bool
) -> tuple[int, bool]:
    """Return where a piece of a text ends, and whether it is one whole record; 0 where that is not seen."""
    limit = min(position + _PIECE, len(text))
    quote = text.find(b'"', position, limit) if record is not None else -1
    stop = text.rfind(end, position, limit if quote < 0 else quote) + 1
    if stop or record is None:
        return stop or text.find(end, position) + 1 or (len(text) if last else 0), False
    found = record.match(text, position)
    if found is not None and (last or found.end() < len(text)):
        return found.end(), True
    if not last and len(text) - position < _BLOCK:
        return 0, True
    return text.find(end, position) + 1 or (len(text) if last else 0), True


def _end(file: File) -> bytes:
    with opened(file) as stream:
        return b"\n" if b"\n" in stream.read(_BLOCK) else b"\r"


def csv_record(delimiter: bytes, end: bytes) -> re.Pattern[bytes]:
    """Return what a record of CSV looks like, its `row` without what ends it.

    A row is cells divided by the delimiter; one in quotation marks may hold anything, a mark being doubled,
    and ends with them.
    """
    sign = re.escape(delimiter)
    quoted = rb'\x20*+"(?:[^"]|"")*+"'
    plain = rb'(?!\x20*")[^\r\n' + sign + rb"]*+"
    cell = rb"(?:" + quoted + rb"|" + plain + rb")"
    stop = rb"\r?\n" if end == b"\n" else rb"\r"
    return re.compile(rb"(?P<row>" + cell + rb"(?:" + sign + cell + rb")*+)(?:" + stop + rb"|\Z)")


def written_at(lines: Lines, file: File, starts: Mapping[int, int]) -> Iterator[Written]:
    """Return records of a file, given where each begins, by their numbers in order.

    A start is what DuckDB says: a byte, from 1; where the record stands behind lines of nothing, or the line
    before ends in CRLF, the first byte of these.
    """
    delimiter = lines.delimiter.encode()
    record = csv_record(delimiter, b"\n") if delimiter else _LINE
    with opened(file) as stream:
        if delimiter and _end(file) == b"\r":
            stream = io.BytesIO(stream.read().replace(b"\r", b"\n"))
        line, position = 1, 0
        for number, start in starts.items():
            for size, ends in _counted(stream, start - 1 - position):
                position, line = position + size, line + ends
            text = stream.readline()
            while text in (b"\n", b"\r\n"):
                position, line, text = position + len(text), line + 1, stream.readline()
            while (found := record.match(text)) is None or found.end() < len(text):
                more = stream.readline()
                if not more or len(text) > _BLOCK:
                    break
                text += more
            yield Written(number, f"{file.name} line {line}", shown(text))
            position, line = position + len(text), line + text.count(b"\n")


def record_at(lines: Lines, file: File, start: int) -> int:
    """Return the number, from 1, of the record that begins at a byte of a file, from 0."""
    delimiter = lines.delimiter.encode()
    end = _end(file) if delimiter else b"\n"
    with opened(file) as stream:
        position = 3 if stream.read(3) == b"\xef\xbb\xbf" else 0
    number = 1
    # What follows is not looked at: it may be long.
    for text, whole in _pieces(file, delimiter, end) if start > position else ():
        if position + len(text) > start:
            return number + text[: start - position].count(end)
        number += 1 if whole else text.count(end)
        position += len(text)
        if position == start:
            break
    return number


def _counted(stream: IO[bytes], size: int) -> Iterator[tuple[int, int]]:
    """Read on so many bytes, and return how many are read at a time, and how many lines end there."""
    while size > 0 and (text := stream.read(min(size, _BLOCK))):
        yield len(text), text.count(b"\n")
        size -= len(text)


def shown(line: bytes) -> str:
    """Return a line as text, bytes that are not UTF-8 as `\\xe9`."""
    return line.rstrip(b"\r\n").decode("utf-8", errors="backslashreplace")
