"""How fast are MQLs handed off, and how soon does what is due happen: `python -m bench.handing`.

First a burst: leads that all become MQLs at once are decided, routed to a team, clocked and put into the
outbox by one worker. Then, with all the deadlines that are open now, a thousand fall due within a second, and
two workers in processes of their own, which run already, have them happen.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from handraiser.edge.database import set_up

set_up()

from handraiser.edge.worker import now
from handraiser.flows.qualify import Qualifier
from handraiser.flows.resolve import resolve_arrivals
from handraiser.store.bulk import query
from handraiser.store.models import Destination, Member, Team, User
from tests.live.company import publish, send, using
from tests.servers import Database, postgresql

__all__ = ["burst", "leads_come", "main", "office"]

_SECOND = 1_000_000
_BATCH = 1_000
_FIRST = 100
_PATIENCE = 300.0
_console = Console(highlight=False)

AGREEMENT = """
agreement: bench
timezone: Europe/Berlin
fit: {rules: [{rule: big, title: 50 and more, when: lead.size >= 50, points: 20}]}
engagement:
  rules:
    - {rule: paper, event: Content Downloaded, points: 20, say: Ask who will run the roll-out.}
    - {rule: demo, event: Demo Requested, points: 40, say: They want to see it.}
qualify: {mql: score >= 50, hand_raise: demo}
handoff:
  hours: {mon-thu: "09:00-12:30, 13:30-18:00", fri: "09:00-15:00", holidays: DE, timezone: owner}
  accept_within: 4 business hours
  contact_within: 24 hours
  hand_raise: {accept_within: 30 business minutes, contact_within: 1 business hour}
  follow_up:
    - {do: call, within: 1 business hour}
    - {do: email, within: 1 business day}
    - {do: call, within: 3 business days}
  remind_at: [50%, 80%]
  escalate_at: [{at: 100%, to: manager}, {at: 150%, to: reassign}]
  expire_after: 14 days
  route:
    - {when: lead.size >= 50, to: team big}
    - {to: team small}
"""


class Asked(NamedTuple):
    """What is measured: so many MQLs of a burst, to teams of so many each, and so many deadlines at once."""

    runs: int = 1
    mqls: int = 10_000
    members: int = 10
    due: int = 1_000


class Found(NamedTuple):
    """What was found.

    apart  by how many leads the members of a team are apart at most
    late   seconds from when the last was due until all had happened
    """

    mqls: int
    seconds: float
    apart: int
    deadlines: int
    fired: int
    late: float


def measure(database: Database, asked: Asked) -> Found:
    """Return how it went on a database of its own."""
    with using(database):
        office(asked)
        qualifier = Qualifier("bench")
        leads_come(range(_FIRST))
        burst(qualifier)  # whoever works has begun long ago
        leads_come(range(_FIRST, asked.mqls))
        seconds = burst(qualifier)
        apart = _apart()
        ((mqls,),) = query("SELECT count(*) FROM store_outgoing WHERE kind = 'lead.mql'")
        if mqls != asked.mqls:
            raise AssertionError(f"{mqls} of {asked.mqls} MQLs are in the outbox")
        ((deadlines,),) = query("SELECT count(*) FROM store_deadline WHERE done_at IS NULL")
        fired, late = _due_at_once(database, asked.due)
    return Found(asked.mqls - _FIRST, seconds, apart, deadlines, fired, late)


def office(asked: Asked) -> None:
    """Have an agreement live, and two teams that get the leads."""
    publish([AGREEMENT], now() - _SECOND)
    boss = User.objects.create(email="boss@made.example", role="manager", created_at=0)
    for name in ("big", "small"):
        team = Team.objects.create(name=name, manager=boss)
        for number in range(asked.members):
            user = User.objects.create(
                email=f"{name}{number}@made.example", role="sales", created_at=0, manager=boss,
                timezone="Europe/Berlin",
            )  # fmt: skip
            Member.objects.create(team=team, user=user)
    Destination.objects.create(name="hook", kind="webhook", address="https://made.example", created_at=0)


def leads_come(numbers: range) -> None:
    """Have leads known, each of whom asks for a demo; nobody has looked at them yet."""
    items = (
        {
            "messageId": f"m{number}-{kind}", "userId": f"u{number}", "type": kind,
            **({"traits": {"size": number % 100, "email": f"u{number}@firm{number % 997}.example"}}
               if kind == "identify" else {"event": "Demo Requested", "properties": {}}),
        }
        for number in numbers for kind in ("identify", "track")
    )  # fmt: skip
    while batch := list(islice(items, _BATCH)):
        send(batch, now())
    while resolve_arrivals():
        pass


def burst(qualifier: Qualifier) -> float:
    """Return the seconds in which all that is new of leads is decided."""
    begun = time.perf_counter()
    while qualifier.qualify(now()):
        pass
    return time.perf_counter() - begun


def _apart() -> int:
    rows = query("SELECT team_id, owner_id, count(*) FROM store_handoff GROUP BY team_id, owner_id")
    of: dict[int, list[int]] = {}
    for team, _, count in rows:
        of.setdefault(team, []).append(count)
    return max(max(counts) - min(counts) for counts in of.values())


@contextmanager
def _working(database: Database, count: int) -> Iterator[None]:
    environment = os.environ | {"DATABASE_URL": database.url}
    command = [sys.executable, "-m", "handraiser.edge.worker_process", str(os.getpid()), "decide"]
    workers = [subprocess.Popen(command, env=environment) for _ in range(count)]
    try:
        yield
    finally:
        for each in workers:
            each.terminate()
        for each in workers:
            each.wait(30)


def _due_at_once(database: Database, count: int) -> tuple[int, float]:
    workers = 1 if database.url.startswith("sqlite") else 2
    with _working(database, workers), closing(database.connect()) as con:
        time.sleep(8)  # they have begun, and have nothing to do
        at = now() + 2 * _SECOND
        chosen = con.execute(
            "SELECT id FROM store_deadline WHERE done_at IS NULL AND act = 'remind' ORDER BY id LIMIT "
            f"{count}"
        ).fetchall()
        for place, (number,) in enumerate(chosen):
            due = at + place * _SECOND // count
            con.execute(f"UPDATE store_deadline SET due_at = {due} WHERE id = {number}")
        con.commit()
        end = time.monotonic() + _PATIENCE
        numbers = ", ".join(str(number) for (number,) in chosen)
        waiting = f"SELECT count(*) FROM store_deadline WHERE done_at IS NULL AND id IN ({numbers})"
        while con.execute(waiting).fetchall()[0][0]:
            con.rollback()
            if time.monotonic() > end:
                raise TimeoutError("what is due never happens")
            time.sleep(0.02)
        late = (now() - at - _SECOND) / _SECOND
        con.rollback()
        told = con.execute(
            f"SELECT occasion FROM store_outgoing WHERE kind = 'lead.reminder' AND occasion IN ({numbers})"
        ).fetchall()
    times = Counter(occasion for (occasion,) in told)
    if set(times.values()) != {1}:
        raise AssertionError("something was told twice")
    return len(times), late


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in Asked()._asdict().items():
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = Asked(**vars(parser.parse_args()))
    table = Table("database", "MQLs", "seconds", "MQLs/s", "members apart", "open deadlines", "due at once",
                  "last one late, s")  # fmt: skip
    with postgresql(durable=True) as cluster:
        for _ in range(asked.runs):
            found = measure(cluster.database(), asked)
            table.add_row(
                "PostgreSQL", f"{found.mqls:,}", f"{found.seconds:.1f}",
                f"{found.mqls / found.seconds:,.0f}", str(found.apart), f"{found.deadlines:,}",
                f"{found.fired:,}", f"{found.late:.1f}",
            )  # fmt: skip
    _console.print(table)


if __name__ == "__main__":
    main()
