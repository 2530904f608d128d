"""Somebody leaves, pauses, says it again or takes it back in between: is it still as it should be?"""

from __future__ import annotations

from handraiser.flows import logging_work
from handraiser.flows.hearing import hear
from handraiser.flows.leaving import remove_user
from handraiser.flows.moving import Verdict
from handraiser.flows.undoing import undo
from handraiser.flows.unjoin import unjoin
from handraiser.flows.verdicts import accept, open_opportunity, recycle
from handraiser.lifecycle.stages import Stage
from handraiser.store.models import Deadline, Handoff, Join, TimeOff, User
from tests.handing.test_mqls_with_sales import ANN, SALES, both_are_one, team
from tests.live.company import DAY, HOUR, SECOND, Live
from tests.servers import Database

MINUTE = 60 * SECOND
FAR = 253_402_300_799_000_000  # the last second of the year 9999


def an_mql(live: Live) -> Handoff:
    """Have Ann be an MQL; return the hand-off."""
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    return Handoff.objects.latest("pk")


def test_what_is_taken_back_goes_to_nobody_who_has_left_meanwhile(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example", "max@made.example")
    User.objects.filter(email="manager@made.example").update(role="manager")
    handoff = an_mql(live)
    was = handoff.owner
    assert was is not None
    recycle(handoff.pk, by="manager@made.example", reason="not_ready", now=live.clock.at)
    remove_user(was.email, who="test", now=live.clock.at)
    live.later(MINUTE)
    undo(handoff.pk, by="manager@made.example", now=live.clock.at)
    handoff.refresh_from_db()
    assert handoff.stage == "mql"
    assert handoff.owner not in (was, None)


def test_what_goes_on_after_an_undone_join_is_nobodys_who_has_left(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example", "max@made.example")
    an_mql(live)
    live.hear({"type": "identify", "anonymousId": "b", "traits": {"email": "ann@corp.example"}})
    live.track({"anonymousId": "b"}, "Content Downloaded")
    both_are_one(live)
    ended = Handoff.objects.get(stage="merged")
    assert ended.owner is not None
    remove_user(ended.owner.email, who="test", now=live.clock.at)
    unjoin(Join.objects.get(undone_at=None, kind="email").pk, by="test", now=live.clock.at)
    ended.refresh_from_db()
    assert ended.stage == "mql"
    assert ended.owner is not None
    assert ended.owner.left_at is None


def test_a_verdict_taken_back_after_a_pause_leaves_the_pause_out(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    handoff = an_mql(live)
    logging_work.pause(handoff.pk, why="is on holiday", by=lee.email, now=live.clock.at)
    live.later(20 * DAY)
    accept(handoff.pk, by=lee.email, now=live.clock.at)
    live.later(MINUTE)
    logging_work.resume(handoff.pk, by=lee.email, now=live.clock.at)
    undo(handoff.pk, by=lee.email, now=live.clock.at)
    live.worker.settle()
    handoff.refresh_from_db()
    assert handoff.stage == "mql"
    assert Deadline.objects.get(kind="accept", act="due", done_at=None).due_at > live.clock.at + 3 * HOUR


def test_a_pause_survives_that_two_were_one_for_a_while(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    an_mql(live)
    live.hear({"type": "identify", "anonymousId": "b", "traits": {"email": "ann@corp.example"}})
    live.track({"anonymousId": "b"}, "Content Downloaded")
    for each in Handoff.objects.all():
        logging_work.pause(each.pk, why="is on holiday", by=lee.email, now=live.clock.at)
    both_are_one(live)
    live.later(HOUR)
    unjoin(Join.objects.get(undone_at=None, kind="email").pk, by="test", now=live.clock.at)
    assert not Deadline.objects.filter(done_at=None, held=False).exists()
    assert Handoff.objects.filter(episode__pauses__ends_at=None).count() == 2


def test_a_pause_moves_what_was_promised_when_the_lead_was_handed_off(database: Database) -> None:
    first = "{to: team big, contact_within: 30 hours}"
    live = Live(SALES.replace("{when: lead.size >= 100, to: team big}", first))
    team("big", "kim@made.example")
    (lee,) = team("small", "lee@made.example")
    handoff = an_mql(live)
    before = Deadline.objects.get(kind="contact", act="due").due_at
    live.later(6 * HOUR)
    live.worker.settle()
    handoff.refresh_from_db()
    assert (handoff.owner, handoff.route, handoff.first_route) == (lee, 1, 0)
    logging_work.pause(handoff.pk, why="is on holiday", by=lee.email, now=live.clock.at)
    live.later(MINUTE)
    logging_work.resume(handoff.pk, by=lee.email, now=live.clock.at)
    assert Deadline.objects.get(kind="contact", act="due").due_at == before + MINUTE


def test_what_a_crm_says_again_of_a_second_episode_counts_for_that_one(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    lead = an_mql(live).episode.lead_id
    said = Verdict(Stage.LEAD, reason="not_ready")
    hear(lead, "recycled", said, through="crm", now=live.clock.at)
    live.later(SECOND)
    live.track(ANN, "Content Downloaded")
    assert [each.stage for each in Handoff.objects.order_by("pk")] == ["recycled", "mql"]
    hear(lead, "recycled", said, through="crm", now=live.clock.at)
    assert [each.stage for each in Handoff.objects.order_by("pk")] == ["recycled", "recycled"]


def test_one_agreement_that_is_further_bars_no_other(database: Database) -> None:
    live = Live(SALES, SALES.replace("agreement: sales", "agreement: other"))
    team("small", "lee@made.example")
    lead = an_mql(live).episode.lead_id
    first = Handoff.objects.get(agreement="sales")
    assert first.owner is not None
    open_opportunity(first.pk, by=first.owner.email, now=live.clock.at)
    hear(lead, "accepted", Verdict(Stage.LEAD), through="crm", now=live.clock.at)
    stages = dict(Handoff.objects.values_list("agreement", "stage"))
    assert stages == {"sales": "opportunity", "other": "sal"}


def test_who_is_away_for_ever_stops_nobody(database: Database) -> None:
    live = Live(SALES)
    lee, max_ = team("small", "lee@made.example", "max@made.example")
    User.objects.filter(pk=lee.pk).update(timezone="Pacific/Kiritimati")
    TimeOff.objects.create(user=lee, begins_at=live.clock.at, ends_at=FAR, created_at=0)
    handoff = an_mql(live)
    assert handoff.owner == max_


def test_a_late_lead_goes_to_nobody_twice_and_then_stays(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example", "max@made.example")
    handoff = an_mql(live)
    begun = live.clock.at
    for hours in range(0, 80, 6):
        live.clock.at = begun + hours * HOUR
        live.worker.settle()
    given = list(handoff.episode.assignments.order_by("pk").values_list("user__email", flat=True))
    assert sorted(given) == ["lee@made.example", "max@made.example"]
