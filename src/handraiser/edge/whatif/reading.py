"""How is all that the live system knows read, so that any number of agreements can be asked about it?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from handraiser.agreement.model import Agreement
from handraiser.flows.history import history_folder
from handraiser.learning.replay import Replay
from handraiser.store.newness import Newness, last_erasure, left_alone, newness
from handraiser.store.whole import history_inputs

__all__ = ["Known", "read"]

_MEMORY = "400MB"  # of DuckDB's; what it does not have room for goes to the disk
# What only reading needs; the files of the history are not held on to.
_OF_READING = (
    "VIEW streamed_events", "VIEW history_events", "TABLE history_members", "TABLE history_judged",
    "TABLE history_new_activities", "TABLE history_new_people", "TABLE history_new_companies",
)  # fmt: skip


class Known(NamedTuple):
    """The history as it was known at an instant (microseconds), and the agreements that were asked.

    new     tells it from what is known later
    erased  the number of the last erasure that it knows of
    """

    replay: Replay
    at: int
    new: Newness
    erased: int
    asked: frozenset[str]

    def hidden(self) -> npt.NDArray[np.bool_]:
        """Return which leads are to be left out by now."""
        ids = self.replay.ground.leads.ids
        gone = left_alone(self.erased)
        if not gone:
            return np.zeros(len(ids), dtype=bool)
        found = pc.is_in(ids, value_set=pa.array([str(each) for each in gone], type=ids.type))
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def read(
    data: Path,
    room: Path,
    agreements: Sequence[Agreement],
    *,
    now: int,
    threads: int,
    told: Callable[[int, int], None],
) -> Known:
    """Return the history in a folder of data, as of now, matched with the rules of some agreements.

    room  a folder for what there is no room for in memory
    told  is called with how many rows have been read, and how many there are

    Raises `duckdb.Error` where files of the history are damaged.
    """
    new, erased = newness(), last_erasure()
    counted = [0, 0]

    def counting(rows: int, of: int) -> None:
        counted[:] = rows, of
        told(rows, of)

    con = duckdb.connect(config={"threads": threads, "memory_limit": _MEMORY, "temp_directory": str(room)})
    try:
        with history_inputs(con, history_folder(data), told=counting) as inputs:
            before, of = counted
            replay = Replay.over(
                inputs,
                *agreements,
                threads=threads,
                progress=lambda rows: told(min(before + rows, of), of),
            )
        for each in _OF_READING:
            con.execute(f"DROP {each}")
    except BaseException:
        con.close()
        raise
    return Known(replay, now, new, erased, frozenset(each.fingerprint for each in agreements))
