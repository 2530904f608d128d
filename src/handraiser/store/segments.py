"""Which of what was written down stands in files too, so that all of it is read quickly?

A segment is a Parquet file. Its name says of what kind its rows are and from which number to which it has all
there are, so the names alone say how far the files go. They can be dropped: the database has the rows.
A file appears whole or not at all; one is taken away only while nobody reads.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet

from handraiser.tables.quoting import literal, literals, quoted

__all__ = [
    "COLUMNS", "Kind", "Segment", "chains", "checksum", "erased_until", "everything_in", "has_rows_of",
    "note_erased", "note_owner", "owner", "read_by", "reading", "segments", "take_away", "without",
    "write_anew", "write_segment", "writing",
]  # fmt: skip


class Kind(StrEnum):
    """What the rows of a segment are."""

    ACTIVITIES = "activities"
    PEOPLE = "people"
    COMPANIES = "companies"


COLUMNS = {
    Kind.ACTIVITIES: pa.schema(
        [
            ("id", pa.int64()), ("person_id", pa.int64()), ("event", pa.string()), ("event_id", pa.string()),
            ("verdict", pa.string()), ("occurred_at", pa.int64()), ("known_at", pa.int64()),
            ("session_id", pa.string()), ("properties", pa.string()),
        ]
    ),
    Kind.PEOPLE: pa.schema(
        [
            ("id", pa.int64()), ("person_id", pa.int64()), ("valid_from", pa.int64()),
            ("known_at", pa.int64()), ("values", pa.string()), ("company", pa.string()),
        ]
    ),
    Kind.COMPANIES: pa.schema(
        [
            ("id", pa.int64()), ("company", pa.string()), ("valid_from", pa.int64()),
            ("known_at", pa.int64()), ("values", pa.string()),
        ]
    ),
}  # fmt: skip
_MARK = b"last_row"
_NAME = re.compile(r"(activities|people|companies)-(\d{19})-(\d{19})\.parquet")
_ROWS = 100_000  # of a row group
_OWNER, _ERASED = "of.json", "erased"


class Segment(NamedTuple):
    """A file with all rows of a kind from one number to another.

    mark  what tells its last row from any other (`records.mark_of`)
    """

    path: Path
    first: int
    last: int
    rows: int
    mark: str


def chains(folder: Path) -> dict[Kind, list[Segment]]:
    """Return by kind the segments that follow one on the other."""
    return {kind: segments(folder, kind) for kind in Kind}


def segments(folder: Path, kind: Kind) -> list[Segment]:
    """Return the segments that follow one on the other without a gap, from the first number on.

    Where several begin at the same number the longest counts: the others were written together in it.
    """
    found: dict[int, list[tuple[int, Path]]] = {}
    for path in folder.glob(f"{kind}-*.parquet"):
        named = _NAME.fullmatch(path.name)
        if named is not None:
            found.setdefault(int(named[2]), []).append((int(named[3]), path))
    chain: list[Segment] = []
    begin = 1
    while True:
        whole = (_opened(path, begin, last) for last, path in sorted(found.get(begin, []), reverse=True))
        longest = next((segment for segment in whole if segment is not None), None)
        if longest is None:
            return chain
        chain.append(longest)
        begin = longest.last + 1


def _opened(path: Path, first: int, last: int) -> Segment | None:
    """Return a segment, None where the file is none."""
    try:
        about = pa.parquet.read_metadata(path)
    except (OSError, pa.ArrowInvalid):
        return None
    mark = (about.metadata or {}).get(_MARK)
    if mark is None or last < first:
        return None
    return Segment(path, first, last, about.num_rows, mark.decode())


def everything_in(folder: Path) -> list[Path]:
    """Return all files of segments, whether they are of use or not, and what was left half written."""
    return sorted(path for path in folder.glob("*") if _NAME.fullmatch(path.name) or path.suffix == ".half")


def owner(folder: Path) -> str | None:
    """Return of what the segments are a copy, None where nobody has said so."""
    try:
        return (folder / _OWNER).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def note_owner(folder: Path, says: str) -> None:
    """Note of what the segments are a copy."""
    with _appearing(folder / _OWNER) as half:
        half.write_text(says, encoding="utf-8")


def read_by(kind: Kind, some: Iterable[Segment]) -> str:
    """Return SQL of the rows of segments, all columns of the kind."""
    columns = ", ".join(map(quoted, COLUMNS[kind].names))
    paths = [os.fspath(segment.path.resolve()) for segment in some]
    # A name is no pattern, whatever signs are in it.
    escaped = literals(re.sub(r"([*?\[])", r"[\1]", path) for path in paths)
    return f"SELECT {columns} FROM read_parquet({escaped})"


def write_segment(
    folder: Path, kind: Kind, instead: Sequence[Segment], rows: pa.Table, *, behind: int, mark: str
) -> Segment:
    """Write all rows behind a number together with the segments `instead`, up to there; those stay.

    In the file they are in the order of people, so that each one's stand together; `rows` are in that of
    their ids. Raises OSError or `duckdb.Error` where it cannot be done.
    """
    begin, last = instead[0].first if instead else behind + 1, int(rows.column("id")[-1].as_py())
    path = folder / f"{kind}-{begin:019}-{last:019}.parquet"
    columns = ", ".join(map(quoted, COLUMNS[kind].names))
    source = f"SELECT {columns} FROM new_rows"
    if instead:
        source += f" UNION ALL {read_by(kind, instead)}"
    order = f"{_whose(kind)}, id"
    with _appearing(path) as half, duckdb.connect(config={"threads": 1}) as con:
        con.register("new_rows", rows)
        con.execute(
            f"COPY (SELECT * FROM ({source}) AS every ORDER BY {order}) TO {literal(os.fspath(half))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS}, "
            f"KV_METADATA {{{_MARK.decode()}: {literal(mark)}}})"
        )
    return Segment(path, begin, last, rows.num_rows + sum(each.rows for each in instead), mark)


def has_rows_of(segment: Segment, kind: Kind, owners: Sequence[object]) -> bool:
    """Return whether a segment has rows of some people, or of some companies. Raises `duckdb.Error`."""
    with duckdb.connect(config={"threads": 1}) as con:
        sql = (
            f"SELECT 1 FROM ({read_by(kind, [segment])}) WHERE {_whose(kind)} IN (SELECT unnest($1)) LIMIT 1"
        )
        return con.execute(sql, [list(owners)]).fetchone() is not None


def without(kind: Kind, relation: str, owners: Sequence[object]) -> str:
    """Return a relation of rows of a kind but for those of some people, or of some companies."""
    if not owners:
        return relation
    listed = literals(map(str, owners))
    return (
        f"(SELECT * FROM {relation} WHERE CAST({_whose(kind)} AS VARCHAR) NOT IN (SELECT unnest({listed})))"
    )


def write_anew(
    folder: Path, kind: Kind, segment: Segment, owners: Sequence[object], rows: pa.Table, *, mark: str
) -> bool:
    """Write a segment with other rows of some people; return whether nobody reads, or nothing is done.

    Raises OSError or `duckdb.Error` where it cannot be done.
    """
    with _locked(folder / "reading.lock", fcntl.LOCK_EX | fcntl.LOCK_NB) as nobody_reads:
        if nobody_reads:
            columns = ", ".join(map(quoted, COLUMNS[kind].names))
            with _appearing(segment.path) as half, duckdb.connect(config={"threads": 1}) as con:
                con.register("new_rows", rows)
                con.execute("CREATE TEMP TABLE owners AS SELECT unnest($1) AS owner", [list(owners)])
                con.execute(
                    f"COPY (SELECT * FROM (SELECT * FROM ({read_by(kind, [segment])}) AS kept "
                    f"WHERE {_whose(kind)} NOT IN (SELECT owner FROM owners) "
                    f"UNION ALL SELECT {columns} FROM new_rows) AS every ORDER BY {_whose(kind)}, id) "
                    f"TO {literal(os.fspath(half))} (FORMAT parquet, COMPRESSION zstd, "
                    f"ROW_GROUP_SIZE {_ROWS}, KV_METADATA {{{_MARK.decode()}: {literal(mark)}}})"
                )
        return nobody_reads


def _whose(kind: Kind) -> str:
    return quoted(COLUMNS[kind].names[1])


def erased_until(folder: Path) -> int:
    """Return the number of the last erasure that the segments know of, 0 where they know of none."""
    try:
        return int((folder / _ERASED).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0


def note_erased(folder: Path, number: int) -> None:
    """Note that nothing is in the segments of who was forgotten up to an erasure."""
    with _appearing(folder / _ERASED) as half:
        half.write_text(str(number), encoding="ascii")


def checksum(con: duckdb.DuckDBPyConnection, kind: Kind, relation: str) -> tuple[int, int]:
    """Return how many rows a relation has, and a number that is another where any of them is.

    Raises `duckdb.Error` where it cannot be read.
    """
    columns = ", ".join(map(quoted, COLUMNS[kind].names))
    ((rows, total),) = con.execute(
        f"SELECT count(*), coalesce(bit_xor(hash({columns})), 0) FROM {relation}"
    ).fetchall()
    return int(rows), int(total)


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """Yield where to write; it appears under its name at the end, and stays though the machine stops."""
    half = path.with_name(f"{path.name}.{secrets.token_hex(4)}.half")
    try:
        yield half
        _sync(half)
        os.replace(half, path)
        _sync(path.parent)
    finally:
        with suppress(OSError):  # what cannot be there need not be taken away
            half.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def writing(folder: Path, *, wait: bool = False) -> Iterator[bool]:
    """Yield whether nobody else on this machine writes segments, once that is so; the folder is made."""
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "writing.lock", fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB) as mine:
        yield mine


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Have the files stay that are there. The folder has to be there."""
    with _locked(folder / "reading.lock", fcntl.LOCK_SH):
        yield


def take_away(folder: Path, paths: Iterable[Path]) -> bool:
    """Take files away, if nobody reads; return whether that is so."""
    with _locked(folder / "reading.lock", fcntl.LOCK_EX | fcntl.LOCK_NB) as nobody_reads:
        if nobody_reads:
            for path in paths:
                path.unlink(missing_ok=True)
        return nobody_reads


@contextmanager
def _locked(path: Path, how: int) -> Iterator[bool]:
    # Let go by the system, whatever becomes of this process.
    with path.open("ab") as file:
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            yield False
            return
        yield True
