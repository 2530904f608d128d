"""The process that keeps the made company alive while it is served: `python -m … PARENT URL`.

Visitors come by over HTTP, as they would to any other, with a key for tracking, which is read from standard
input. Those of sales whom nobody signs in as go on with their work, slowly.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from random import Random
from threading import Event
from urllib.parse import urlsplit

from django.db import Error, close_old_connections

from handraiser.edge.database import set_up

__all__ = ["Trickle", "main", "post"]

_SECOND = 1_000_000
_VISIT, _RAISE, _WORK = (2.0, 6.0), (20.0, 45.0), (20.0, 40.0)  # seconds between two of each
_FIRST = 8.0  # until somebody asks for sales at first
_WAITING = 40  # MQLs that nobody has accepted, from which on no more come
_PATIENCE = 10.0
_MONTH = 30 * 86_400 * _SECOND

Post = Callable[[Sequence[bytes]], None]


def post(url: str, key: str) -> Post:
    """Return how items are sent to a server, which is asked again and again until it is there."""
    parts = urlsplit(url)

    def send(items: Sequence[bytes]) -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)
        try:
            body = b'{"batch":[' + b",".join(items) + b"]," + f'"writeKey":{json.dumps(key)}'.encode() + b"}"
            connection.request("POST", "/v1/batch", body, {"Content-Type": "application/json"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            pass  # it is not there yet, or not any more
        finally:
            connection.close()

    return send


class Trickle:
    """What goes on, second by second; `step` does what it is time for."""

    def __init__(self, send: Post, clock: Callable[[], int], random: Random) -> None:
        self._send, self._clock, self._random = send, clock, random
        now = clock()
        self._visit_at, self._work_at = now, now + self._in(_WORK)
        self._raise_at = now + round(_FIRST * _SECOND)

    def step(self) -> None:
        """Have happen what it is time for."""
        now = self._clock()
        if now >= self._visit_at:
            self._visit_at = now + self._in(_VISIT)
            self._visit(now)
        if now >= self._raise_at:
            self._raise_at = now + self._in(_RAISE)
            self._raise(now)
        if now >= self._work_at:
            self._work_at = now + self._in(_WORK)
            self._work(now)

    def _in(self, between: tuple[float, float]) -> int:
        return round(self._random.uniform(*between) * _SECOND)

    def _visit(self, now: int) -> None:
        """Somebody looks around, whom the company may know."""
        from handraiser.edge.played.visitors import look_around, received
        from handraiser.store.bulk import query

        ((most,),) = query("SELECT coalesce(max(id), 1) FROM store_identifier")
        sql = "SELECT value FROM store_identifier WHERE kind = 'anonymous' AND id >= %s ORDER BY id LIMIT 1"
        known = query(sql, [self._random.randint(1, int(most))])
        browser = known[0][0] if known and self._random.random() < 0.5 else f"browser-{now}"
        items = look_around({"anonymousId": browser}, self._random)
        self._send([each.body for each in received(items, at=now, name=f"visit-{now}", gap=5)])

    def _raise(self, now: int) -> None:
        """Somebody asks for sales, or takes the guide, unless very many wait already."""
        from handraiser.edge.played.visitors import newcomer, reading_the_guide, received, wanting_a_demo
        from handraiser.store.models import Handoff

        if Handoff.objects.filter(ended_at=None, stage="mql").count() >= _WAITING:
            return
        who = newcomer(self._random, name=f"{now}")
        does = wanting_a_demo if self._random.random() < 0.75 else reading_the_guide
        if does is reading_the_guide:
            who = who._replace(title="VP Sales", country="US")
        items = received(does(who, self._random), at=now, name=f"raise-{now}", gap=5)
        self._send([each.body for each in items])

    def _work(self, now: int) -> None:
        """Somebody of sales does what comes next, whom nobody signs in as."""
        from handraiser.edge.played.cast import DEMO_USERS
        from handraiser.edge.played.selling import next_of
        from handraiser.store.models import Handoff

        viewers = [each.email for each in DEMO_USERS]
        theirs = Handoff.objects.filter(ended_at=None, owner__isnull=False, stage__in=("mql", "sal"))
        some = list(theirs.exclude(owner__email__in=viewers).select_related("episode__publication")[:200])
        if some:
            chosen = next_of(self._random.choice(some), {}, now=now, until=now + _MONTH)
            if chosen is not None:
                chosen.happen(now)


def main() -> None:
    """Go on until told to stop, or until the process with this number is gone."""
    parent, url = sys.argv[1:]
    key = sys.stdin.readline().strip()
    set_up()
    from handraiser.edge.running import now

    stop = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stop.set())
    trickle = Trickle(post(url, key), now, Random(time.time_ns()))  # noqa: S311  nothing is kept secret by it
    while not stop.wait(0.5) and os.getppid() == int(parent):
        try:
            close_old_connections()
            trickle.step()
        except Error:
            stop.wait(1)  # others write; it is tried again


if __name__ == "__main__":
    main()
