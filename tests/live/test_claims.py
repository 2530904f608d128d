"""Leads that a worker has claimed: its own while it lives, and nobody's as soon as it is gone."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connection

from handraiser.flows.qualify import Qualifier
from handraiser.flows.resolve import resolve_arrivals
from tests.live.company import publish, send
from tests.live.traffic import AGREEMENTS, BEGIN
from tests.servers import Database

NOW = BEGIN + 1_000_000


@pytest.fixture(autouse=True)
def five_leads(database: Database) -> None:
    publish(AGREEMENTS, BEGIN)
    names = [f"ann{number}" for number in range(5)]
    send([{"type": "identify", "userId": name, "messageId": name} for name in names], BEGIN)
    assert resolve_arrivals() == 5


def elsewhere(qualifier: Qualifier, *, most: int) -> list[int]:
    """Have a worker claim leads on a connection of its own, which then ends as with the worker's death."""
    claimed: list[int] = []

    def claim() -> None:
        try:
            claimed.extend(each.lead for each in qualifier.claim(NOW, most))
        finally:
            connection.close()

    thread = Thread(target=claim)
    thread.start()
    thread.join()
    return claimed


def test_what_a_dead_worker_had_claimed_is_decided_at_once() -> None:
    assert len(elsewhere(Qualifier("dead"), most=3)) == 3
    assert Qualifier("alive").qualify(NOW) == 5


def test_what_a_living_worker_has_claimed_is_left_to_it() -> None:
    living, other = Qualifier("living"), Qualifier("other")
    assert other.claim(NOW, 0) == []  # both are known to be there
    assert len(living.claim(NOW, 3)) == 3
    assert len(elsewhere(other, most=5)) == 2


def test_a_worker_that_failed_takes_up_again_what_it_had_claimed() -> None:
    worker = Qualifier("ann's")
    assert len(worker.claim(NOW, 3)) == 3  # and then the database was gone
    assert worker.qualify(NOW) == 5


def test_a_claim_that_takes_too_long_is_anybodys() -> None:
    living, other = Qualifier("living"), Qualifier("other")
    assert other.claim(NOW, 0) == []
    assert len(living.claim(NOW, 5)) == 5
    assert other.qualify(NOW + 61_000_000) == 5


def test_leads_for_which_there_is_no_memory_at_once_are_decided_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("handraiser.flows.qualify._BYTES", 1)
    worker = Qualifier("small")
    assert [worker.qualify(NOW) for _ in range(6)] == [1, 1, 1, 1, 1, 0]
