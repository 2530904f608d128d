"""Is there a made company from before, is it whole, and does another serve it right now?

It is looked at past everything of ours: what was interrupted may have any tables, or none.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import StrEnum
from pathlib import Path

from handraiser.edge.played.marker import BEGUN, PLAYED, SUBJECT
from handraiser.flows.refusals import FlowCode, refused

__all__ = ["Found", "alone_in", "database_of", "found_in", "take_away"]


_LAST = (
    "SELECT max(at) FROM (SELECT max(at) AS at FROM store_audit UNION ALL "
    "SELECT max(received_at) FROM store_event UNION ALL SELECT max(done_at) FROM store_deadline)"
)


class Found(StrEnum):
    """What there is in a folder."""

    NOTHING = "nothing"
    HALF = "half"
    WHOLE = "whole"
    ANOTHERS = "another's"


def database_of(folder: Path) -> Path:
    """Return where in a folder the company is kept."""
    return folder / "handraiser.db"


def found_in(folder: Path) -> tuple[Found, int]:
    """Return what there is in a folder, and when something happened in it last, 0 where it is not whole."""
    file = database_of(folder)
    if not file.exists():
        return Found.NOTHING, 0
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as con:
            said = con.execute("SELECT did FROM store_audit WHERE subject = ?", [SUBJECT]).fetchall()
            did = {row[0] for row in said}
            last = con.execute(_LAST).fetchone()[0]
            used = con.execute(
                "SELECT 1 FROM store_event UNION ALL SELECT 1 FROM store_audit LIMIT 1"
            ).fetchall()
    except sqlite3.Error:
        did, last, used = set(), 0, _tables_in(file)
    if PLAYED in did:
        return Found.WHOLE, int(last)
    return (Found.ANOTHERS if used and BEGUN not in did else Found.HALF), 0


def _tables_in(file: Path) -> list[object]:
    """Return what there is in a file that has no tables of ours; it may be no database at all."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as con:
            return con.execute("SELECT name FROM sqlite_master").fetchall()
    except sqlite3.Error:
        return [file]


def take_away(folder: Path) -> None:
    """Take away what `handraiser demo` keeps to serve it, and nothing else of the folder."""
    file = database_of(folder)
    for ending in (".db", ".db-wal", ".db-shm", ".db-journal", ".key"):
        file.with_suffix(ending).unlink(missing_ok=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Have nobody else play or serve the company of a folder within, nor while what this becomes lives.

    Raises Mistakes where another does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder / "demo.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            says = f"The company in {folder} is being played or served by another `handraiser demo`."
            fix = "Open the address that the other one shows, end it, or give another --folder."
            raise refused(FlowCode.DEMO_IN_USE, "--folder", says, fix) from None
        os.set_inheritable(held, True)
        yield
    finally:
        with suppress(OSError):
            os.close(held)
