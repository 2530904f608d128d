"""When does a lead become an MQL, under which agreement, and who is told?"""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from handraiser.store.bulk import query, statement
from handraiser.store.models import Episode, Reject
from tests.live.company import DAY, HOUR, NOON, SECOND, Live, publish, send, worker
from tests.servers import Database

PAPER = """
agreement: paper
fit: {rules: []}
engagement:
  rules:
    - {rule: paper, event: Content Downloaded, points: 10, decay: half-life 1 days}
    - {rule: demo, event: Demo Requested, points: 1}
qualify: {mql: score >= 15, hand_raise: demo}
"""
STRICTER = PAPER.replace("score >= 15", "score >= 30")
LOOSER = PAPER.replace("score >= 15", "score >= 10")
SIZE = """
agreement: size
fit: {rules: [{rule: big, when: lead.size >= 100, points: 5}]}
engagement: {rules: []}
qualify: {mql: score >= 5}
"""
ANN = {"userId": "ann"}


def test_an_episode_begins_with_its_reasons_and_somebody_is_told(database: Database) -> None:
    live = Live(PAPER)
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    assert live.episodes() == []
    live.track(ANN, "Content Downloaded")
    (episode,) = live.episodes()
    assert episode.reasons["rules"] == [{"rule": "paper", "points": episode.reasons["score"], "count": 2}]
    assert episode.reasons["score"] == pytest.approx(20, abs=0.001)
    assert not episode.hand_raise
    assert live.told() == [episode.lead_id]


def test_who_asks_outright_is_marked_so(database: Database) -> None:
    live = Live(PAPER)
    live.identify(ANN)
    live.track(ANN, "Demo Requested")
    (episode,) = live.episodes()
    assert episode.hand_raise


def test_while_an_episode_is_open_none_begins(database: Database) -> None:
    live = Live(PAPER)
    live.identify(ANN)
    for _ in range(5):
        live.track(ANN, "Demo Requested")
    assert len(live.episodes()) == 1


def test_what_comes_twice_counts_once(database: Database) -> None:
    live = Live(PAPER)
    live.identify(ANN)
    for _ in range(3):
        live.hear({"type": "track", "event": "Content Downloaded", "messageId": "same", **ANN})
    assert live.episodes() == []


def test_what_comes_late_changes_the_score_and_nothing_that_was_decided(database: Database) -> None:
    live = Live(PAPER)
    live.identify(ANN)
    live.later(10 * DAY)
    for _ in range(2):
        live.hear(
            {"type": "track", "event": "Content Downloaded", "timestamp": "2026-03-02T13:00:00Z", **ANN}
        )
    assert live.episodes() == []  # ten half-lives old when it became known
    assert live.score(live.lead("user", "ann")) == pytest.approx(0.02, abs=0.01)


def test_several_agreements_decide_each_for_itself(database: Database) -> None:
    live = Live(PAPER, SIZE)
    live.identify(ANN, size=200)
    live.track(ANN, "Demo Requested")
    assert {episode.agreement for episode in live.episodes()} == {"paper", "size"}
    assert len(live.told()) == 2


def test_an_agreement_of_many_rules_stands_beside_others(database: Database) -> None:
    rules = "\n".join(f"    - {{rule: r{k}, event: Event {k}, points: 1}}" for k in range(40))
    many = (
        f"agreement: many\nfit: {{rules: []}}\nengagement:\n  rules:\n{rules}\nqualify: {{mql: score >= 2}}\n"
    )
    live = Live(PAPER, many, SIZE)
    live.identify(ANN, size=200)
    for _ in range(2):
        live.track(ANN, "Content Downloaded")
        live.track(ANN, "Event 39")
    assert {episode.agreement for episode in live.episodes()} == {"paper", "many", "size"}
    assert live.score(live.lead("user", "ann"), publication=1) == 2


def test_a_shadow_decides_and_tells_nobody(database: Database) -> None:
    live = Live(STRICTER)
    publish([LOOSER], NOON, shadow=True)
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    live.track(ANN, "Content Downloaded")
    (episode,) = live.episodes()
    assert episode.shadow
    assert live.told() == []


def test_who_stands_above_a_new_line_already_is_recorded_and_not_handed_off(database: Database) -> None:
    live = Live(STRICTER)
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    live.track(ANN, "Content Downloaded")
    live.identify({"userId": "bob"})
    live.later(DAY)
    publish([LOOSER], live.clock.at)
    live.worker.settle()
    (past,) = live.episodes()
    assert past.from_history
    assert live.told() == []
    live.track({"userId": "bob"}, "Content Downloaded")
    assert live.told() == [live.lead("user", "bob")]


def test_a_new_version_leaves_what_the_old_one_began(database: Database) -> None:
    live = Live(LOOSER)
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    (before,) = live.episodes()
    live.later(DAY)
    publish([STRICTER], live.clock.at)
    live.worker.settle()
    assert [(each.pk, each.fingerprint) for each in live.episodes()] == [(before.pk, before.fingerprint)]


def test_an_agreement_for_tomorrow_decides_from_tomorrow_on(database: Database) -> None:
    live = Live(STRICTER)
    publish([LOOSER], NOON + DAY)
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    assert live.episodes() == []
    live.later(DAY)
    live.track(ANN, "Content Downloaded")
    assert [episode.from_history for episode in live.episodes()] == [True]  # it was above the line before


def test_imported_history_hands_nothing_off(database: Database) -> None:
    live = Live(LOOSER)
    live.later(30 * DAY)
    past = {"timestamp": "2026-03-10T08:00:00Z", **ANN}
    live.hear(
        {"type": "identify", **past}, {"type": "track", "event": "Content Downloaded", **past}, imported=True
    )
    (episode,) = live.episodes()
    assert episode.from_history
    assert live.told() == []


def test_shown_scores_are_those_of_the_day(database: Database) -> None:
    live = Live(PAPER)
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    lead = live.lead("user", "ann")
    assert live.score(lead) == pytest.approx(10, abs=0.01)
    live.later(2 * DAY)
    live.worker.daily()
    live.worker.settle()
    assert live.score(lead) == pytest.approx(2.5, abs=0.01)


def test_a_name_whose_values_become_texts_is_read_as_text(database: Database) -> None:
    live = Live(SIZE)
    live.identify(ANN, size=200)
    live.identify({"userId": "bob"}, size="many")
    live.identify({"userId": "cid"}, size="150")
    assert [live.score(live.lead("user", who)) for who in ("ann", "bob", "cid")] == [5, 0, 5]


def test_without_an_agreement_nothing_is_decided_and_nothing_waits(database: Database) -> None:
    live = Live()
    live.identify(ANN)
    assert query("SELECT count(*) FROM store_dirty") == [(0,)]
    publish([SIZE], live.clock.at)
    live.worker.settle()
    assert query("SELECT count(*) FROM store_standing") == [(1,)]


def test_workers_at_once_decide_each_lead_once(database: Database) -> None:
    workers = 3 if database.vendor == "postgresql" else 1  # beside the first; one serves SQLite
    live = Live(LOOSER)
    for number in range(40):
        who = {"userId": f"u{number}"}
        items = [
            {"type": "identify", "messageId": f"i{number}", **who},
            {"type": "track", "event": "Content Downloaded", "messageId": f"t{number}", **who},
        ]
        send(items, live.clock.at)
    live.later(SECOND)

    def work() -> None:
        try:
            worker(live.clock).settle()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    live.worker.settle()
    assert Episode.objects.count() == 40
    assert len(live.told()) == len(set(live.told())) == 40


def test_a_lead_that_cannot_be_decided_keeps_no_other_waiting(database: Database) -> None:
    live = Live(LOOSER)
    for who in ("ann", "bob", "cid"):
        live.identify({"userId": who})
    broken = "UPDATE store_personpatch SET \"values\" = '[]' WHERE person_id = %s"
    statement(broken, [live.lead("user", "bob")])  # as a failing disk might leave it
    send(
        [
            {"type": "track", "event": "Content Downloaded", "userId": who, "messageId": f"t{who}"}
            for who in ("ann", "bob", "cid")
        ],
        live.clock.at,
    )
    live.later(SECOND)
    live.worker.settle()
    assert live.told() == [live.lead("user", "ann"), live.lead("user", "cid")]
    statement(broken.replace("[]", "{}"), [live.lead("user", "bob")])
    live.later(2 * HOUR)
    live.worker.settle()
    assert live.told()[-1] == live.lead("user", "bob")


def test_a_message_that_cannot_be_read_any_more_keeps_no_other_waiting(database: Database) -> None:
    live = Live(LOOSER)
    live.identify(ANN)
    send(
        [{"type": "track", "event": "Content Downloaded", "messageId": f"t{n}", **ANN} for n in (1, 2)], NOON
    )
    statement("UPDATE store_event SET body = '{' WHERE message_id = 't1'")  # as a failing disk might leave it
    live.worker.settle()
    assert live.score(live.lead("user", "ann")) == pytest.approx(10, abs=0.01)
    assert "cannot be taken apart" in Reject.objects.get().reason
