"""What does the next event of a lead cost who has done much before?

In this process, by the two halves of a worker's turn: whose the event is, and how its lead stands then.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from bench.live_load import AGREEMENTS, events, people
from handraiser.edge.worker import Worker, now
from handraiser.flows.resolve import resolve_arrivals
from tests.live.company import publish, send, using
from tests.servers import Database

__all__ = ["Turn", "next_events"]

_OTHERS = 1_000  # further leads
_BESIDE = 9  # of these do something at the same time
_BATCH = 1_000
_TIMES = 20
_APART = 1_200_000_000  # microseconds from one of the lead's events to the next: 20 minutes


class Turn(NamedTuple):
    """Milliseconds of one turn."""

    resolving: float
    qualifying: float


def next_events(database: Database, many: int) -> list[Turn]:
    """Return what each further event costs of a lead who has done so many, among some of others."""
    with using(database):
        publish(AGREEMENTS, now())
        worker = Worker()
        worker.settle()
        send(list(people(_OTHERS)), now(), imported=True)
        for batch in _history(many):
            send(batch, now(), imported=True)
            worker.turn()
        worker.settle()
        # The first is for what is made once: plans, kernels, connections.
        return [_turn(worker, number) for number in range(_TIMES + 1)][1:]


def _history(many: int) -> Iterator[list[dict[str, Any]]]:
    end = now() - 86_400_000_000
    for first in range(0, many, _BATCH):
        due = [end - (many - number) * _APART for number in range(first, min(many, first + _BATCH))]
        yield events(Random(first), leads=1, due=due, name="past")


def _turn(worker: Worker, number: int) -> Turn:
    random, at = Random(number), now()
    batch = events(random, leads=1, due=[at], name=f"next-{number}")
    batch += events(random, leads=_OTHERS, due=[at] * _BESIDE, name=f"beside-{number}")
    send(batch, at)
    begun = time.perf_counter()
    resolve_arrivals()
    resolved = time.perf_counter()
    decided = worker.qualifier.qualify(now())
    ended = time.perf_counter()
    if not decided:
        raise RuntimeError("nobody was decided")
    return Turn(1e3 * (resolved - begun), 1e3 * (ended - resolved))
