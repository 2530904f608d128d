"""An agreement is replaced while messages wait, or by clocks that differ: who is told of whom?"""

from __future__ import annotations

from handraiser.agreement import load
from handraiser.flows.examining import examine
from handraiser.flows.publishing import Signatures, publish
from handraiser.store.bulk import query
from handraiser.store.models import Publication
from tests.live.company import DAY, HOUR, SECOND, Clock, Live, send, worker
from tests.live.company import publish as have_published
from tests.servers import Database

DEMO = """
agreement: demo
fit: {rules: []}
engagement:
  rules:
    - {rule: demo, event: Demo Requested, points: 40}
    - {rule: paper, event: Content Downloaded, points: 5}
qualify: {mql: score >= 40}
"""
SIX = DEMO.replace("points: 5", "points: 6")
SEVEN = DEMO.replace("points: 5", "points: 7")
LOOSE = DEMO.replace("score >= 40", "score >= 5")
HIGHER = DEMO.replace("points: 5", "points: 20").replace("score >= 40", "score >= 50")
ANN, BOB = {"userId": "ann"}, {"userId": "bob"}


def replace(live: Live, text: str, *, shadow: bool = False) -> Publication:
    signed = Signatures("m@made.example", "s@made.example")
    agreement = load(text.strip() + "\n", file="made")
    return publish(
        agreement, signed=signed, live_from=None, shadow=shadow, who="somebody", now=live.clock.at
    ).publication


def comes(live: Live, who: dict[str, str], event: str) -> None:
    """A message comes in, and no worker has looked at it yet."""
    item = {"type": "track", "event": event, "messageId": f"{who}{event}{live.clock.at}", **who}
    send([item], live.clock.at)
    live.later(SECOND)


def unexplained(live: Live) -> list[object]:
    return [each for each in examine(live.clock.at).differences if each.cause is None]


def test_what_waits_while_an_agreement_is_replaced_is_handed_off(database: Database) -> None:
    live = Live(DEMO)
    live.identify(ANN)
    live.later(HOUR)
    comes(live, ANN, "Demo Requested")
    comes(live, BOB, "Demo Requested")  # nobody knew him before
    replace(live, SIX)
    live.later(SECOND)
    live.worker.settle()
    assert [each.from_history for each in live.episodes()] == [False, False]
    assert sorted(live.told()) == sorted([live.lead("user", "ann"), live.lead("user", "bob")])


def test_what_waits_while_it_is_replaced_twice_is_handed_off(database: Database) -> None:
    live = Live(DEMO)
    live.identify(ANN)
    live.later(HOUR)
    comes(live, ANN, "Demo Requested")
    for text in (SIX, SEVEN):
        replace(live, text)
        live.later(SECOND)
    live.worker.settle()
    assert live.told() == [live.lead("user", "ann")]


def test_what_the_old_agreement_has_judged_hands_nothing_off_under_the_new(database: Database) -> None:
    live = Live(DEMO)
    live.track(ANN, "Content Downloaded")
    live.later(7 * DAY)
    replace(live, LOOSE)
    live.worker.settle()
    assert [each.from_history for each in live.episodes()] == [True]
    assert live.told() == []
    live.track(BOB, "Content Downloaded")
    assert live.told() == [live.lead("user", "bob")]


def test_what_waits_and_would_not_have_qualified_before_is_handed_off_by_the_new(database: Database) -> None:
    live = Live(DEMO)
    live.identify(ANN)
    live.later(HOUR)
    comes(live, ANN, "Content Downloaded")
    replace(live, LOOSE)
    live.worker.settle()
    assert live.told() == [live.lead("user", "ann")]


def test_what_waits_when_a_shadow_turns_live_came_before_it(database: Database) -> None:
    live = Live()
    live.publications = have_published([SIX], live.clock.at, shadow=True)
    live.identify(ANN)
    live.identify(BOB)
    comes(live, ANN, "Demo Requested")
    replace(live, SIX)
    live.later(SECOND)
    comes(live, BOB, "Demo Requested")
    live.worker.settle()
    assert {each.lead_id: each.from_history for each in live.episodes() if not each.shadow} == {
        live.lead("user", "ann"): True,
        live.lead("user", "bob"): False,
    }
    assert live.told() == [live.lead("user", "bob")]


def test_imported_history_is_not_handed_off_by_a_replaced_agreement_either(database: Database) -> None:
    live = Live(DEMO)
    live.identify(ANN)
    live.later(2 * DAY)
    past = {"timestamp": "2026-03-03T12:00:00Z", "messageId": "past"}
    send([{"type": "track", "event": "Demo Requested", **past, **ANN}], live.clock.at, imported=True)
    replace(live, SIX)
    live.worker.settle()
    assert [each.from_history for each in live.episodes()] == [True]
    assert live.told() == []


def test_a_clock_set_back_before_an_agreement_began_loses_no_decision(database: Database) -> None:
    live = Live(DEMO)
    live.track(BOB, "Content Downloaded")
    live.later(-2 * HOUR)
    live.track(ANN, "Demo Requested")
    assert query("SELECT count(*) FROM store_dirty") == [(0,)]
    assert [each.lead_id for each in live.episodes()] == [live.lead("user", "ann")]
    assert live.score(live.lead("user", "ann")) == 40
    assert unexplained(live) == []


def test_a_clock_set_back_before_it_was_replaced_does_not_bring_the_old_one_back(database: Database) -> None:
    live = Live(DEMO)
    live.track(ANN, "Content Downloaded")
    live.later(HOUR)
    live.publications.append(replace(live, HIGHER).pk)
    live.worker.settle()
    live.later(-HOUR)
    live.track(ANN, "Demo Requested")
    ann = live.lead("user", "ann")
    assert [live.score(ann, publication) for publication in (0, 1)] == [5, 60]
    assert live.told() == [ann]
    assert unexplained(live) == []


def test_workers_whose_clocks_differ_decide_by_the_same_agreement(database: Database) -> None:
    live = Live(DEMO)
    behind = worker(Clock(live.clock.at - 5 * SECOND))
    live.worker.settle()
    for number in range(4):
        comes(live, {"userId": f"u{number}"}, "Demo Requested")
        behind.clock.at += SECOND
        behind.settle()
    live.publications.append(replace(live, LOOSE).pk)
    live.worker.turn()  # it begins
    comes(live, {"userId": "u4"}, "Content Downloaded")
    behind.settle()
    assert len(live.told()) == 5
    assert query("SELECT count(*) FROM store_dirty") == [(0,)]
    ((standings,),) = query(
        "SELECT count(*) FROM store_standing WHERE publication_id = %s", [live.publications[1]]
    )
    assert standings == 5
    assert unexplained(live) == []


def test_what_is_published_by_a_clock_that_is_behind_takes_the_place_of_what_decides(
    database: Database,
) -> None:
    live = Live(DEMO)
    live.worker.settle()
    live.later(HOUR)
    replace(live, SIX)
    live.later(SECOND)
    live.worker.settle()
    live.later(-2 * SECOND)
    live.publications = [replace(live, LOOSE).pk]
    live.track(ANN, "Content Downloaded")
    assert live.score(live.lead("user", "ann")) == 5
    assert live.told() == [live.lead("user", "ann")]
