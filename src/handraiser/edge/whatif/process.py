"""The process that holds the history: `python -m handraiser.edge.whatif.process PARENT`.

There is one for each folder of data on a machine. Whoever needs it first begins it; it ends when nobody has
asked for some minutes, and when the process that began it is gone.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from django.db import Error, connection

from handraiser.edge.database import set_up
from handraiser.edge.running import now
from handraiser.edge.whatif import place
from handraiser.edge.whatif.wire import Another, Answer, Curve, Failed, Question, receive, send
from handraiser.scoring.stream import processors

__all__ = ["main", "serve"]

_IDLE = 600.0  # seconds
_ASKING = 64  # connections that are answered at once; most wait
_PATIENCE = 30.0  # seconds for somebody to say what they ask
_LOOK = 1.0  # seconds between looks whether it is over

_log = logging.getLogger(__name__)
_question: msgspec.json.Decoder[Question] = msgspec.json.Decoder(Question)


def serve(
    data: Path,
    *,
    stop: threading.Event,
    alone: Callable[[], bool] = lambda: False,
    idle: float = _IDLE,
    clock: Callable[[], int] = now,
) -> None:
    """Answer whoever asks about the history in a folder of data until told to stop, left alone, or idle."""
    folder = place.room(data)
    with place.alone(folder) as mine:
        if mine:
            with place.listening(folder) as listener:
                _Desk(data, folder, stop=stop, clock=clock).serve(listener, alone=alone, idle=idle)


class _Desk:
    """Takes questions, has them answered by a few threads, and gives the answers back."""

    def __init__(self, data: Path, folder: Path, *, stop: threading.Event, clock: Callable[[], int]) -> None:
        from handraiser.edge.whatif.engine import Engine
        from handraiser.edge.whatif.identity import identity

        threads = processors()
        self._engine = Engine(data, folder, clock=clock, threads=threads)
        self._identity, self._stop = identity(), stop
        self._asked_at = time.monotonic()
        self._talking = ThreadPoolExecutor(_ASKING, "talking")
        # Each uses all processors; more of them at once would take more memory, and be no quicker.
        self._answering = ThreadPoolExecutor(max(2, threads), "answering")
        self._drawing = ThreadPoolExecutor(1, "drawing")  # curves take longest, and keep no figures waiting

    def serve(self, listener: socket.socket, *, alone: Callable[[], bool], idle: float) -> None:
        """Answer until it is over."""
        listener.settimeout(_LOOK)
        self._engine.begin()
        try:
            while not self._stop.is_set() and not alone():
                try:
                    asker, _ = listener.accept()
                except TimeoutError:
                    if time.monotonic() - self._asked_at > idle:
                        return
                    continue
                self._asked_at = time.monotonic()
                self._talking.submit(self._talk, asker)
        finally:
            self._engine.end()
            for each in (self._drawing, self._answering, self._talking):
                each.shutdown(wait=False, cancel_futures=True)

    def _talk(self, asker: socket.socket) -> None:
        with asker:
            asker.settimeout(_PATIENCE)
            try:
                question = _question.decode(receive(asker))
                send(asker, self._answer(question))
            except (OSError, EOFError):
                return  # whoever asked has gone
            except msgspec.MsgspecError as error:  # somebody of another version
                _log.warning("A question that nobody understands: %s", error)
            except Exception:  # noqa: BLE001  others still ask
                _log.exception("A question could not be answered.")

    def _answer(self, question: Question) -> Answer:
        if question.of != self._identity:
            self._stop.set()
            return Another()
        self._engine.note(question)
        by = self._drawing if isinstance(question, Curve) else self._answering
        return self._engine.waits(question) or by.submit(self._ask, question).result()

    def _ask(self, question: Question) -> Answer:
        try:
            return self._engine.answer(question)
        except Error as error:
            connection.close()
            return Failed(says=f"The database does not answer: {str(error).splitlines()[0]}")


def main() -> None:
    """Answer until told to stop, or until the process that began this one is gone."""
    parent = int(sys.argv[1])
    set_up()
    from handraiser.edge.settings import FOLDER

    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stop.set())
    gc.freeze()
    serve(FOLDER, stop=stop, alone=lambda: os.getppid() != parent)
    # Nothing is half written; threads that still answer have nobody to answer to.
    os._exit(0)


if __name__ == "__main__":
    main()
