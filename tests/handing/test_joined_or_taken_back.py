"""Leads are joined or parted, verdicts taken back: which episode goes on, whose is it, and who hears?"""

from __future__ import annotations

import pytest

from handraiser.errors import Mistakes
from handraiser.facts.instants import iso
from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.leaving import remove_user
from handraiser.flows.logging_work import assign, pause, resume
from handraiser.flows.undoing import undo
from handraiser.flows.unjoin import unjoin
from handraiser.flows.verdicts import accept, recycle
from handraiser.store.models import Alarm, Deadline, Destination, Handoff, Join, Member, Outgoing
from tests.handing.test_mqls_with_sales import ANN, SALES, both_are_one, somewhere, team, told
from tests.live.company import DAY, HOUR, SECOND, Live
from tests.servers import Database

MANAGER = "manager@made.example"
BROWSER = {"anonymousId": "b"}


def of_history(live: Live, who: dict[str, str], *, days: int) -> Handoff:
    """Have it imported that somebody read a paper so many days ago; return the episode that it began."""
    when = iso(live.clock.at - days * DAY)
    live.hear({"type": "track", "event": "Content Downloaded", "timestamp": when, **who}, imported=True)
    return Handoff.objects.latest("pk")


def somebody_with_an_address(live: Live) -> None:
    """Have a visitor say the address by which they turn out to be Ann later."""
    live.hear({"type": "identify", "traits": {"email": "ann@corp.example"}, **BROWSER})


def of_today(live: Live, who: dict[str, str]) -> Handoff:
    """Have somebody read a paper now; return the episode that it began."""
    live.track(who, "Content Downloaded")
    return Handoff.objects.latest("pk")


def are_two_again(live: Live) -> None:
    """Undo the latest join."""
    unjoin(Join.objects.latest("pk").pk, by="test", now=live.clock.at)
    live.worker.settle()


def expires_at(handoff: Handoff) -> int:
    """Return when an open episode expires that runs."""
    return Deadline.objects.get(episode=handoff.pk, kind="expire", done_at=None, held=False).due_at


def mailed_to_owners(kind: str) -> list[list[str]]:
    """Return to whom messages of a kind are mailed, in their order."""
    rows = Outgoing.objects.filter(kind=kind, destination__name="owners").order_by("id")
    return [payload["to"] for payload in rows.values_list("payload", flat=True)]


def test_of_two_as_far_the_one_that_sales_was_handed_goes_on(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    past = of_history(live, ANN, days=3)
    somebody_with_an_address(live)
    handed = of_today(live, BROWSER)
    waiting = Deadline.objects.filter(episode=handed.pk, done_at=None).count()
    both_are_one(live)
    past.refresh_from_db()
    handed.refresh_from_db()
    assert (past.stage, handed.stage, handed.ended_at, handed.owner) == ("merged", "mql", None, lee)
    assert Deadline.objects.filter(episode=handed.pk, done_at=None).count() == waiting > 1
    assert examine_sales(live.clock.at) == []
    live.later(HOUR)
    are_two_again(live)
    past.refresh_from_db()
    handed.refresh_from_db()
    assert (past.stage, past.ended_at, past.owner, past.handed_at) == ("mql", None, None, None)
    assert (handed.stage, handed.ended_at, handed.owner) == ("mql", None, lee)
    assert examine_sales(live.clock.at) == []


def test_an_episode_of_history_that_sales_has_accepted_goes_on_before_one_it_was_handed(
    database: Database,
) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    past = of_history(live, ANN, days=3)
    accept(past.pk, by=lee.email, now=live.clock.at)
    somebody_with_an_address(live)
    handed = of_today(live, BROWSER)
    both_are_one(live)
    assert dict(Handoff.objects.values_list("pk", "stage")) == {past.pk: "sal", handed.pk: "merged"}


def test_no_verdict_is_taken_back_where_the_lead_has_got_an_open_episode_by_a_join(
    database: Database,
) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    live.identify(ANN)
    ended = of_today(live, ANN)
    somebody_with_an_address(live)
    other = of_today(live, BROWSER)
    live.later(SECOND)
    recycle(ended.pk, by=MANAGER, reason="not_ready", now=live.clock.at)
    live.worker.settle()
    live.later(SECOND)
    both_are_one(live)
    with pytest.raises(Mistakes) as told_so:
        undo(ended.pk, by=MANAGER, now=live.clock.at)
    assert f"Episode {other.pk} of the lead" in told_so.value.diagnostics[0].says
    assert list(Handoff.objects.filter(ended_at=None)) == [other]
    assert examine_sales(live.clock.at) == []
    are_two_again(live)
    undo(ended.pk, by=MANAGER, now=live.clock.at)
    assert Handoff.objects.filter(ended_at=None).count() == 2
    assert examine_sales(live.clock.at) == []


def test_a_verdict_is_taken_back_beside_an_open_episode_under_another_agreement(database: Database) -> None:
    live = Live(SALES, SALES.replace("agreement: sales", "agreement: beside"))
    team("small", "lee@made.example")
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    ended = Handoff.objects.get(agreement="sales")
    live.later(SECOND)
    recycle(ended.pk, by=MANAGER, reason="not_ready", now=live.clock.at)
    undo(ended.pk, by=MANAGER, now=live.clock.at)
    assert list(Handoff.objects.values_list("stage", flat=True)) == ["mql", "mql"]


def test_an_episode_of_history_that_was_paused_expires_as_much_later(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    past = of_history(live, ANN, days=3)
    before = expires_at(past)
    pause(past.pk, why="waits for the lead", by=MANAGER, now=live.clock.at)
    live.later(30 * DAY)
    live.worker.settle()
    past.refresh_from_db()
    assert past.stage == "mql"
    resume(past.pk, by=MANAGER, now=live.clock.at)
    assert expires_at(past) == before + 30 * DAY
    live.clock.at = before + 30 * DAY
    live.worker.settle()
    past.refresh_from_db()
    assert (past.stage, past.reason) == ("recycled", "expired")


def test_an_episode_of_history_whose_acceptance_is_taken_back_waits_as_long_as_it_was_paused(
    database: Database,
) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    past = of_history(live, ANN, days=3)
    before = expires_at(past)
    accept(past.pk, by=lee.email, now=live.clock.at)
    pause(past.pk, why="waits for the lead", by=lee.email, now=live.clock.at + SECOND)
    resume(past.pk, by=lee.email, now=live.clock.at + 61 * SECOND)
    undo(past.pk, by=lee.email, now=live.clock.at + 62 * SECOND)
    assert expires_at(past) == before + 60 * SECOND


@pytest.mark.parametrize("paused", [False, True])
def test_an_episode_of_history_that_was_merged_and_is_its_leads_again_expires(
    database: Database, paused: bool
) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    of_history(live, ANN, days=5)
    somebody_with_an_address(live)
    merged = of_history(live, BROWSER, days=3)
    before = expires_at(merged)
    if paused:
        pause(merged.pk, why="waits for the lead", by=MANAGER, now=live.clock.at)
    paused_at = live.clock.at
    both_are_one(live)
    merged.refresh_from_db()
    assert merged.stage == "merged"
    since = paused_at if paused else merged.ended_at or 0
    live.later(2 * DAY)
    are_two_again(live)
    if paused:
        assert Deadline.objects.get(episode=merged.pk, done_at=None).held
        live.later(DAY)
        resume(merged.pk, by=MANAGER, now=live.clock.at)
    assert expires_at(merged) == before + live.clock.at - since
    live.clock.at = expires_at(merged)
    live.worker.settle()
    merged.refresh_from_db()
    assert (merged.stage, merged.reason) == ("recycled", "expired")


def test_who_has_a_lead_again_as_its_acceptance_is_taken_back_is_told_so(database: Database) -> None:
    live = Live(SALES)
    kim, lee = team("small", "kim@made.example", "lee@made.example")
    somewhere()
    Destination.objects.create(name="owners", kind="email", address="owner", created_at=0)
    live.identify(ANN)
    handoff = of_today(live, ANN)
    had, takes = (kim, lee) if handoff.owner == kim else (lee, kim)
    accept(handoff.pk, by=takes.email, now=live.clock.at)
    live.later(SECOND)
    undo(handoff.pk, by=takes.email, now=live.clock.at)
    handoff.refresh_from_db()
    assert handoff.owner == had
    assert mailed_to_owners("lead.assigned")[-2:] == [[had.email], [takes.email]]
    hooked = Outgoing.objects.filter(destination__name="hook").order_by("id")
    assert [each.kind for each in hooked][-2:] == ["lead.undone", "lead.assigned"]
    back = list(hooked)[-1].payload["data"]
    assert (back["from"], back["owner"]["email"]) == (takes.email, had.email)
    assert back["reason"] == "the acceptance was taken back"
    assert "accept" in [each["do"] for each in back["due"]]


def test_of_a_lead_that_is_nobodys_again_as_its_acceptance_is_taken_back_managers_hear(
    database: Database,
) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    Member.objects.all().delete()
    somewhere()
    live.identify(ANN)
    handoff = of_today(live, ANN)
    accept(handoff.pk, by=lee.email, now=live.clock.at)
    assert not Alarm.objects.filter(closed_at=None).exists()
    live.later(SECOND)
    undo(handoff.pk, by=lee.email, now=live.clock.at)
    assert Alarm.objects.get(closed_at=None).kind == "unassigned"
    assert told()[-1] == ("lead.unassigned", None)


def test_an_acceptance_of_history_that_is_taken_back_leaves_no_alarm(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    somewhere()
    past = of_history(live, ANN, days=3)
    accept(past.pk, by=lee.email, now=live.clock.at)
    undo(past.pk, by=lee.email, now=live.clock.at + SECOND)
    past.refresh_from_db()
    assert (past.stage, past.owner) == ("mql", None)
    assert not Alarm.objects.exists()
    assert "lead.unassigned" not in [kind for kind, _ in told()]
    assert examine_sales(live.clock.at) == []


def test_who_leaves_leaves_no_alarm_of_what_sales_was_never_handed(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    past = of_history(live, ANN, days=3)
    assign(past.pk, to=lee.email, by=MANAGER, now=live.clock.at)
    gone = remove_user(lee.email, who="test", now=live.clock.at)
    past.refresh_from_db()
    assert (gone.nobodys, past.stage, past.owner) == (1, "mql", None)
    assert not Alarm.objects.exists()
    assert examine_sales(live.clock.at) == []


def test_who_leaves_leaves_an_alarm_of_what_they_had_accepted_of_history(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    past = of_history(live, ANN, days=3)
    accept(past.pk, by=lee.email, now=live.clock.at)
    remove_user(lee.email, who="test", now=live.clock.at)
    assert Alarm.objects.get(closed_at=None).kind == "unassigned"
    team_of_kim = team("other", "kim@made.example")
    assign(past.pk, to=team_of_kim[0].email, by=MANAGER, now=live.clock.at + SECOND)
    assert not Alarm.objects.filter(closed_at=None).exists()
