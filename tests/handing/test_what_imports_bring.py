"""What an import brings hands nothing off; what happens live beside it does."""

from __future__ import annotations

import pytest

from handraiser.agreement import load
from handraiser.facts.instants import iso
from handraiser.flows.publishing import publish as publish_it
from handraiser.store.models import Dirty, Episode, Handoff
from tests.handing.test_from_history import signatures
from tests.handing.test_mqls_with_sales import ANN, SALES, somewhere, team, told
from tests.live.company import DAY, SECOND, Live, send
from tests.servers import Database

PAPER = {"type": "track", "event": "Content Downloaded", **ANN}
TWICE = SALES.replace("score >= 10", "score >= 20")


def handed() -> list[bool]:
    """Return of each hand-off whether sales was handed it."""
    return [at is not None for at in Handoff.objects.order_by("pk").values_list("handed_at", flat=True)]


@pytest.mark.parametrize("days", [None, 0, 3])
def test_an_import_hands_nothing_off_whenever_it_says_that_it_was(
    database: Database, days: int | None
) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    somewhere()
    when = {} if days is None else {"timestamp": iso(live.clock.at - days * DAY)}
    live.hear({**PAPER, **when}, imported=True)
    assert Episode.objects.get().from_history
    assert (handed(), told()) == ([False], [])


def test_who_an_import_makes_a_lead_without_a_time_is_not_handed_off(database: Database) -> None:
    live = Live(SALES.replace("mql: score >= 10", "mql: fit >= 5"))
    team("big", "kim@made.example")
    live.hear({"type": "identify", **ANN, "traits": {"size": 200}}, imported=True)
    assert handed() == [False]


def test_a_company_of_an_import_hands_none_of_its_people_off(database: Database) -> None:
    live = Live(SALES.replace("lead.size", "company.size").replace("mql: score >= 10", "mql: fit >= 5"))
    team("big", "kim@made.example")
    live.hear(
        {"type": "group", **ANN, "groupId": "acme"}, {"type": "group", "userId": "bo", "groupId": "acme"}
    )
    live.hear({"type": "group", "userId": "cy", "groupId": "acme", "traits": {"size": 200}}, imported=True)
    assert handed() == [False] * 3


@pytest.mark.parametrize("together", [False, True])
def test_a_live_event_right_after_an_import_hands_off(database: Database, together: bool) -> None:
    live = Live(TWICE)
    team("small", "lee@made.example")
    send([{"messageId": "i", **PAPER}], live.clock.at, imported=True)
    if not together:
        live.worker.settle()
    send([{"messageId": "l", **PAPER}], live.clock.at + 1)
    live.later(SECOND)
    live.worker.settle()
    assert handed() == [True]


@pytest.mark.parametrize("when", [{}, {"timestamp": "2026-01-05"}, {"timestamp": "2026-03-02T12:00:00.5Z"}])
def test_an_import_right_after_a_live_event_hands_nothing_off(
    database: Database, when: dict[str, str]
) -> None:
    live = Live(TWICE)
    send([{"messageId": "l", **PAPER}], live.clock.at)
    send([{"messageId": "i", **PAPER, **when}], live.clock.at + SECOND, imported=True)
    live.later(2 * SECOND)
    live.worker.settle()
    assert handed() == [False]


def test_who_crosses_live_before_an_import_comes_is_handed_off_though_nobody_looked_yet(
    database: Database,
) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    send([{"messageId": "l", **PAPER}], live.clock.at)
    send([{"messageId": "i", **PAPER}], live.clock.at + 1, imported=True)
    live.later(SECOND)
    live.worker.settle()
    assert handed() == [True]
    assert not Dirty.objects.exists()


def test_an_import_hands_nothing_off_after_an_agreement_has_begun_that_hands_off_what_was_before(
    database: Database,
) -> None:
    live = Live()
    team("small", "lee@made.example")
    live.hear({**PAPER, "timestamp": iso(live.clock.at - DAY)}, imported=True)
    publish_it(
        load(SALES.strip(), file="made"), signed=signatures(), live_from=None, shadow=False, who="test",
        now=live.clock.at, hand_off=True,
    )  # fmt: skip
    live.worker.settle()
    assert handed() == [True]
    live.later(SECOND)
    live.hear({**PAPER, "userId": "bo", "timestamp": iso(live.clock.at - DAY)}, imported=True)
    assert handed() == [True, False]
