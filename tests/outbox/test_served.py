"""Do `serve` and `work` send what is to be sent, and does another go on where one was killed?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from handraiser.connectors.signing import new_secret
from handraiser.flows.sealing import sealed
from handraiser.store.models import Outgoing
from tests.connectors.receiver import receiving
from tests.outbox.company import destination, episode, news, telling
from tests.servers import Database, free_port, until

pytestmark = pytest.mark.usefixtures("sealing")
_MAIN = "from handraiser.edge.cli import main; main()"


@contextmanager
def running(database: Database, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Have a command run within, and end as it is told to."""
    told = {"HANDRAISER_SECRET": "a secret of these tests", "HANDRAISER_ALLOW_PRIVATE": "127.0.0.0/8"}
    environment = database.environment() | told | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", _MAIN, *words], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(60) == 0


def children(process: int) -> list[int]:
    """Return the processes that a process has begun."""
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def who_delivers(serving: subprocess.Popen[bytes]) -> int | None:
    """Return the process that delivers."""
    for child in children(serving.pid):
        if Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[-2:-1] == [b"deliver"]:
            return child
    return None


def test_what_is_to_be_sent_is_and_again_by_another_where_one_was_killed(database: Database) -> None:
    with receiving() as receiver, running(database, "serve", "--port", str(free_port())) as serving:
        destination("crm", address=receiver.url, secret=sealed(new_secret()))
        telling(news(episode()), now=1)
        assert receiver.came.acquire(timeout=60)
        until(lambda: Outgoing.objects.filter(delivered=True).exists(), says="it is not written down")
        receiver.gate.clear()
        telling(news(episode()), now=1)
        assert receiver.came.acquire(timeout=60)
        killed = who_delivers(serving)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        # As if the time were over for which it had it.
        Outgoing.objects.filter(delivered=False).update(claimed_until=0)
        receiver.gate.set()
        assert receiver.came.acquire(timeout=60)
        first, second, third = receiver.came_as()
        assert first != second == third
        until(lambda: Outgoing.objects.filter(delivered=True).count() == 2, says="it is not written down")


def test_work_delivers_beside_what_else_it_does(database: Database) -> None:
    if database.vendor == "sqlite":
        pytest.skip("`work` is for PostgreSQL")
    with receiving() as receiver, running(database, "work"):
        destination("crm", address=receiver.url, secret=sealed(new_secret()))
        telling(news(episode()), now=1)
        assert receiver.came.acquire(timeout=60)
        until(lambda: Outgoing.objects.filter(delivered=True).exists(), says="it is not written down")
