"""Who sends while things are killed? Clients as real ones are: what is not acknowledged is sent again.

They remember what was acknowledged. That is what has to be there in the end.
"""

from __future__ import annotations

import base64
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

from tests.live.traffic import Visitor, action

__all__ = ["Load", "loading"]

_CLIENTS = 3
_MOST = 20  # messages of a request
_DOINGS = 40  # of a person, who then makes room for another: there are always new leads
_LATE = (0, 0, 0, 0, 0, 1, 60, 3_600, 86_400)  # seconds


class _Client(threading.Thread):
    """One program that sends for its own people; its messages are numbered."""

    def __init__(self, load: Load, number: int) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self.load, self.number = load, number
        self.random = Random(f"{load.seed} {number}")
        self._sent = self._people = 0
        self._cast: list[tuple[Visitor, int]] = []

    def run(self) -> None:
        while not self.load.ending.is_set():
            items = [self._item() for _ in range(self.random.randint(1, _MOST))]
            self._deliver(items)
            self.load.ending.wait(self.load.pause * self.random.random())

    def _deliver(self, items: list[dict[str, Any]]) -> None:
        """Send until it is acknowledged, or until the day is over: then nobody knows whether it is there."""
        body = json.dumps({"batch": items}).encode()
        ids = [item["messageId"] for item in items]
        self.load.sent.update(ids)
        while not self.load.ending.is_set():
            status = self.load.post(body)
            self.load.answers[status] += 1
            if status == 200:
                self.load.acknowledged.update(ids)
                # Who did not hear the answer asks twice.
                if self.random.random() < 0.05:
                    self.load.post(body)
                return
            self.load.ending.wait(0.05 + 0.2 * self.random.random())

    def _item(self) -> dict[str, Any]:
        while len(self._cast) < 10:
            self._cast.append((self._person(), 0))
        place = self.random.randrange(len(self._cast))
        who, done = self._cast.pop(place)
        if done < _DOINGS:
            self._cast.append((who, done + 1))
        self._sent += 1
        # The first that a browser does is nobody's yet: it becomes theirs.
        known = {"userId": who.user} if done > 2 else {}
        at = time.time() - self.random.choice(_LATE) * self.random.random()
        item = {
            "messageId": f"c{self.number}-{self._sent}",
            "anonymousId": who.browsers[0],
            "timestamp": datetime.fromtimestamp(at, UTC).isoformat(),
        }
        return item | action(self.random, who) | known

    def _person(self) -> Visitor:
        self._people += 1
        name = f"{self.number}-{self._people}"
        firm = f"firm{self.number}-{self._people // 10}"
        domain = "gmail.com" if self._people % 3 == 0 else f"{firm}.example.com"
        return Visitor(f"p{name}", [f"b{name}"], f"p{name}@{domain}", f"u{name}", firm)


class Load:
    """All clients together, what they sent, and what of it was acknowledged (by the ids of messages)."""

    def __init__(self, port: int, key: str, *, seed: int, pause: float = 0.25) -> None:
        self.port, self.seed, self.pause = port, seed, pause
        self._authorization = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        self.ending = threading.Event()
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.answers: Counter[int] = Counter()  # by their status; 0 where nobody answered
        self._clients = [_Client(self, number) for number in range(_CLIENTS)]

    def post(self, body: bytes) -> int:
        """Return the status of the answer to a batch, 0 where there was none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        try:
            connection.request("POST", "/v1/batch", body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
        return answer.status

    def begin(self) -> None:
        """Let all clients send."""
        for each in self._clients:
            each.start()

    def end(self) -> None:
        """Return when nobody sends any more."""
        self.ending.set()
        for each in self._clients:
            each.join()


@contextmanager
def loading(port: int, key: str, *, seed: int) -> Iterator[Load]:
    """Give clients that send until the end of the block."""
    load = Load(port, key, seed=seed)
    load.begin()
    try:
        yield load
    finally:
        load.end()
