"""More than can be stored, or a database that is away: clients are told to come again, and can."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest
from sending import KEY, Reply, Tracking, track

from handraiser.capture.protocol import BATCH_ITEMS
from tests.servers import Cluster, Database, postgresql, serving, until


@contextmanager
def tracking_on(database: Database) -> Iterator[Tracking]:
    with serving(database) as front:
        found = Tracking(front, database)
        found.add_key(KEY)
        yield found


@contextmanager
def nobody_can_write(database: Database) -> Iterator[None]:
    """Hold the one lock that everybody who stores something needs."""
    with closing(database.connect()) as connection:
        sqlite = database.vendor == "sqlite"
        connection.execute("BEGIN IMMEDIATE" if sqlite else "LOCK TABLE store_event")
        yield
        connection.rollback()


def assert_told_to_come_again(reply: Reply, status: int) -> None:
    assert (reply.status, reply.says["success"]) == (status, False)
    assert int(reply.headers["retry-after"]) > 0
    assert "Retry-After" in reply.headers["access-control-expose-headers"]


def test_when_too_much_waits_clients_are_told_to_come_again_and_nothing_is_lost(database: Database) -> None:
    # More than may wait: some are kept, the others are answered 429 and come again.
    batches = [{"batch": [track() for _ in range(BATCH_ITEMS)]} for _ in range(30)]
    answered: SimpleQueue[Reply] = SimpleQueue()

    def send(tracking: Tracking, number: int) -> tuple[int, Reply]:
        reply = tracking.send("batch", batches[number])
        answered.put(reply)
        return number, reply

    with tracking_on(database) as tracking, ThreadPoolExecutor(len(batches)) as clients:
        with nobody_can_write(database):
            waiting = [clients.submit(send, tracking, number) for number in range(len(batches))]
            assert_told_to_come_again(answered.get(timeout=60), 429)
        replies = [each.result() for each in waiting]
        turned_away = [number for number, reply in replies if reply.status == 429]
        kept = [number for number, reply in replies if reply.status == 200]
        assert len(turned_away) + len(kept) == len(batches)
        for number in turned_away:
            until(lambda number=number: send(tracking, number)[1].status == 200, says="never kept")
        assert len(set(tracking.events())) == len(tracking.events()) == len(batches) * BATCH_ITEMS


def test_a_database_that_somebody_else_holds_is_not_waited_for_forever(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'handraiser.db'}?timeout=0.2")
    database.migrate()
    item = track()
    with tracking_on(database) as tracking:
        with nobody_can_write(database):
            assert_told_to_come_again(tracking.send("track", item), 503)
        assert tracking.send("track", item).status == 200
        assert tracking.events() == [item["messageId"]]


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that a test may stop."""
    with postgresql() as found:
        yield found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_was_away_is_used_again(own_cluster: Cluster, how: signal.Signals) -> None:
    database = own_cluster.database()
    before, between, after = track(), track(), track()
    with tracking_on(database) as tracking:
        assert tracking.send("track", before).status == 200
        own_cluster.stop(how)
        for _ in range(3):
            assert_told_to_come_again(tracking.send("track", between), 503)
        assert_told_to_come_again(tracking.ask("GET", "/v1/projects/unknown/settings"), 503)
        ill = tracking.ask("GET", "/health")
        assert (ill.status, ill.says["status"], bool(ill.says["message"])) == (503, "unavailable", True)
        assert tracking.ask("HEAD", "/health").status == 503
        own_cluster.start()
        assert tracking.ask("GET", "/health").status == 200
        assert tracking.send("track", between).status == 200
        assert tracking.send("track", after).status == 200
        assert tracking.events() == [each["messageId"] for each in (before, between, after)]


def test_without_its_tables_nothing_is_well(tmp_path: Path) -> None:
    with serving(Database(f"sqlite:///{tmp_path / 'handraiser.db'}")) as front:
        connection = front.connect()
        connection.request("GET", "/health")
        assert connection.getresponse().status == 503
        connection.close()


def test_a_server_that_was_started_again_unnoticed_costs_no_client_anything(own_cluster: Cluster) -> None:
    database = own_cluster.database()
    with tracking_on(database) as tracking:
        assert tracking.send("track", track()).status == 200
        own_cluster.stop()
        own_cluster.start()
        assert tracking.send("track", track()).status == 200
