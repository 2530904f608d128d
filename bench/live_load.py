"""What do the leads of a made company send, and who sends it on time: `python -m bench.live_load`.

The generator is open: each request is due at an instant, whatever became of those before. An event is named
by the instant at which it was due, so whoever finds it knows how long ago that was.
What is sent late is late.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

__all__ = ["AGREEMENTS", "Load", "due_at", "events", "people"]

_CONNECTIONS = 16
_FIRMS = 5  # leads of a company
_JOBS = ("Head of Marketing", "Chief Revenue Officer", "Developer", "Buyer", "Student")
_PATHS = ("/", "/blog/leads", "/pricing", "/pricing/enterprise", "/customers", "/docs/start")
# A lead becomes an MQL of the first agreement by asking, of the second by what it does.
_ASKED = """
agreement: asked
fit:
  max: 50
  rules:
    - {rule: big, when: lead.employees > 500, points: 15}
    - {rule: chief, when: "lead.job_title ilike '%chief%'", points: 10}
    - {rule: free_mailbox, when: lead.email_kind = 'free', points: -10}
engagement:
  max: 100
  within: 90 days
  decay: half-life 30 days
  rules:
    - {rule: page, event: Page Viewed, points: 1, max: 20}
    - {rule: pricing, event: Page Viewed, where: "path like '/pricing%'", points: 5, at_most: 1 per day}
    - {rule: click, event: Email Link Clicked, points: 2, max: 15}
    - {rule: demo, event: Demo Requested, points: 20}
qualify: {mql: score >= 60, hand_raise: demo}
"""
_READING = """
agreement: reading
fit:
  rules: [{rule: us, when: lead.country = 'US', points: 10}]
  grades: {A: 10}
engagement:
  rules:
    - {rule: paper, event: Content Downloaded, points: 10, decay: linear 30 days}
    - {rule: visits, event: Page Viewed, distinct: session_id, at_least: 2, points: 5}
qualify: {mql: "grade = 'A' and engagement >= 10 or engagement >= 20"}
"""
AGREEMENTS = (_ASKED, _READING)


class Load(NamedTuple):
    """So many events of so many leads, at so many a second (0: as quickly as they are taken), so many in
    each request."""

    events: int
    leads: int
    rate: int
    size: int


def people(leads: int) -> Iterator[dict[str, Any]]:
    """Yield by what each lead has become known; the days of these lie before all else."""
    random = Random(1)
    for number in range(leads):
        at = 1_767_225_600 + number % 2_592_000  # 2026-01-01 and the month after it
        traits = {
            "email": f"ann{number}@firm{number // _FIRMS}.example.com",
            "job_title": random.choice(_JOBS),
            "country": random.choice(("US", "DE", "FR", "GB")),
            "employees": random.randint(1, 2_000),
        }
        yield {
            "type": "identify", "messageId": f"known-{number}", "userId": f"user-{number}",
            "anonymousId": f"browser-{number}", "traits": traits, "timestamp": at_text(at * 1_000_000),
        }  # fmt: skip


def events(random: Random, *, leads: int, due: Sequence[int], name: str) -> list[dict[str, Any]]:
    """Return what leads do at instants (microseconds): one in twenty asks for a demo or takes a paper."""
    return [_event(random, random.randrange(leads), at, f"{name}-{k}") for k, at in enumerate(due)]


def _event(random: Random, lead: int, at: int, name: str) -> dict[str, Any]:
    what = random.random()
    said: dict[str, Any]
    if what < 0.03:
        said = {"type": "track", "event": "Demo Requested", "properties": {"form_id": "demo"}}
    elif what < 0.05:
        said = {"type": "track", "event": "Content Downloaded", "properties": {"title": "Lead scoring"}}
    elif what < 0.15:
        said = {"type": "track", "event": "Email Link Clicked", "properties": {"campaign": "march"}}
    else:
        path = random.choice(_PATHS)
        seen = {"path": path, "url": f"https://acme.example{path}", "title": "Acme", "referrer": ""}
        said = {"type": "page", "properties": seen}
    return said | {
        "messageId": f"{at}-{name}", "userId": f"user-{lead}", "anonymousId": f"browser-{lead}",
        "timestamp": at_text(at), "context": {"library": {"name": "analytics.js", "version": "1.84.0"}},
    }  # fmt: skip


def due_at(message_id: str) -> int:
    """Return the instant at which an event of the generator was due, in microseconds."""
    return int(message_id.partition("-")[0])


def at_text(at: int) -> str:
    """Return an instant as clients write it."""
    seconds, micro = divmod(at, 1_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{micro:06d}Z"


# ---- the load generator, in a process of its own


class _Sender:
    """Takes the next request that is due, waits for its instant, sends it; several at once."""

    def __init__(self, port: int, key: str, load: Load) -> None:
        self.port, self.key, self.load = port, key, load
        self.begun = time.time_ns() // 1_000 + 500_000
        self.requests = -(-load.events // load.size)
        self.lock = threading.Lock()
        self.next = 0
        self.late = 0  # microseconds that a request was sent after it was due, at most
        self.made: list[bytes] = []
        if not load.rate:
            # Who sends as quickly as it is taken makes it before, so as to leave the processors alone.
            self.made = [self._body(number) for number in range(self.requests)]
            self.begun = time.time_ns() // 1_000

    def _due(self, number: int) -> int:
        return self.begun + (number * self.load.size * 1_000_000 // self.load.rate if self.load.rate else 0)

    def _body(self, number: int) -> bytes:
        size = min(self.load.size, self.load.events - number * self.load.size)
        due = [self._due(number)] * size
        name = f"{self.begun}-{number}"
        batch = events(Random(name), leads=self.load.leads, due=due, name=name)
        return json.dumps({"batch": batch, "writeKey": self.key}).encode()

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with self.lock:
                    number, self.next = self.next, self.next + 1
                if number >= self.requests:
                    return
                self._send(connection, number)

    def _send(self, connection: socket.socket, number: int) -> None:
        body = self.made[number] if self.made else self._body(number)
        head = f"POST /v1/batch HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"
        wait = self._due(number) / 1e6 - time.time()
        if wait > 0:
            time.sleep(wait)
        if self.load.rate:
            self.late = max(self.late, time.time_ns() // 1_000 - self._due(number))
        while True:
            connection.sendall(head.encode() + body)
            answer = connection.recv(65_536)
            if answer.startswith(b"HTTP/1.1 200"):
                return
            if not answer.startswith((b"HTTP/1.1 429", b"HTTP/1.1 503")):
                raise RuntimeError(answer.decode())
            time.sleep(0.1)  # it is asked for patience


def main() -> None:
    """Send a load; print when that began and how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("key")
    parser.add_argument("load", type=int, nargs=4)
    asked = parser.parse_args()
    sender = _Sender(asked.port, asked.key, Load(*asked.load))
    threads = [threading.Thread(target=sender.run) for _ in range(_CONNECTIONS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    ended = time.time_ns() // 1_000
    sys.stdout.write(
        json.dumps({"begun": sender.begun, "ended": ended, "late": sender.late, "answered": sender.next})
    )


if __name__ == "__main__":
    main()
