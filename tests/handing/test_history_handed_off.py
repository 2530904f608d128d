"""What was recorded as history goes to sales after all, where an agreement is published with `--hand-off`."""

from __future__ import annotations

import pytest

from handraiser.agreement import load
from handraiser.edge.web.api.handoffs import handoff_told
from handraiser.errors import Mistakes
from handraiser.flows.examining import examine
from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.handing_history import hand_off_history
from handraiser.flows.logging_work import log
from handraiser.flows.publishing import Published
from handraiser.flows.publishing import publish as publish_it
from handraiser.flows.verdicts import accept
from handraiser.store.models import Assignment, Audit, Deadline, Handoff, Outgoing
from tests.handing.test_from_history import at, imported, signatures
from tests.handing.test_mqls_with_sales import SALES, somewhere, team, told
from tests.live.company import DAY, HOUR, SECOND, Live
from tests.servers import Database

PAPER = {"type": "track", "event": "Content Downloaded"}


def publish(live: Live, text: str = SALES, *, hand_off: bool = True) -> Published:
    """Publish an agreement a second later, and have it worked on."""
    live.later(SECOND)
    done = publish_it(
        load(text.strip(), file="made"), signed=signatures(), live_from=None, shadow=False, who="test",
        now=live.clock.at, hand_off=hand_off,
    )  # fmt: skip
    live.worker.settle()
    return done


def test_what_an_earlier_publication_recorded_is_routed_clocked_and_told_of(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    somewhere()
    imported(live, 3)
    assert Handoff.objects.get().handed_at is None
    assert publish(live, SALES.replace("score >= 10", "score >= 9")).history == 1
    handoff = Handoff.objects.get()
    assert (handoff.stage, handoff.owner, handoff.route, handoff.handed_at) == ("mql", lee, 1, live.clock.at)
    due = Deadline.objects.filter(act__in=("due", "expire"), done_at=None).values_list("kind", "due_at")
    assert sorted(due) == [
        ("accept", live.clock.at + 4 * HOUR), ("contact", live.clock.at + 24 * HOUR),
        ("expire", live.clock.at + 14 * DAY), ("follow_up", live.clock.at + HOUR),
        ("follow_up", live.clock.at + 2 * DAY),
    ]  # fmt: skip
    assert told() == [("lead.mql", lee.email)]
    assert [(each.user, each.kind) for each in Assignment.objects.all()] == [(lee, "route")]
    assert Audit.objects.get(did="handed off history").details["episodes"] == 1
    assert [each for each in examine(live.clock.at).differences if each.cause is None] == []
    assert examine_sales(live.clock.at) == []


def test_it_is_handed_off_once_some_at_a_time(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    somewhere()
    items = [{**PAPER, "userId": f"u{k}", "timestamp": at(live, 2)} for k in range(5)]
    live.hear(*items, imported=True)
    live.later(SECOND)
    publish_it(
        load(SALES.strip(), file="made"), signed=signatures(), live_from=None, shadow=False, who="test",
        now=live.clock.at, hand_off=True,
    )  # fmt: skip
    assert [hand_off_history(live.clock.at, most=2) for _ in range(4)] == [2, 2, 1, 0]
    live.worker.settle()
    assert Assignment.objects.count() == len(told()) == 5


def test_what_has_ended_or_is_in_hand_stays_as_it_is(database: Database) -> None:
    live = Live(SALES)
    lee, _ = team("small", "lee@made.example", "max@made.example")
    times = {"ann": 2, "bo": 3, "cy": 300}
    live.hear(
        *({**PAPER, "userId": who, "timestamp": at(live, days)} for who, days in times.items()), imported=True
    )
    taken = Handoff.objects.get(episode__lead=live.lead("user", "ann"))
    accept(taken.pk, by=lee.email, now=live.clock.at)
    assert publish(live).history == 1
    handed = {
        who: Handoff.objects.get(episode__lead=live.lead("user", who)).handed_at is not None for who in times
    }
    assert handed == {"ann": False, "bo": True, "cy": False}


def test_nothing_is_handed_off_that_nobody_wants_and_nothing_is_published_for_nothing(
    database: Database,
) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    imported(live, 3)
    publish(live, SALES.replace("score >= 10", "score >= 9"), hand_off=False)
    assert Handoff.objects.get().handed_at is None
    same = SALES.replace("score >= 10", "score >= 9")
    with pytest.raises(Mistakes, match="HR808"):
        publish(live, same, hand_off=False)
    assert publish(live, same).history == 1
    with pytest.raises(Mistakes, match="HR808"):
        publish(live, same)


def test_what_sales_had_done_before_is_done(database: Database) -> None:
    hours = 'handoff:\n  hours: {mon-sun: "00:00-24:00", timezone: UTC}'
    live = Live(SALES.replace("handoff:", hours))
    team("small", "lee@made.example")
    somewhere()
    imported(live, 3)
    (handoff,) = Handoff.objects.all()
    log(handoff.pk, kind="call", by="manager@made.example", now=live.clock.at)
    live.later(5 * HOUR)
    publish(live, SALES.replace("handoff:", hours).replace("score >= 10", "score >= 9"))
    due = Deadline.objects.filter(done_at=None).values_list("kind", "step").distinct()
    assert set(due) == {("accept", 0), ("follow_up", 1), ("expire", 0)}
    (mql,) = Outgoing.objects.filter(kind="lead.mql")
    assert [each["do"] for each in mql.payload["data"]["due"]] == ["accept", "email"]
    seen = handoff_told(handoff.pk)
    assert (seen.seconds_to_contact, seen.business_seconds_to_contact) == (0, 0)
    live.later(3 * HOUR)
    live.worker.settle()
    promised = [message.payload["data"].get("promise", {}) for message in Outgoing.objects.all()]
    assert {each["do"] for each in promised if each} == {"accept"}
    assert examine_sales(live.clock.at) == []
