"""How does a web process ask the one that holds the history, and begin it where there is none?"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec

from handraiser.edge.whatif import place
from handraiser.edge.whatif.wire import Another, Answer, Failed, Question, Reading, receive, send

__all__ = ["Asking"]

_MODULE = "handraiser.edge.whatif.process"
_PATIENCE = 60.0  # seconds for an answer
_STARTING = 30.0  # seconds in which a process that was begun is given time to listen
_PAUSE = 5.0  # seconds until one that ended by itself is begun again
_BREATH = 1.0

_log = logging.getLogger(__name__)
_answer: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
_NOT_YET = Reading(rows=0, of=0)


class Asking:
    """Asks the process of a folder of data. Several threads may ask."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._begun_at = -_STARTING

    def ask(self, question: Question) -> Answer:
        """Return what a question is answered; where there is no process yet, that it is to be waited for."""
        folder = place.room(self._data)
        there = place.connected(folder, patience=_PATIENCE)
        if there is None:
            return self._begin()
        try:
            with there:
                send(there, question)
                answer = _answer.decode(receive(there))
        except TimeoutError:
            return Failed(says="There was no answer in time. Try again.")
        except (OSError, EOFError, msgspec.MsgspecError):
            return _NOT_YET  # it has just ended; whoever asks again begins another
        return _NOT_YET if isinstance(answer, Another) else answer

    def end(self) -> None:
        """Have the process end that was begun here, if there is one."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()
                self._process.wait()

    def _begin(self) -> Answer:
        """Begin a process, unless one is about to listen."""
        with self._lock:
            since = time.monotonic() - self._begun_at
            ended = None if self._process is None else self._process.poll()
            if self._process is not None and ended is None and since < _STARTING:
                return _NOT_YET
            if ended == 0 and since < _BREATH:  # one that was there before has not quite ended
                return _NOT_YET
            if ended and since < _PAUSE:
                return Failed(says="The process that holds the history ended by itself; the log says why.")
            if ended:
                _log.warning(
                    "The process that holds the history ended by itself (%s); another is begun.", ended
                )
            self._begun_at = time.monotonic()
            command = [sys.executable, "-m", _MODULE, str(os.getpid())]
            # A program of its own: a copy of a web process would have locks that nobody opens any more.
            # Threads that each keep memory for themselves would keep as much again.
            told = os.environ | {"MALLOC_ARENA_MAX": "2"}
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=told)  # noqa: S603  our own
            return _NOT_YET
