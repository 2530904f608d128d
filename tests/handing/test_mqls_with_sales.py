"""An MQL goes to sales: to whom, what has to happen by when, what follows when it does not, and who hears?"""

from __future__ import annotations

from django.db import transaction

from handraiser.flows.live import live_now
from handraiser.flows.qualify import Qualifier
from handraiser.flows.resolve import resolve_arrivals
from handraiser.flows.undoing import undo
from handraiser.flows.unjoin import unjoin
from handraiser.flows.verdicts import accept, recycle
from handraiser.store.bulk import query
from handraiser.store.models import Deadline, Destination, Handoff, Join, Move, Outgoing, Team, User
from tests.live.company import DAY, HOUR, NOON, SECOND, Live, send
from tests.servers import Database

MINUTE = 60 * SECOND
ANN = {"userId": "ann"}
SALES = """
agreement: sales
fit: {rules: [{rule: big, when: lead.size >= 100, points: 5}]}
engagement:
  rules:
    - {rule: paper, event: Content Downloaded, points: 10, say: Read our paper.}
    - {rule: demo, event: Demo Requested, points: 1}
qualify: {mql: score >= 10, hand_raise: demo}
handoff:
  accept_within: 4 hours
  contact_within: 24 hours
  hand_raise: {accept_within: 30 minutes}
  follow_up: [{do: call, within: 1 hours}, {do: email, within: 2 days}]
  remind_at: [50%]
  escalate_at: [{at: 100%, to: manager}, {at: 150%, to: reassign}]
  expire_after: 14 days
  route:
    - {when: lead.size >= 100, to: team big}
    - {to: team small}
recycle:
  reasons: {not_ready: {}, expired: {}}
"""


def team(name: str, *members: str) -> list[User]:
    """Have a team of users."""
    manager, _ = User.objects.get_or_create(email="manager@made.example", role="manager", created_at=0)
    made = Team.objects.create(name=name, manager=manager)
    users = [User.objects.create(email=each, role="sales", created_at=0) for each in members]
    for each in users:
        made.members.create(user=each)
    return users


def told() -> list[tuple[str, object]]:
    """Return the kinds of messages for the outside, with what each says of the owner."""
    rows = Outgoing.objects.order_by("id").values_list("kind", "payload")
    return [(kind, (payload["data"]["owner"] or {}).get("email")) for kind, payload in rows]


def told_of_accepting() -> list[str]:
    """Return the kinds of the latest messages about accepting, those of one instant."""
    rows = Outgoing.objects.order_by("id").values_list("created_at", "kind", "payload")
    found = [row for row in rows if row[2]["data"].get("promise", {}).get("do") == "accept"]
    return sorted(kind for at, kind, _ in found if at == found[-1][0])


def somewhere() -> None:
    """Have somebody who is told everything."""
    Destination.objects.create(name="hook", kind="webhook", address="https://made.example", created_at=0)


def test_an_mql_is_routed_clocked_and_told_of_as_it_begins(database: Database) -> None:
    live = Live(SALES)
    team("big", "kim@made.example")
    team("small", "lee@made.example")
    somewhere()
    live.identify(ANN, size=200, name="Ann")
    live.track(ANN, "Content Downloaded")
    handoff = Handoff.objects.get()
    assert handoff.owner is not None
    assert (handoff.stage, handoff.owner.email, handoff.route) == ("mql", "kim@made.example", 0)
    due = Deadline.objects.get(kind="accept", act="due")
    assert due.due_at == (handoff.handed_at or 0) + 4 * HOUR
    assert told() == [("lead.mql", "kim@made.example")]
    (payload,) = Outgoing.objects.values_list("payload", flat=True)
    assert payload["data"]["talk"] == ["Read our paper."]
    assert [(each.was, each.became) for each in Move.objects.all()] == [("", "mql")]


def test_who_asks_for_sales_has_the_shorter_promise(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    live.identify(ANN)
    live.track(ANN, "Demo Requested")
    handoff = Handoff.objects.get()
    due = Deadline.objects.get(kind="accept", act="due")
    assert due.due_at == (handoff.handed_at or 0) + 30 * MINUTE


def test_what_nobody_accepts_is_reminded_of_escalated_and_given_to_another(database: Database) -> None:
    live = Live(SALES)
    lee, max_ = team("small", "lee@made.example", "max@made.example")
    somewhere()
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    first, handed_at = Handoff.objects.values_list("owner", "handed_at").get()
    other = max_ if first == lee.pk else lee
    for hours, kinds in ((2, ["lead.reminder"]), (4, ["lead.due", "lead.escalated"])):
        live.clock.at = handed_at + hours * HOUR
        live.worker.settle()
        assert told_of_accepting() == kinds
    live.clock.at = handed_at + 6 * HOUR
    live.worker.settle()
    handoff = Handoff.objects.get()
    assert (handoff.owner, handoff.round, handoff.round_at) == (other, 1, live.clock.at)
    assert told()[-1] == ("lead.assigned", other.email)
    anew = Deadline.objects.get(kind="accept", act="due", done_at=None)
    assert anew.due_at == live.clock.at + 4 * HOUR
    assert Deadline.objects.get(kind="contact", act="due").due_at == handed_at + 24 * HOUR


def test_what_nobody_judges_expires_and_is_open_again(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    live.later(14 * DAY)
    live.worker.settle()
    handoff = Handoff.objects.get()
    assert (handoff.stage, handoff.reason) == ("recycled", "expired")
    assert not Deadline.objects.filter(done_at=None).exists()
    live.later(SECOND)
    live.track(ANN, "Content Downloaded")
    assert [each.ordinal for each in live.episodes()] == [1, 2]


def test_a_lead_that_is_sent_back_can_be_an_mql_again_and_one_that_is_kept_cannot(database: Database) -> None:
    live = Live(SALES)
    lee, *_ = team("small", "lee@made.example")
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    (episode,) = live.episodes()
    accept(episode.pk, by=lee.email, now=live.clock.at)
    live.later(SECOND)
    live.track(ANN, "Content Downloaded")
    assert len(live.episodes()) == 1
    recycle(episode.pk, by=lee.email, reason="not_ready", now=live.clock.at)
    live.worker.settle()
    assert len(live.episodes()) == 1
    live.track(ANN, "Content Downloaded")
    assert [each.ordinal for each in live.episodes()] == [1, 2]


def test_nothing_fires_twice_and_nothing_that_was_done_in_time(database: Database) -> None:
    live = Live(SALES)
    lee, *_ = team("small", "lee@made.example")
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    (episode,) = live.episodes()
    accept(episode.pk, by=lee.email, now=live.clock.at)
    live.later(20 * DAY)
    live.worker.settle()
    fired = query("SELECT kind, act, count(*) FROM store_deadline WHERE fired GROUP BY kind, act")
    assert sorted(fired) == [
        ("contact", "due", 1), ("contact", "escalate", 2), ("contact", "remind", 1),
        ("follow_up", "due", 2), ("follow_up", "escalate", 4), ("follow_up", "remind", 2),
    ]  # fmt: skip


def test_nobody_is_told_of_what_comes_from_history(database: Database) -> None:
    live = Live(SALES, at=NOON)
    team("small", "lee@made.example")
    somewhere()
    live.hear({"type": "identify", "timestamp": "2026-01-01T00:00:00Z", **ANN}, imported=True)
    live.hear(
        {"type": "track", "event": "Content Downloaded", "timestamp": "2026-01-02T00:00:00Z", **ANN},
        imported=True,
    )
    (handoff,) = Handoff.objects.all()
    assert (handoff.stage, handoff.owner, handoff.handed_at) == ("recycled", None, None)
    assert not Deadline.objects.exclude(kind="expire").exists()
    assert told() == []


def both_are_one(live: Live) -> None:
    """Have it turn out that Ann and a visitor with an address are one."""
    live.hear({"type": "identify", "userId": "ann", "traits": {"email": "ann@corp.example"}})


def test_of_two_who_turn_out_to_be_one_the_further_episode_goes_on(database: Database) -> None:
    live = Live(SALES)
    lee, *_ = team("small", "lee@made.example")
    somewhere()
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    (first,) = live.episodes()
    live.hear({"type": "identify", "anonymousId": "b", "traits": {"email": "ann@corp.example"}})
    live.track({"anonymousId": "b"}, "Content Downloaded")
    second = live.episodes()[1]
    accept(second.pk, by=lee.email, now=live.clock.at)
    live.later(SECOND)
    both_are_one(live)
    stages = dict(Handoff.objects.values_list("episode", "stage"))
    assert stages == {first.pk: "merged", second.pk: "sal"}
    assert not Deadline.objects.filter(episode=first, done_at=None).exists()
    assert told()[-1][0] == "lead.merged"


def test_two_who_are_two_after_all_have_an_episode_each_again(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    live.hear({"type": "identify", "anonymousId": "b", "traits": {"email": "ann@corp.example"}})
    live.track({"anonymousId": "b"}, "Content Downloaded")
    both_are_one(live)
    (ended,) = Handoff.objects.filter(stage="merged")
    before = Deadline.objects.get(episode=ended.pk, kind="contact", act="due").due_at
    live.later(3 * HOUR)
    join = Join.objects.get(undone_at=None, kind="email")
    unjoin(join.pk, by="test", now=live.clock.at)
    live.worker.settle()
    ended.refresh_from_db()
    assert (ended.stage, ended.ended_at) == ("mql", None)
    after = Deadline.objects.get(episode=ended.pk, kind="contact", act="due")
    assert after.done_at is None
    assert 3 * HOUR <= after.due_at - before < 3 * HOUR + 10 * SECOND


def test_who_has_read_that_an_episode_ended_begins_none_after_that_is_taken_back(database: Database) -> None:
    live = Live(SALES)
    lee, *_ = team("small", "lee@made.example")
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    (episode,) = live.episodes()
    recycle(episode.pk, by=lee.email, reason="not_ready", now=live.clock.at)
    live.later(SECOND)
    send([{"messageId": "late", "type": "track", "event": "Content Downloaded", **ANN}], live.clock.at)
    resolve_arrivals()
    slow = Qualifier("slow")
    claims = slow.claim(live.clock.at, 10)
    agreements = live_now(live.clock.at)
    looked = slow.looking.look(agreements, {each.lead: each.since for each in claims}, live.clock.at)
    assert any(each.begun for each in looked.decided)
    undo(episode.pk, by=lee.email, now=live.clock.at)
    with transaction.atomic():
        slow._write(claims, agreements, looked, live.clock.at)
    live.worker.settle()
    assert len(live.episodes()) == 1
    assert Handoff.objects.get().stage == "mql"
