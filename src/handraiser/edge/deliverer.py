"""How do messages leave, each destination by itself, so that one that is slow or dead delays no other?"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event
from typing import NamedTuple

from django.db import Error, close_old_connections, connection

from handraiser.connectors.answers import Outcome, failed
from handraiser.connectors.sending import Outside, Sender, Target
from handraiser.edge.outside import outside
from handraiser.edge.running import now
from handraiser.flows.delivering import (
    LEASE,
    Came,
    Job,
    claim,
    give_back,
    go_on_having,
    settle,
    target_of,
    to_be_told,
)
from handraiser.store.models import Destination

__all__ = ["Deliverer", "delivering", "run"]

_AT_ONCE = 4  # threads of a destination
_BATCH = 25  # messages of a thread
_SETTLED = 200  # written down together
_TOGETHER = 0.05  # seconds in which what has come is written down together
_IDLE = 0.1  # seconds until it is looked again, when there was nothing to do
_AWAY = 1.0  # seconds until a database that was away is asked again
_FAREWELL = 25.0  # seconds for what is being sent to arrive
_log = logging.getLogger(__name__)


def run(parent: int) -> None:
    """Deliver until SIGTERM or SIGINT, or until the process that began this one is gone."""
    stop = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stop.set())
    Deliverer(now, outside(now)).run(stop, alone=lambda: os.getppid() != parent)


@contextmanager
def delivering(stop: Event, clock: Callable[[], int]) -> Iterator[None]:
    """Have messages delivered beside what is done within, until that is done or told to stop."""
    deliverer = Deliverer(clock, outside(clock))
    beside = threading.Thread(target=deliverer.run, args=(stop,), name="deliver")
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join()


class _Unsent(NamedTuple):
    """A message that was had and not sent."""

    number: int


class _Ended(NamedTuple):
    """A thread of a destination has ended."""

    destination: int


class Deliverer:
    """Sends what is due. Threads send, each for one destination; this one alone asks the database."""

    def __init__(self, clock: Callable[[], int], outside: Outside) -> None:
        self.clock = clock
        self.outside = outside
        self.name = f"{secrets.token_hex(4)}-{os.getpid()}-{socket.gethostname()}"[:32]
        self._heard: SimpleQueue[Came | _Unsent | _Ended] = SimpleQueue()
        self._threads: Counter[int] = Counter()  # of each destination
        self._had: set[int] = set()
        self._had_until = 0
        self._came: list[Came] = []
        self._unsent: list[int] = []
        self._ending = Event()

    def run(self, stop: Event, *, alone: Callable[[], bool] = lambda: False) -> None:
        """Send until told to stop, or left alone; then let arrive what is on its way, and leave the rest."""
        while not stop.is_set() and not alone():
            try:
                close_old_connections()
                if not self.turn():
                    self._listen(_IDLE)
            except Error as error:
                _log.warning("The database does not answer as it should: %s", error)
                connection.close()
                stop.wait(_AWAY)
            except Exception:  # noqa: BLE001  whoever begins it again would have it fail in the same way
                _log.exception("What there is to send cannot be sent. It is tried again.")
                connection.close()
                stop.wait(_AWAY)
        self.end()

    def turn(self) -> int:
        """Write down what was sent and begin to send what is due; return how much of both there was."""
        self._listen(0.0)
        done = self._write()
        self._keep()
        return done + sum(self._send_some(each) for each in to_be_told(self.clock()))

    def settle(self) -> None:
        """Send until nothing more is due at this instant, and all has been answered."""
        while self.turn() or self._had:
            self._listen(_IDLE)

    def stop(self) -> None:
        """Begin to send nothing more."""
        self._ending.set()

    def end(self) -> None:
        """Begin to send nothing more, wait for what is on its way, and leave the rest to others."""
        self.stop()
        until = time.monotonic() + _FAREWELL
        while self._threads.total() and time.monotonic() < until:
            self._listen(_IDLE)
        try:
            self._write()
        except Error as error:
            # It is sent again when nobody has it any more, under the same key.
            _log.warning("What was sent last could not be written down: %s", error)
        connection.close()

    # ---- what is due

    def _send_some(self, destination: Destination) -> int:
        """Begin to send messages to a destination, as many as there are threads for; return how many."""
        # Whoever fails is tried with one message, not with all there are.
        failing = destination.failing_since is not None
        free = (1 if failing else _AT_ONCE) - self._threads[destination.pk]
        if free <= 0:
            return 0
        now = self.clock()
        jobs = claim(destination.pk, 1 if failing else free * _BATCH, by=self.name, now=now)
        self._had.update(job.number for job in jobs)
        self._had_until = self._had_until or now + LEASE
        target = target_of(destination, now)
        for place in range(min(free, len(jobs))):
            self._threads[destination.pk] += 1
            mine = (destination.pk, target, jobs[place::free])
            # Nobody waits at the end for a thread that hangs.
            threading.Thread(target=self._tell, args=mine, name=f"tell {destination.pk}", daemon=True).start()
        return len(jobs)

    def _tell(self, destination: int, target: Target, jobs: Sequence[Job]) -> None:
        """Send messages one after the other, up to the first that is not taken; in a thread of its own."""
        left = list(jobs)
        try:
            with Sender(target, self.outside) as sender:
                while left and not self._ending.is_set():
                    job = left.pop(0)
                    try:
                        answer = sender.send(job.key, job.payload)
                    except Exception as error:  # noqa: BLE001  a mistake of ours; the message is not lost by it
                        _log.exception("Message %s could not be sent.", job.key)
                        answer = failed(f"handraiser itself failed: {error!r}")
                    self._heard.put(Came(destination, job, answer, self.clock()))
                    if answer.outcome not in (Outcome.DELIVERED, Outcome.REFUSED):
                        break
        finally:
            for job in left:
                self._heard.put(_Unsent(job.number))
            self._heard.put(_Ended(destination))

    # ---- what came of it

    def _listen(self, seconds: float) -> None:
        """Take in what threads say: wait for the first of it, then a moment for what is still to come."""
        until = time.monotonic() + seconds
        try:
            while True:
                left = until - time.monotonic()
                self._take(self._heard.get(timeout=left) if left > 0 else self._heard.get_nowait())
                until = min(until, time.monotonic() + _TOGETHER) if self._threads.total() else 0.0
        except Empty:
            return

    def _take(self, each: Came | _Unsent | _Ended) -> None:
        match each:
            case Came():
                self._came.append(each)
            case _Unsent(number):
                self._unsent.append(number)
            case _Ended(destination):
                self._threads[destination] -= 1

    def _write(self) -> int:
        """Write down what has come; what cannot be written stays to be written."""
        done = 0
        while self._came:
            some = self._came[:_SETTLED]
            settle(some, by=self.name)
            del self._came[:_SETTLED]
            self._had -= {each.job.number for each in some}
            done += len(some)
        if self._unsent:
            give_back(self._unsent, by=self.name)
            self._had.difference_update(self._unsent)
            self._unsent.clear()
        return done

    def _keep(self) -> None:
        """Go on having what is being sent, in good time."""
        if not self._had:
            self._had_until = 0
        elif self.clock() > self._had_until - LEASE // 2:
            now = self.clock()
            go_on_having(sorted(self._had), by=self.name, now=now)
            self._had_until = now + LEASE
