"""How do the files of the history keep up with the database?

What is new is written behind what is there; small files are written together now and then, so that there are
few. All of it can be dropped, and is, where it is not of this database: it is made anew.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from handraiser.scoring.keeping import merged
from handraiser.store import records
from handraiser.store.bulk import query
from handraiser.store.segments import (
    Kind,
    Segment,
    chains,
    checksum,
    erased_until,
    everything_in,
    has_rows_of,
    note_erased,
    note_owner,
    read_by,
    segments,
    take_away,
    write_anew,
    write_segment,
    writing,
)

__all__ = [
    "MOST", "Gone", "append_history", "drop_history", "forget_in_history", "gone_since", "history_folder",
]  # fmt: skip

MOST = 50_000  # rows of a kind that are read at once: others wait meanwhile
_FULL = 1_000_000  # rows of a file that is not written again

_log = logging.getLogger(__name__)


class Gone(NamedTuple):
    """Who was forgotten since files were last written without them.

    until   the number of the last erasure among these
    owners  of which people, and companies, rows were changed
    """

    until: int
    owners: Mapping[Kind, list[Any]]


def history_folder(data: Path) -> Path:
    """Return where in the folder of the data the segments are."""
    return data / "history"


def append_history(data: Path, *, most: int = MOST) -> int:
    """Write down in files what is new in the database, at most so many rows of a kind; return how many.

    0 where there is nothing new, or where somebody else on this machine is about it. Raises OSError or
    `duckdb.Error` where files cannot be written.
    """
    folder = history_folder(data)
    with writing(folder) as alone:
        if not alone or not _forget(folder) or not _made_ours(folder):
            return 0
        return sum(_append(folder, kind, most) for kind in Kind)


def forget_in_history(data: Path) -> bool:
    """Have nobody be in the files who was forgotten; return whether that is so: somebody may be reading them.

    Raises as `append_history` does.
    """
    folder = history_folder(data)
    if not folder.is_dir():
        return True
    with writing(folder, wait=True):
        return _forget(folder)


def _forget(folder: Path) -> bool:
    """Write those files anew that have rows of who was forgotten since, and take away those of no use."""
    gone = gone_since(folder)
    if gone is None:
        return True
    used = set()
    for kind, chain in chains(folder).items():
        for segment in chain:
            used.add(segment.path)
            if not _forget_in(folder, kind, segment, gone.owners[kind]):
                return False
    useless = [path for path in everything_in(folder) if path not in used]
    if useless and not take_away(folder, useless):
        return False
    note_erased(folder, gone.until)
    return True


def gone_since(folder: Path) -> Gone | None:
    """Return who was forgotten that files may have rows of still; None where nobody was."""
    rows = query("SELECT id, people FROM store_erasure WHERE id > %s ORDER BY id", [erased_until(folder)])
    if not rows:
        return None
    found = [json.loads(said) for _, said in rows]
    people = sorted({each for said in found for each in said["people"]})
    companies = sorted({each for said in found for each in said["companies"]})
    return Gone(rows[-1][0], {kind: companies if kind is Kind.COMPANIES else people for kind in Kind})


def _forget_in(folder: Path, kind: Kind, segment: Segment, owners: Sequence[Any]) -> bool:
    if not owners:
        return True
    if not _readable(kind, segment):  # who knows whose rows are in it; it is of no use to anybody
        return take_away(folder, [segment.path])
    if not has_rows_of(segment, kind, owners):
        return True
    rows = records.rows_of(kind, owners, segment.first, segment.last)
    mark = records.mark_of(kind, segment.last)
    if mark is None:  # nothing is left of what came before either
        return take_away(folder, [segment.path])
    return write_anew(folder, kind, segment, owners, rows, mark=mark)


def drop_history(data: Path) -> bool:
    """Take all segments away, to be made anew; return whether nobody reads, which is needed for it."""
    folder = history_folder(data)
    with writing(folder, wait=True):
        return take_away(folder, everything_in(folder))


def _made_ours(folder: Path) -> bool:
    """Return whether the segments are of this database now; those of another are dropped if nobody reads."""
    if records.is_copy(folder, chains(folder)):
        return True
    there = everything_in(folder)
    if there:
        if not take_away(folder, there):
            return False
        _log.warning("The history in %s is not of this database as it is now. It is made anew.", folder)
    note_owner(folder, records.described())
    return True


def _append(folder: Path, kind: Kind, most: int) -> int:
    chain = segments(folder, kind)
    useless = {path for path in everything_in(folder) if path.name.startswith(f"{kind}-")}
    useless -= {segment.path for segment in chain}
    if useless:
        take_away(folder, useless)  # else another time: nobody reads them any more
    rows = records.rows_after(kind, chain[-1].last if chain else 0, most)
    if not rows.num_rows:
        return 0
    instead = _instead(chain, rows.num_rows)
    behind = chain[-1].last if chain else 0
    try:
        write_segment(folder, kind, instead, rows, behind=behind, mark=records.marked(rows))
    except duckdb.Error:
        damaged = [segment.path for segment in instead if not _readable(kind, segment)]
        if not damaged:
            raise
        _log.warning("Parts of the history in %s cannot be read. They are made anew.", folder)
        take_away(folder, damaged)  # and what is behind is of no use without them
        return int(rows.num_rows)
    take_away(folder, [segment.path for segment in instead])
    return int(rows.num_rows)


def _readable(kind: Kind, segment: Segment) -> bool:
    with duckdb.connect(config={"threads": 1}) as con:
        try:
            checksum(con, kind, f"({read_by(kind, [segment])})")
        except duckdb.Error:
            return False
        return True


def _instead(chain: Sequence[Segment], new: int) -> Sequence[Segment]:
    """Return the last segments that are to be written together with new rows."""
    small = [segment.rows for segment in chain]
    count = merged([*small, new])
    while count and sum(small[-count:]) + new > _FULL:
        count -= 1
    return chain[len(chain) - count :]
