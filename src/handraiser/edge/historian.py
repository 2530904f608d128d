"""Who keeps the history in files up to date, beside all the rest that a worker does?"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from django.db import Error, connection

from handraiser.flows.history import MOST, append_history

__all__ = ["Historian", "keeping_history"]

_SELDOM = 30.0  # seconds between looks for what is new
_SOON = 1.0  # the same while there is more of it than is written at once
_PATIENCE = 60.0  # seconds that it is left alone, at most, while there is more pressing work

_log = logging.getLogger(__name__)


@contextmanager
def keeping_history(data: Path | None, pressed: Callable[[], bool]) -> Iterator[None]:
    """Have what is new written into the history of a folder within, again and again; of None nothing is.

    In a thread of its own: writing files together takes seconds, for which nobody is to wait.
    """
    if data is None:
        yield
        return
    over = threading.Event()
    historian = threading.Thread(target=_keep, args=(Historian(data, pressed), over), name="historian")
    historian.start()
    try:
        yield
    finally:
        over.set()
        historian.join()


class Historian:
    """Keeps the history in a folder; `pressed` tells whether leads wait that somebody would rather know of.

    It takes a twentieth of what a burst of events costs, and nobody wants it before that is over.
    """

    def __init__(self, data: Path, pressed: Callable[[], bool]) -> None:
        self._data, self._pressed = data, pressed
        self._left_alone = 0.0

    def look(self) -> float:
        """Write some of what is new, unless that can wait; return the seconds until the next look."""
        if self._pressed() and self._left_alone < _PATIENCE:
            self._left_alone += _SOON
            return _SOON
        self._left_alone = 0.0
        return _SOON if _append(self._data) >= MOST else _SELDOM


def _keep(historian: Historian, over: threading.Event) -> None:
    try:
        while not over.is_set():
            over.wait(historian.look())
    finally:
        connection.close()  # it is this thread's own


def _append(data: Path) -> int:
    """Write some of what is new; what keeps it from that keeps nothing else."""
    try:
        return append_history(data)
    except (OSError, duckdb.Error) as error:
        _log.warning("The history cannot be written: %s", error)
    except Error as error:
        _log.warning("The history has to wait for the database: %s", error)
        connection.close()
    return 0
