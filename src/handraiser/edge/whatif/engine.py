"""What is answered, by what has been read, and when is it read anew?

One thread reads; a few answer. What has been read stays as it is while it is asked; what is read anew takes
its place, and is gone when the last who asks it is done.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import duckdb
from django.db import Error, connection

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.edge.whatif.folded import Folded
from handraiser.edge.whatif.reading import read
from handraiser.edge.whatif.wire import (
    Answer,
    Curve,
    Curved,
    Failed,
    Listed,
    Question,
    Reading,
    Ruled,
    Rules,
    Supposed,
    Void,
    Who,
)
from handraiser.flows.live import live_now
from handraiser.store.newness import newness

__all__ = ["Engine"]

_OLD = 300.0  # seconds after which it is looked whether there is something new
_SOON = 10.0  # the same where somebody is to be left out, or where it could not be read
_WANTED = 4  # agreements that ask something new and are kept in mind
_ASKERS = 1_000

_log = logging.getLogger(__name__)


class Engine:
    """Answers questions of several threads, by a history that a thread of its own reads.

    data  the folder of the data; room: a folder for what there is no room for in memory
    """

    def __init__(
        self, data: Path, room: Path, *, clock: Callable[[], int], threads: int, old: float = _OLD
    ) -> None:
        self._data, self._room, self._clock, self._threads, self._old = data, room, clock, threads, old
        self._folded: Folded | None = None
        self._progress = Reading(rows=0, of=0)
        self._failed = ""
        self._wanted: dict[str, Agreement] = {}
        self._only: tuple[Agreement, ...] = ()
        self._latest: dict[tuple[str, type], int] = {}
        self._lock = threading.Lock()
        self._wake, self._over = threading.Event(), threading.Event()
        self._looked_at = 0.0
        self._reader = threading.Thread(target=self._read_on, name="reader", daemon=True)

    def begin(self) -> None:
        """Begin to read."""
        self._reader.start()

    def end(self) -> None:
        """Have nothing be read any more."""
        self._over.set()
        self._wake.set()

    def note(self, question: Question) -> None:
        """Note that a question has come: those before it of the same asker are void."""
        key = (question.asker, type(question))
        with self._lock:
            self._latest[key] = max(self._latest.pop(key, 0), question.number)
            while len(self._latest) > _ASKERS:
                del self._latest[next(iter(self._latest))]

    def waits(self, question: Question) -> Answer | None:
        """Return what is to be said before there is an answer, None where one can be given."""
        if self._is_void(question):
            return Void()
        asked = _loaded(question.tested), _loaded(question.against)
        folded = self._folded
        if folded is not None and all(folded.known.replay.knows(each) for each in asked):
            return None
        self._want(folded, asked)
        return Failed(says=self._failed) if self._failed else self._progress

    def answer(self, question: Question) -> Answer:
        """Return the answer to a question that need not wait. Raises `django.db.Error`."""
        folded = self._folded
        if folded is None or self._is_void(question):
            return Void()
        begun, hidden = time.perf_counter(), folded.known.hidden()
        tested, against = _loaded(question.tested), _loaded(question.against)
        self._look(soon=bool(hidden.any()))
        if isinstance(question, Who):
            found = folded.who(
                tested, against, hidden, gained=question.gained, after=question.after, most=question.most
            )
            return Listed(at=folded.known.at, of=found.of, people=found.people)
        if isinstance(question, Rules):
            ruled = folded.yields(tested, hidden, days=question.days)
            return Ruled(at=folded.known.at, found=ruled)
        for each in (against, tested):
            folded.run(each)
            if self._is_void(question):
                return Void()
        if isinstance(question, Curve):
            points = folded.curve(tested, against, hidden)
            return Curved(at=folded.known.at, points=points, took=time.perf_counter() - begun)
        beside = folded.beside(tested, against, hidden)
        return Supposed(at=folded.known.at, beside=beside, took=time.perf_counter() - begun)

    def _is_void(self, question: Question) -> bool:
        return self._latest.get((question.asker, type(question)), 0) > question.number

    # ---- what is read, and when

    def _want(self, folded: Folded | None, agreements: Sequence[Agreement]) -> None:
        """Have agreements be asked of the events."""
        with self._lock:
            asked = folded.known.asked if folded is not None else frozenset()
            if {each.fingerprint for each in agreements} <= asked:
                self._only = tuple(agreements)  # with the others they are too many rules
            for each in agreements:
                self._wanted.pop(each.fingerprint, None)
                self._wanted[each.fingerprint] = each
            while len(self._wanted) > _WANTED:
                del self._wanted[next(iter(self._wanted))]
        self._wake.set()

    def _look(self, *, soon: bool) -> None:
        """Have it be looked now and then whether there is something new."""
        if time.monotonic() - self._looked_at > (_SOON if soon else self._old):
            self._wake.set()

    def _read_on(self) -> None:
        while not self._over.is_set():
            self._wake.clear()
            self._looked_at = time.monotonic()
            try:
                if self._is_to_be_read():
                    self._read()
                    self._failed = ""
            except (Error, duckdb.Error, OSError) as error:
                self._fail(f"The history cannot be read now: {str(error).splitlines()[0]}")
            except Exception:  # noqa: BLE001  whoever asks is told, and it is tried again
                _log.exception("The history cannot be read.")
                self._fail("The history cannot be read; the log says why.")
            finally:
                connection.close()
            self._wake.wait()
            if self._failed:
                self._over.wait(_SOON)

    def _fail(self, says: str) -> None:
        _log.warning("%s", says)
        self._failed = says

    def _is_to_be_read(self) -> bool:
        folded = self._folded
        if folded is None or self._only or not folded.known.asked >= self._wanted.keys():
            return True
        return newness() != folded.known.new

    def _read(self) -> None:
        with self._lock:
            wanted, only = list(self._wanted.values()), self._only
            self._only = ()
        now = self._clock()
        agreements = only or [*(each.agreement for each in live_now(now)), *wanted]
        self._progress = Reading(rows=0, of=0)
        if self._folded is not None:
            self._folded.rest()
        known = read(self._data, self._room, agreements, now=now, threads=self._threads, told=self._tell)
        self._folded = Folded(known)

    def _tell(self, rows: int, of: int) -> None:
        self._progress = Reading(rows=rows, of=of)


@lru_cache(maxsize=64)
def _loaded(text: str) -> Agreement:
    return load(text, file="<asked>")
