"""How many events a second does the web front make durable, beside a bare insert: `python -m bench.ingest`.

For each database: the web front in its own processes, a load generator in another, both on this machine;
then the same rows into the same table with the same indexes, 100 a transaction, over one connection. The
pairs are measured in turn, so that a machine whose speed drifts does not tilt the ratio.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from handraiser.capture.protocol import Message, read_request
from tests.servers import Cluster, Database, postgresql, serving, sqlite_database

_KEY = "bench"
_console = Console(highlight=False)


class Load(NamedTuple):
    """What is sent: `requests` of `size` events each, over so many connections."""

    size: int
    requests: int
    connections: int


_LOADS = {"batches of 100": Load(100, 1_000, 32), "single events": Load(1, 20_000, 96)}


def _event(number: int) -> dict[str, Any]:
    """Return what a server's library sends."""
    return {
        "integrations": {}, "anonymousId": None, "type": "track", "event": "Page Viewed",
        "properties": {"path": "/pricing", "url": "https://acme.example/pricing", "title": "Pricing"},
        "timestamp": "2026-03-01T10:00:00.123456+00:00", "messageId": str(uuid.uuid4()),
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
        "userId": f"user-{number % 100_000}",
    }  # fmt: skip


def _body(load: Load, number: int) -> bytes:
    events = [_event(number * load.size + each) for each in range(load.size)]
    sent = {"writeKey": _KEY, "sentAt": "2026-03-01T10:00:01.123456+00:00"}
    return json.dumps(events[0] | sent if load.size == 1 else {"batch": events} | sent).encode()


# ---- the load generator, in a process of its own


def generate(port: int, load: Load) -> None:
    """Send it all as quickly as it is answered; print how long that took, and each request's wait."""
    path = "track" if load.size == 1 else "batch"
    requests = []
    for number in range(load.requests):
        body = _body(load, number)
        head = f"POST /v1/{path} HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"
        requests.append(head.encode() + body)
    waits: list[float] = []

    def send(own: list[bytes]) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in own:
                begun = time.perf_counter()
                connection.sendall(request)
                answer = connection.recv(65_536)
                if not answer.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(answer.decode())
                waits.append(time.perf_counter() - begun)

    threads = [
        threading.Thread(target=send, args=(requests[each :: load.connections],))
        for each in range(load.connections)
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    told = {"seconds": seconds, "answered": len(waits), "waits": sorted(waits)}
    sys.stdout.write(json.dumps(told))


# ---- what it is beside


def _rows(load: Load) -> list[list[tuple[object, ...]]]:
    names = [each for each in Message.__struct_fields__ if each != "body"]
    found = []
    for number in range(load.requests * load.size // 100):
        body = _body(Load(100, 0, 0), number)
        items = read_request(body, kind=None, received_at=1_772_359_201_000_000).items
        found.append([
            (*(getattr(item, name) for name in names), item.body.decode())
            for item in items
        ])  # fmt: skip
    return found


def _bare(database: Database, load: Load) -> float:
    """Return the seconds that inserting such rows takes, 100 a transaction, over one connection."""
    names = ", ".join([*(each for each in Message.__struct_fields__ if each != "body"), "body"])
    rows = _rows(load)
    connection: Any = database.connect()
    if database.vendor == "sqlite":
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
    insert = f"INSERT INTO store_event ({names}) VALUES ({', '.join([mark] * len(rows[0][0]))})"
    begun = time.perf_counter()
    for each in rows:
        connection.cursor().executemany(insert, each)
        connection.commit()
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


# ---- one beside the other


def _served(database: Database, load: Load, processes: int) -> dict[str, Any]:
    digest = hashlib.sha256(_KEY.encode()).hexdigest()
    database.rows(
        "INSERT INTO store_key (digest, scope, name, created_at) VALUES (?, 'track', '', ?)",
        [digest, 0],
    )
    with serving(database, processes=processes) as front:
        command = [sys.executable, "-m", "bench.ingest", "--generate", str(front.port), *map(str, load)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    stored = database.one("SELECT count(*) FROM store_event")
    if stored != load.requests * load.size or told["answered"] != load.requests:
        raise RuntimeError(f"{stored:,} events are stored, not {load.requests * load.size:,}: {done.stderr}")
    return told


def _fresh(folder: str, name: str, cluster: Cluster | None) -> Database:
    """Return a new database: of the cluster, or SQLite's in a folder."""
    if cluster is not None:
        return cluster.database()
    own = Path(folder) / name
    own.mkdir()
    return sqlite_database(own)


def _line(table: Table, name: str, load: Load, pairs: list[tuple[dict[str, Any], float]]) -> None:
    events = load.size * load.requests
    rates = [events / told["seconds"] for told, _ in pairs]
    ratios = [bare / told["seconds"] for told, bare in pairs]
    waits = sorted(wait for told, _ in pairs for wait in told["waits"])
    table.add_row(
        name,
        f"{statistics.median(rates):,.0f} ({min(rates):,.0f}-{max(rates):,.0f})",
        f"{statistics.median(events / bare for _, bare in pairs):,.0f}",
        f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})",
        f"{waits[len(waits) // 2] * 1000:.0f} / {waits[len(waits) * 99 // 100] * 1000:.0f}",
    )


def measure(vendors: list[str], runs: int, scale: float, processes: int) -> None:
    """Measure and print."""
    table = Table(title="events made durable", title_justify="left", box=None)
    for title in ("what", "events/s", "bare insert", "ratio", "wait ms p50 / p99"):
        table.add_column(title, justify="left" if title == "what" else "right")
    with postgresql(durable=True) as cluster:
        for vendor in vendors:
            for name, full in _LOADS.items():
                load = full._replace(requests=int(full.requests * scale))
                pairs = []
                for _ in range(runs):
                    with tempfile.TemporaryDirectory(prefix="handraiser-bench-") as folder:
                        on = None if vendor == "sqlite" else cluster
                        told = _served(_fresh(folder, "served", on), load, processes if on else 1)
                        pairs.append((told, _bare(_fresh(folder, "bare", on), load)))
                    events, (told, bare) = load.size * load.requests, pairs[-1]
                    rates = f"{events / told['seconds']:,.0f}/s, bare insert {events / bare:,.0f}/s"
                    _console.print(f"  {vendor}, {name}: {rates}", style="dim")
                _line(table, f"{vendor}, {name}", load, pairs)
    _console.print(table)


def main() -> None:
    """Measure, or be the load generator."""
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description=__doc__)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="0.1 sends a tenth")
    parser.add_argument("--processes", type=int, default=1, help="of the web front on PostgreSQL")
    parser.add_argument("--generate", type=int, nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.generate:
        port, *load = asked.generate
        generate(port, Load(*load))
    else:
        measure(asked.databases.split(","), asked.runs, asked.scale, asked.processes)


if __name__ == "__main__":
    main()
