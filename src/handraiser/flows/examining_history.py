"""Have the files of the history the rows that the database has?

File by file their rows are counted and summed up, and so are those that the database has of the same numbers.
Rows of who was forgotten are left out until the worker has written their files anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from handraiser.flows.history import append_history, drop_history, gone_since, history_folder
from handraiser.store.records import described, rows_between
from handraiser.store.segments import (
    Kind,
    Segment,
    chains,
    checksum,
    has_rows_of,
    owner,
    read_by,
    reading,
    without,
)

__all__ = ["HistoryExamined", "examine_history", "make_history_anew"]


class HistoryExamined(NamedTuple):
    """How many files and rows of them there are, what they are short of, and sentences on what differs.

    missing  how many rows of the database are in no file yet: the worker writes them there
    behind   how many files have rows of who was forgotten: the worker writes them anew without
    """

    files: int
    rows: int
    missing: int
    differences: list[str]
    behind: int = 0


def examine_history(data: Path, *, progress: Callable[[int], None] = lambda rows: None) -> HistoryExamined:
    """Return what was found of the history in a folder; nothing is written.

    `progress` is called with the number of rows compared so far.
    """
    folder = history_folder(data)
    if owner(folder) is None:
        return HistoryExamined(0, 0, 0, [])
    differences = []
    if owner(folder) != described():
        differences.append("the files are of another database, or from before its tables changed")
    rows = files = missing = behind = 0
    gone = gone_since(folder)
    with reading(folder), duckdb.connect(config={"threads": 1}) as con:
        for kind, chain in chains(folder).items():
            nobody: Sequence[Any] = gone.owners[kind] if gone is not None else ()
            for segment in chain:
                files += 1
                rows += segment.rows
                found = _differences(con, kind, segment, nobody)
                differences += found
                behind += bool(nobody) and not found and has_rows_of(segment, kind, nobody)
                progress(rows)
            last = chain[-1].last if chain else 0
            missing += sum(new.num_rows for new in rows_between(kind, last + 1, None))
    return HistoryExamined(files, rows, missing, differences, behind)


def _differences(
    con: duckdb.DuckDBPyConnection, kind: Kind, segment: Segment, nobody: Sequence[Any]
) -> list[str]:
    """Return what differs in a file, but for rows of who was forgotten."""
    try:
        in_file = checksum(con, kind, without(kind, f"({read_by(kind, [segment])})", nobody))
    except duckdb.Error:
        return [f"{segment.path.name} cannot be read"]
    count = total = 0
    for page in rows_between(kind, segment.first, segment.last):
        con.register("page", page)
        own = checksum(con, kind, without(kind, "page", nobody))
        count, total = count + own[0], total ^ own[1]
    if in_file[0] != count:
        return [f"{segment.path.name} has {in_file[0]:,} rows, and the database {count:,} of these numbers"]
    return [] if in_file[1] == total else [f"{segment.path.name} has other rows than the database"]


def make_history_anew(data: Path) -> bool:
    """Drop the history in a folder and write it again; return False where somebody reads it just now."""
    if not drop_history(data):
        return False
    while append_history(data):
        pass
    return True
