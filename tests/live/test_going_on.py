"""Whatever a client may send, what others send is decided."""

from __future__ import annotations

from random import Random
from threading import Event
from typing import Any

import pytest

from handraiser.edge.worker import Worker
from handraiser.flows.unjoin import unjoin
from handraiser.store.bulk import query, statement
from handraiser.store.models import Reject
from tests.live.company import NOON, Live, send
from tests.servers import Database

DEMO = """
agreement: demo
fit: {rules: []}
engagement: {rules: [{rule: demo, event: Demo, points: 40}]}
qualify: {mql: score >= 40}
"""
CLICKED = {"type": "page", "properties": {"url": "https://made.example/?gclid=1"}}


@pytest.fixture
def live(database: Database) -> Live:
    return Live(DEMO)


def goes_on(live: Live) -> bool:
    """Return whether somebody else becomes an MQL, and nothing waits."""
    live.track({"userId": "ann"}, "Demo")
    decided = [each.lead_id for each in live.episodes()] == [live.lead("user", "ann")]
    return decided and query("SELECT count(*) FROM store_arrival") == [(0,)]


@pytest.mark.parametrize("ids", [("x", "x:1"), ("x:1", "x"), ("x", "x:1", "x:1:0", "x:1:1", "x:0")])
def test_a_message_may_have_the_id_of_a_click_in_another(live: Live, ids: tuple[str, ...]) -> None:
    for each in ids:
        live.hear({"messageId": each, "anonymousId": "stranger", **CLICKED})
    assert goes_on(live)
    assert query("SELECT count(DISTINCT event_id) FROM store_activity") == [(2 * len(ids) + 1,)]


_WIDE = Random(1)
NAME = "".join(_WIDE.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9_000))
ID = "".join(chr(_WIDE.randrange(0x10000, 0x1FFFF)) for _ in range(512))  # 2 KB in UTF-8


@pytest.mark.parametrize(
    "item",
    [
        {"type": "track", "event": "E", "properties": {NAME: 1, ID: 1}},
        {"type": "identify", "traits": {NAME: 1, ID: 1}},
        {"type": "group", "groupId": ID, "traits": {NAME: 1, ID: 1}},
        {"type": "track", "event": ID, "messageId": ID, "anonymousId": ID, "userId": ID},
        {"type": "alias", "previousId": ID},
    ],
    ids=["property", "trait", "company", "ids", "alias"],
)
def test_names_and_ids_may_be_as_long_as_a_message(live: Live, item: dict[str, Any]) -> None:
    live.hear({"userId": "stranger", **item})
    assert goes_on(live)
    assert query("SELECT count(*) FROM store_name WHERE length(name) > 512") == [(0,)]
    assert query("SELECT count(*) FROM store_reject") == [(0,)]


def test_two_thousand_aliases_in_a_chain_are_one_person(live: Live) -> None:
    many = [{"type": "identify", "userId": f"u{k}"} for k in range(1_100)]
    many += [{"type": "alias", "userId": f"u{k + 1}", "previousId": f"u{k}"} for k in range(1_099)]
    live.hear(*many)
    assert query("SELECT count(DISTINCT root_id) FROM store_person") == [(1,)]
    assert query("SELECT count(*) FROM store_join") == [(1_099,)]
    first = query("SELECT id FROM store_join ORDER BY id LIMIT 1")[0][0]
    unjoin(first, by="test", now=live.clock.at)
    assert query("SELECT count(DISTINCT root_id) FROM store_person") == [(2,)]
    assert goes_on(live)


def test_a_message_that_cannot_be_written_down_is_set_aside_and_its_neighbours_are_not(live: Live) -> None:
    live.track({"userId": "ben"}, "Other")
    statement("UPDATE store_activity SET event_id = 'taken'")
    items = [{"messageId": f"n{k}", "type": "track", "event": "Demo", "userId": f"u{k}"} for k in range(7)]
    live.hear(*items[:5], {**items[5], "messageId": "taken"}, items[6], {**items[5], "userId": "u5"})
    decided = {each.lead_id for each in live.episodes()}
    assert decided == {live.lead("user", f"u{k}") for k in range(7)}
    assert query("SELECT count(*) FROM store_arrival") == [(0,)]
    reject = Reject.objects.get()
    assert "cannot be" in reject.reason
    assert b'"taken"' in bytes(reject.body)
    assert reject.kind == "track"


class Impatient(Event):
    """Tells to stop after a few rounds, and lets nobody wait."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds

    def wait(self, timeout: float | None = None) -> bool:
        self.rounds -= 1
        if not self.rounds:
            self.set()
        return self.is_set()


def test_a_worker_goes_on_after_a_mistake_of_ours(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    times = iter([NOON, NOON, NOON])

    def clock() -> int:
        return next(times)  # and then it is broken

    send([{"messageId": "d", "type": "track", "event": "Demo", "userId": "ann"}], NOON)
    Worker(clock).run(Impatient(4))
    assert "is tried again" in caplog.text
    assert live.episodes()
