"""Whatever a client may send, what others send is decided."""

from __future__ import annotations

import pytest

from handraiser.store.bulk import query
from tests.live.company import Live
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
