"""The worker: what came in is resolved, leads are decided, scores and history kept fresh, again and again."""

from __future__ import annotations

import gc
import logging
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from threading import Event
from typing import Literal

from django.db import Error, close_old_connections, connection

from handraiser.edge.deliverer import delivering
from handraiser.edge.historian import keeping_history
from handraiser.edge.outside import days_kept
from handraiser.edge.proposal_tests import keeping_tested
from handraiser.edge.settings import FOLDER
from handraiser.flows.agreed import categories
from handraiser.flows.clearing import clear_away
from handraiser.flows.firing import fire
from handraiser.flows.handing_history import hand_off_history
from handraiser.flows.leaving import pass_on_left
from handraiser.flows.live import begin
from handraiser.flows.purging import purge_delivered
from handraiser.flows.qualify import Qualifier
from handraiser.flows.reassigning import place_unassigned
from handraiser.flows.resolve import resolve_arrivals
from handraiser.flows.sweep import sweep
from handraiser.flows.timeoff import hand_over

__all__ = ["PARTS", "Part", "Worker", "now", "run"]

_IDLE = 0.05  # seconds until it is looked again, when there was nothing to do
_AWAY = 1.0  # seconds until a database that was away is asked again
_AGAIN = 60_000_000  # microseconds until it is looked again for who takes what nobody could
_MANY = 2_000  # leads that were decided in a turn: there are more of them than usual
_SELDOM = 1_800.0  # seconds between looks for what comes about once a day

Part = Literal["resolve", "decide"]
PARTS: tuple[Part, ...] = ("resolve", "decide")
_log = logging.getLogger(__name__)


def now() -> int:
    """Return the present instant, in microseconds."""
    return time.time_ns() // 1_000


class Worker:
    """Does all there is to do, a little of each in turn, or only its part where another does the other.

    With a folder, who decides keeps the history in there.
    """

    def __init__(
        self, clock: Callable[[], int] = now, *, part: Part | None = None, folder: Path | None = None
    ) -> None:
        self.clock = clock
        self.part = part
        self.days_kept = days_kept()
        categories()  # whoever set them wrongly hears of it now
        self.folder = None if part == "resolve" else folder
        # What tells it from all others comes first: names of machines are long.
        self.qualifier = Qualifier(f"{secrets.token_hex(4)}-{os.getpid()}-{socket.gethostname()}"[:32])
        self.pressed = False  # whether many leads wait to be decided
        self._seldom_at = 0.0
        self._placed_at = self._placed_after = 0

    def run(self, stop: Event, *, alone: Callable[[], bool] = lambda: False) -> None:
        """Work until told to stop, or left alone. Whatever fails is tried again: a database may be away."""
        with keeping_history(self.folder, lambda: self.pressed), keeping_tested(self.folder):
            while not stop.is_set() and not alone():
                try:
                    close_old_connections()
                    if not self.turn():
                        stop.wait(_IDLE)
                except Error as error:
                    _log.warning("The database does not answer as it should: %s", error)
                    connection.close()
                    stop.wait(_AWAY)
                except Exception:  # noqa: BLE001  whoever begins it again would have it fail in the same way
                    _log.exception("What there is to do cannot be done. It is tried again.")
                    connection.close()
                    stop.wait(_AWAY)

    def turn(self) -> int:
        """Do a little of everything; return how much that was, 0 if there was nothing."""
        resolved = resolve_arrivals() if self.part != "decide" else 0
        return resolved + (self._decide() if self.part != "resolve" else 0)

    def _decide(self) -> int:
        if time.monotonic() - self._seldom_at > _SELDOM:
            self._seldom_at = time.monotonic()
            self.daily()
        if begin(self.clock()):
            self._placed_at = 0  # it may want what was recorded as history
        decided = self.qualifier.qualify(self.clock())
        self.pressed = decided >= _MANY
        return decided + fire(self.clock()) + hand_over(self.clock()) + self._place()

    def _place(self) -> int:
        """Look now and then whether somebody can take by now what is nobody's, or theirs who have left."""
        if 0 <= self.clock() - self._placed_at < _AGAIN:
            return 0
        at = self.clock()
        self._placed_at = at  # whatever fails here keeps nothing else waiting until it is looked again
        clear_away(at)
        passed = pass_on_left(at)
        placed = place_unassigned(at, after=self._placed_after)
        self._placed_after = placed.after
        handed = hand_off_history(at)
        if handed:
            self._placed_at = 0  # there may be more
        return handed + passed + placed.went

    def daily(self) -> None:
        """Do what is due once a day, as far as it is due."""
        today = self.clock()
        sweep(today)
        purge_delivered(today, days=self.days_kept)

    def settle(self) -> None:
        """Work until there is nothing more to do."""
        while self.turn():
            pass


def run(parent: int | None = None, part: Part | None = None) -> None:
    """Work until SIGTERM or SIGINT, or until the process that began this one is gone."""
    # Batches come and go whole: looking for rings among their rows again and again finds none.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    stop = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stop.set())
    try:
        with delivering(stop, now) if part is None else nullcontext():
            Worker(part=part, folder=FOLDER).run(
                stop, alone=lambda: parent is not None and os.getppid() != parent
            )
    finally:
        # DuckDB complains of whatever of it nobody has cleared away when the process ends.
        gc.unfreeze()
