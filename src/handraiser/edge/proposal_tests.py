"""What would a proposed agreement have found in the past, beside what is live?

Both sides read it before they sign, so it is reckoned once and kept as it was; of nobody by name, as people
may be forgotten later. It takes seconds and memory: a process of its own does it, and a worker begins that.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import msgspec
import numpy as np
from django.db import Error, connection

from handraiser.agreement import load
from handraiser.edge.comparing import Noted, compare, looked_at
from handraiser.edge.database import set_up
from handraiser.errors import Mistakes
from handraiser.learning.backtest import Backtest
from handraiser.learning.replay import Replay
from handraiser.scoring.registers import TRUE
from handraiser.scoring.score import stand

if TYPE_CHECKING:
    from handraiser.agreement.model import Agreement
    from handraiser.store.models import Proposal

__all__ = ["Kept", "kept_of", "main", "reckon_backtest", "keeping_tested"]

_SELDOM = 2.0  # seconds between looks for what is new
_AGAIN = 60.0  # the same where it could not be reckoned

_log = logging.getLogger(__name__)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of `Comparison`: all but who the people are that are gained and lost.

    standing  how many leads qualify already, and would not be handed off
    """

    test: Backtest
    against: Backtest | None
    standing: int
    gained: int
    lost: int
    earlier: int
    later: int
    lint: list[Noted]


def kept_of(proposal: Proposal) -> Kept | None:
    """Return what a proposal would have found, None where that is not reckoned, or where it ends another."""
    return None if proposal.backtest is None else msgspec.convert(proposal.backtest, Kept)


def reckon_backtest(number: int, data: Path, *, now: int) -> Kept:
    """Return what a proposal would have found up to when it was made; it is kept with it.

    data  the folder in which the history is

    Raises Mistakes where there is no such proposal.
    """
    from handraiser.flows.history import history_folder
    from handraiser.flows.live import agreement_of
    from handraiser.flows.proposing import freeze_backtest, proposal_numbered
    from handraiser.store.whole import history_inputs

    proposal = proposal_numbered(number)
    agreement = load(proposal.text, file=f"proposal {number}")
    against = None if proposal.against is None else agreement_of(proposal.against)
    agreements = [agreement, *([against] if against else [])]
    with (
        duckdb.connect() as con,
        history_inputs(con, history_folder(data)) as inputs,
        Replay.over(inputs, *agreements) as replay,
    ):
        notes = looked_at(replay, agreement)
        found = compare(replay, agreement, against, until=proposal.at, notes=notes)
        standing = _standing(replay, agreement, proposal.at)
    kept = Kept(
        test=found.test,
        against=found.against,
        standing=standing,
        gained=len(found.gained),
        lost=len(found.lost),
        earlier=found.earlier,
        later=found.later,
        lint=found.lint,
    )
    freeze_backtest(number, msgspec.to_builtins(kept), now=now)
    return kept


def _standing(replay: Replay, agreement: Agreement, at: int) -> int:
    """Return how many leads qualify at an instant."""
    prepared = replay.prepared(agreement)
    every = np.full(len(replay.ground.leads.ids), at, dtype=np.int64)
    found = stand(prepared, every, points=False, threads=replay.threads)
    return int((found.answers[:, 3] == TRUE).sum())


@contextmanager
def keeping_tested(data: Path | None) -> Iterator[None]:
    """Have proposals tested within as they come, in a process beside; with no folder none is."""
    if data is None:
        yield
        return
    over = threading.Event()
    watching = threading.Thread(target=_watch, args=(over,), name="proposals")
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _watch(over: threading.Event) -> None:
    try:
        pause = _SELDOM
        while not over.wait(pause):
            pause = _SELDOM if _done(over) else _AGAIN
    finally:
        connection.close()  # it is this thread's own


def _done(over: threading.Event) -> bool:
    """Have all that waits reckoned; return whether nothing went wrong."""
    try:
        if not _untested():
            return True
    except Error as error:
        _log.warning("Proposals have to wait for the database: %s", error)
        connection.close()
        return False
    process = subprocess.Popen([sys.executable, "-m", "handraiser.edge.proposal_tests", str(os.getpid())])
    while process.poll() is None:
        if over.wait(_SELDOM):
            process.kill()
    if process.returncode and not over.is_set():
        _log.warning("A proposal could not be tested (%s); it is tried again.", process.returncode)
    return process.returncode == 0


def _untested() -> list[int]:
    from handraiser.store.models import Proposal

    waiting = Proposal.objects.filter(state=Proposal.State.OPEN, backtest__isnull=True, ends=False)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def main() -> None:
    """Test all proposals that wait for it: `python -m handraiser.edge.proposal_tests PARENT`."""
    set_up()
    from handraiser.edge.settings import FOLDER
    from handraiser.edge.worker import now
    from handraiser.store.locks import TESTING, one_of_many

    parent = int(sys.argv[1])
    failed = False
    with one_of_many(TESTING) as alone:
        for number in _untested() if alone else ():
            if os.getppid() != parent:
                return
            try:
                reckon_backtest(number, FOLDER, now=now())
            except (duckdb.Error, OSError, Mistakes):
                _log.exception("Proposal %s cannot be tested.", number)
                failed = True
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
