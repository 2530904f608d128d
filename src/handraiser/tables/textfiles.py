"""How does DuckDB read files of text, and which of their lines never become rows?"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import duckdb
import msgspec

from handraiser.errors import Mistakes
from handraiser.tables.integrity import long_lines, unpacking
from handraiser.tables.lines import Lines, record_at, written_at
from handraiser.tables.mistakes import DataCode, mistake
from handraiser.tables.paths import File, opened
from handraiser.tables.quoting import literals

__all__ = ["TextFiles", "Unread", "all_unread", "first_bytes", "patterns", "unread"]

_HEAD = 1 << 20
_REASONS = {
    "TOO MANY COLUMNS": "the line has more cells than the header",
    "MISSING COLUMNS": "the line has fewer cells than the header",
    "INVALID ENCODING": "the line is not UTF-8",
    "LINE SIZE OVER MAXIMUM": "the line is longer than 2 MB",
}


_Noted = tuple[str, int, str, int]


class TextFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Files that are read alike, all of them gzipped or none: with which options, and which rows count.

    delimiter, head  how their records are told apart, as `Lines` has it
    """

    files: tuple[File, ...]
    options: str
    where: str
    delimiter: str = ""
    head: int = 0

    def relation(self, noting: str = "") -> str:
        """Return what goes after FROM: the lines that can be read. The others are left out silently."""
        packed = "gzip" if self.files[0].zipped else "none"
        return (
            f"(SELECT * FROM read_csv({patterns(self.files)}, auto_detect = false, ignore_errors = true, "
            f"compression = '{packed}', {self.options}{noting}) WHERE {self.where}) AS lines"
        )

    def lines(self, unread: Iterable[Unread] = ()) -> Lines:
        """Return where the records of the files are, given those that are no rows."""
        numbers: dict[str, set[int]] = {}
        for each in unread:
            numbers.setdefault(each.path, set()).add(each.number)
        return Lines(
            files=self.files,
            delimiter=self.delimiter,
            head=self.head,
            unread={path: sorted(each) for path, each in numbers.items()},
        )


class Unread(msgspec.Struct, frozen=True):
    """A record that never becomes a row: where it is, why, how it is written; its file and number in it.

    owner  what stands where the id of a row does, as far as that can be told
    """

    place: str
    reason: str
    raw: str
    path: str = ""
    number: int = 0
    owner: str | None = None


def unread(con: duckdb.DuckDBPyConnection, text: TextFiles) -> list[Unread] | None:
    """Return the lines that `TextFiles.relation` leaves out; None if it leaves out more than it should.

    That is so where the quotation marks or the ends of lines of a file are in disorder: DuckDB then drops
    other lines as well, up to all that follow, or reads nothing at all.
    """
    noting = ", store_rejects = true, rejects_limit = 0, rejects_table = 'unread', rejects_scan = 'scans'"
    con.execute("DROP TABLE IF EXISTS unread")
    con.execute("DROP TABLE IF EXISTS scans")
    with ThreadPoolExecutor(1) as beside:
        looked = beside.submit(lambda: {file.path: long_lines(file) for file in text.files})
        try:
            con.execute(f"SELECT count(*) FROM {text.relation(noting)}").fetchall()
        except duckdb.Error as error:
            looked.result()  # that a file is broken explains whatever DuckDB says of it
            if isinstance(error, duckdb.InvalidInputException) and "state machine" in str(error):
                return None
            raise
    long = looked.result()
    kinds = con.execute("SELECT DISTINCT CAST(error_type AS VARCHAR) FROM unread").fetchall()
    if not {kind for (kind,) in kinds} <= _REASONS.keys():
        return None
    # A line may be wrong in several cells; the first of them is enough.
    noted = con.execute(
        "SELECT file_path, line, arg_min(CAST(error_type AS VARCHAR), coalesce(column_idx, 0)), "
        "min(line_byte_position) FROM unread JOIN scans USING (scan_id, file_id) "
        "GROUP BY file_path, line ORDER BY file_path, line"
    ).fetchall()
    return list(_told(text, [*noted, *_unnoted(text, noted, long)]))


def _unnoted(text: TextFiles, noted: Sequence[_Noted], long: dict[str, list[int]]) -> Iterator[_Noted]:
    """Return the long lines that DuckDB has left out without a note."""
    known = {(path, number) for path, number, *_ in noted}
    for file in text.files:
        for start in long[file.path]:
            number = record_at(text.lines(), file, start)
            if (file.path, number) not in known:
                yield file.path, number, "LINE SIZE OVER MAXIMUM", start + 1


def all_unread(con: duckdb.DuckDBPyConnection, text: TextFiles) -> list[Unread]:
    """Return the lines that are left out of files which are in order; Mistakes if they are not."""
    found = unread(con, text)
    if found is None:
        says = "Its lines cannot be told apart."
        raise Mistakes([mistake(DataCode.UNREADABLE, text.files[0].name, says, "Write the file again.")])
    return found


def _told(text: TextFiles, noted: Sequence[_Noted]) -> Iterator[Unread]:
    files = {file.path: file for file in text.files}
    for path, told in groupby(sorted(noted), key=lambda each: each[0]):
        # What DuckDB calls a line is a record: a cell may hold several lines. And it notes foreign bytes as
        # question marks; the file still has them.
        why = {number: (reason, start) for _, number, reason, start in told}
        starts = {number: start for number, (_, start) in why.items()}
        for record in written_at(text.lines(), files[path], starts):
            yield Unread(record.place, _REASONS[why[record.number][0]], record.raw, path, record.number)


def patterns(files: Sequence[File]) -> str:
    """Return paths as DuckDB wants them: it takes each for a glob."""
    return literals(glob.escape(file.path) for file in files)


def first_bytes(file: File) -> bytes:
    """Return the beginning of a file, a gzip file's unpacked, without a byte-order mark."""
    with unpacking(file), opened(file) as stream:
        head = stream.read(_HEAD)
    if not head:
        raise Mistakes([mistake(DataCode.EMPTY, file.path, "The file is empty.", "Export it again.")])
    return head.removeprefix(b"\xef\xbb\xbf")
