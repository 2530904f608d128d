"""How soon is somebody an MQL who has done what makes them one: `python -m bench.live`.

handraiser as users start it, over leads that are known, two agreements live; a load generator in another
process on the same machine. First at a fixed rate: from the instant at which an event was due to be sent
until its episode can be read by others. Then as much as is taken at once: until nothing waits any more.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from handraiser.edge.database import set_up

set_up()

from bench.live_deep import Turn, next_events
from bench.live_load import AGREEMENTS, Load, due_at, people
from handraiser.edge.worker import Worker, now
from tests.live.company import publish, send, using
from tests.servers import Database, postgresql, sqlite_database, until
from tests.torture.house import House

__all__ = ["main", "measure"]

_KEY = "bench"
_IMPORT = 1_000  # leads of a request
_EVENTS = 10  # of a request at the fixed rate
_BATCH = 100  # of a request of the burst
_LOOK = 0.02  # seconds between looks for new episodes: so much later than it was they may be found
_SHORT = 50  # events of a lead with no long history
_PATIENCE = 1_800.0  # seconds for all to be decided
_console = Console(highlight=False)


class Asked(NamedTuple):
    """What is measured: `workers` of PostgreSQL apart from the web front; without any it is `serve`."""

    databases: tuple[str, ...] = ("sqlite", "postgresql")
    runs: int = 3
    leads: int = 100_000
    rate: int = 1_000
    seconds: int = 300
    burst: int = 200_000
    workers: int = 0
    deep: int = 50_000


# ---- leads that are known


def prepare(database: Database, leads: int) -> float:
    """Have leads known, imported as anybody would; return how many seconds that took."""
    begun = time.monotonic()
    digest = hashlib.sha256(_KEY.encode()).hexdigest()
    database.rows(
        "INSERT INTO store_key (digest, scope, name, created_at) VALUES (?, 'track', '', ?)", [digest, 0]
    )
    with using(database):
        publish(AGREEMENTS, now())
        worker = Worker()
        worker.settle()
        for each in _batches(people(leads), _IMPORT):
            send(each, now(), imported=True)
            worker.turn()
        worker.settle()
    return time.monotonic() - begun


def _batches(items: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


# ---- the system, and who sends


@contextmanager
def _serving(database: Database, folder: Path, workers: int) -> Iterator[int]:
    house = House(database, folder, workers=workers)
    try:
        until(lambda: _listens(house.port), says=f"it does not start: see {house.log}")
        yield house.port
        house.end()
    except BaseException:
        _console.print(house.log.read_text()[-4_000:])
        raise
    finally:
        house.tidy()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _sent(port: int, load: Load) -> dict[str, int]:
    command = [sys.executable, "-m", "bench.live_load", str(port), _KEY, *map(str, load)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, int] = json.loads(done.stdout)
    return told


def _settled(database: Database) -> int:
    """Return the instant at which nothing waits any more."""
    waiting = "SELECT EXISTS (SELECT 1 FROM store_arrival) OR EXISTS (SELECT 1 FROM store_dirty)"
    end = time.monotonic() + _PATIENCE
    with closing(database.connect()) as con:
        while True:
            ((left,),) = con.execute(waiting).fetchall()
            con.rollback()
            if not left:
                return now()
            if time.monotonic() > end:
                raise TimeoutError("it is never done")
            time.sleep(0.05)


# ---- event to episode


class _Watcher(threading.Thread):
    """Looks for episodes again and again, as anybody could, and notes when each is there."""

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        self.database = database
        self.ending = threading.Event()
        self.first = int(database.one("SELECT coalesce(max(id), 0) FROM store_episode"))
        self.seen_at: dict[int, int] = {}

    def run(self) -> None:
        # Of two workers the one with the higher numbers may be the first to be done.
        query = "SELECT id FROM store_episode WHERE id > " + (
            "?" if self.database.vendor == "sqlite" else "%s"
        )
        with closing(self.database.connect()) as con:
            while not self.ending.wait(_LOOK):
                last = max(self.seen_at, default=self.first)
                rows = con.execute(query, [max(self.first, last - 2_000)]).fetchall()
                con.rollback()
                at = now()
                for (number,) in rows:
                    self.seen_at.setdefault(number, at)

    def waits(self) -> list[float]:
        """Return of each new episode the seconds since the event that made it was due to be sent."""
        rows = self.database.rows(
            "SELECT episode.id, event_id FROM store_episode AS episode JOIN store_activity AS activity "
            "ON activity.person_id = episode.lead_id AND activity.known_at = episode.begun_at "
            "WHERE episode.id > ?",
            [self.first],
        )
        if {number for number, _ in rows} != self.seen_at.keys():
            raise RuntimeError(f"of {len(self.seen_at)} episodes {len(rows)} have an event that made them")
        return sorted((self.seen_at[number] - due_at(event)) / 1e6 for number, event in rows)


def _at_a_rate(database: Database, port: int, asked: Asked) -> tuple[list[float], dict[str, int]]:
    watcher = _Watcher(database)
    watcher.start()
    told = _sent(port, Load(asked.rate * asked.seconds, asked.leads, asked.rate, _EVENTS))
    _settled(database)
    time.sleep(10 * _LOOK)
    watcher.ending.set()
    watcher.join()
    return watcher.waits(), told


# ---- and the whole


class _Run(NamedTuple):
    """Seconds of waiting, by rank; how much of the burst was taken, and done, each second."""

    p50: float
    p99: float
    most: float
    episodes: int
    taken: float
    drained: float


def _run(database: Database, port: int, asked: Asked) -> _Run:
    # What a worker makes once, kernels and plans, is made before.
    _sent(port, Load(_BATCH, asked.leads, 0, _BATCH))
    _settled(database)
    waits, told = _at_a_rate(database, port, asked)
    if not waits:
        raise RuntimeError("nobody has become an MQL: send more")
    burst = _sent(port, Load(asked.burst, asked.leads, 0, _BATCH))
    done_at = _settled(database)
    run = _Run(
        p50=waits[len(waits) // 2],
        p99=waits[len(waits) * 99 // 100],
        most=waits[-1],
        episodes=len(waits),
        taken=asked.burst * 1e6 / (burst["ended"] - burst["begun"]),
        drained=asked.burst * 1e6 / (done_at - burst["begun"]),
    )
    late = told["late"] / 1e6
    _console.print(f"  {database.vendor}: {run}, sent {late:.2f} s late at most", style="dim")
    return run


def _told(values: Sequence[float], form: str) -> str:
    median, least, most = (
        format(each, form) for each in (statistics.median(values), min(values), max(values))
    )
    return f"{median} ({least}-{most})" if len(values) > 1 else median


def _rows(vendor: str, runs: Sequence[_Run], asked: Asked) -> Iterator[tuple[str, str, str]]:
    rate = f"{vendor}, {asked.rate:,} events/s for {asked.seconds} s over {asked.leads:,} leads"
    yield f"{rate}: event to episode, p50", f"{_told([run.p50 for run in runs], '.2f')} s", "1 s"
    yield "the same, p99", f"{_told([run.p99 for run in runs], '.2f')} s", "3 s"
    yield "the same, the longest", f"{_told([run.most for run in runs], '.2f')} s", ""
    burst = f"{vendor}, a burst of {asked.burst:,}"
    yield f"{burst}: taken", f"{_told([run.taken for run in runs], ',.0f')}/s", ""
    yield f"{burst}: drained", f"{_told([run.drained for run in runs], ',.0f')}/s", "5,000/s"


def _rows_deep(
    vendor: str, turns: Sequence[Turn], short: Sequence[Turn], asked: Asked
) -> Iterator[tuple[str, str, str]]:
    whole, without = ([turn.resolving + turn.qualifying for turn in each] for each in (turns, short))
    named = f"{vendor}, a lead with {asked.deep:,} events: its next, the median of {len(turns)}"
    resolving = statistics.median(turn.resolving for turn in turns)
    qualifying = statistics.median(turn.qualifying for turn in turns)
    split = f"whose it is {resolving:.0f}, how it stands {qualifying:.0f}"
    yield named, f"{statistics.median(whole):.0f} ms ({split})", "50 ms"
    yield "the same, the longest", f"{max(whole):.0f} ms", ""
    yield f"the same turn, had it done {_SHORT} things", f"{statistics.median(without):.0f} ms", ""


def measure(asked: Asked) -> None:
    """Measure and print."""
    table = Table(title="live: from an event to an MQL", title_justify="left", box=None)
    for title in ("what", "median (range)", "bound"):
        table.add_column(title, justify="left" if title == "what" else "right")
    with postgresql(durable=True) as cluster, tempfile.TemporaryDirectory(prefix="handraiser-bench-") as made:

        def fresh(vendor: str, name: str) -> tuple[Database, Path]:
            own = Path(made) / f"{vendor}-{name}"
            own.mkdir()
            return (sqlite_database(own) if vendor == "sqlite" else cluster.database()), own

        for vendor in asked.databases:
            if asked.runs:
                database, own = fresh(vendor, "live")
                took = prepare(database, asked.leads)
                _console.print(f"  {vendor}: {asked.leads:,} leads imported in {took:.0f} s", style="dim")
                with _serving(database, own, 0 if vendor == "sqlite" else asked.workers) as port:
                    runs = [_run(database, port, asked) for _ in range(asked.runs)]
                for row in _rows(vendor, runs, asked):
                    table.add_row(*row)
            if asked.deep:
                deep, short = (
                    next_events(fresh(vendor, f"deep-{many}")[0], many) for many in (asked.deep, _SHORT)
                )
                for row in _rows_deep(vendor, deep, short, asked):
                    table.add_row(*row)
    _console.print(table)


def main() -> None:
    """Measure what is asked for."""
    usual = Asked()
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--databases", default=",".join(usual.databases))
    parser.add_argument("--runs", type=int, default=usual.runs, help="0 leaves out all but --deep")
    parser.add_argument("--leads", type=int, default=usual.leads)
    parser.add_argument("--rate", type=int, default=usual.rate, help="events a second")
    parser.add_argument("--seconds", type=int, default=usual.seconds)
    parser.add_argument("--burst", type=int, default=usual.burst, help="events sent at once")
    parser.add_argument(
        "--workers", type=int, default=usual.workers, help="on PostgreSQL, apart from `web`; 0 is `serve`"
    )
    parser.add_argument(
        "--deep",
        type=int,
        default=usual.deep,
        help="events of one lead, whose next is timed; 0 leaves it out",
    )
    parser.add_argument("--short", action="store_true", help="small numbers of all: under a minute")
    told = vars(parser.parse_args())
    if told.pop("short"):
        told |= {"runs": 1, "leads": 1_000, "rate": 200, "seconds": 5, "burst": 2_000, "deep": 2_000}
    measure(Asked(**told | {"databases": tuple(told["databases"].split(","))}))


if __name__ == "__main__":
    main()
