"""What became of leads before anybody here heard of them: recorded, and handed off only where asked for."""

from __future__ import annotations

from collections import Counter

from handraiser.agreement import load
from handraiser.facts.instants import iso
from handraiser.flows.examining import examine
from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.hearing import hear
from handraiser.flows.moving import Verdict
from handraiser.flows.publishing import Signatures
from handraiser.flows.publishing import publish as publish_it
from handraiser.flows.verdicts import accept
from handraiser.lifecycle.stages import Stage
from handraiser.store.models import Alarm, Assignment, Deadline, Handoff, Member, Move, Outcome, Team, User
from tests.handing.test_mqls_with_sales import ANN, SALES, somewhere, team, told
from tests.live.company import DAY, HOUR, NOON, SECOND, Live
from tests.servers import Database


def imported(live: Live, *days: int) -> None:
    """Have it imported that Ann read papers, so many days ago each."""
    items = [{"type": "identify", "timestamp": at(live, 400), **ANN}]
    items += [
        {"type": "track", "event": "Content Downloaded", "timestamp": at(live, each), **ANN} for each in days
    ]
    live.hear(*items, imported=True)


def at(live: Live, days: int) -> str:
    """Return the instant so many days ago."""
    return iso(live.clock.at - days * DAY)


def test_an_earlier_episode_has_neither_owner_nor_clocks_and_sales_may_judge_it(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    somewhere()
    imported(live, 3)
    handoff = Handoff.objects.get()
    assert (handoff.stage, handoff.owner, handoff.handed_at) == ("mql", None, None)
    assert not Deadline.objects.exclude(kind="expire").exists()
    assert not Alarm.objects.exists()
    assert told() == []
    accept(handoff.pk, by=lee.email, now=live.clock.at)
    handoff.refresh_from_db()
    assert (handoff.stage, handoff.owner) == ("sal", lee)


def test_who_was_an_mql_long_ago_is_handed_off_who_asks_again_today(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    imported(live, 300)
    (past,) = Handoff.objects.all()
    assert (past.stage, past.reason, past.handed_at) == ("recycled", "expired", None)
    assert past.ended_at == live.episodes()[0].begun_at + 14 * DAY
    live.track(ANN, "Demo Requested")
    handoff = Handoff.objects.latest("pk")
    assert (handoff.stage, handoff.owner is not None, handoff.handed_at is not None) == ("mql", True, True)
    found = examine(live.clock.at)
    assert [each for each in found.differences if each.cause is None] == []
    assert examine_sales(live.clock.at) == []


def test_one_of_last_week_expires_when_its_time_is_over(database: Database) -> None:
    live = Live(SALES)
    somewhere()
    imported(live, 7)
    assert Handoff.objects.get().stage == "mql"
    live.later(7 * DAY)
    live.worker.settle()
    assert Handoff.objects.get().stage == "recycled"


def test_what_sales_said_before_an_episode_was_found_is_part_of_it(database: Database) -> None:
    live = Live()
    team("small", "lee@made.example")
    imported(live, 60, 20)
    lead = live.lead("user", "ann")
    for days, stage, reason in ((50, "opportunity", None), (40, "recycled", "not_ready"), (10, "lost", None)):
        verdict = Verdict(Stage.LEAD, reason=reason, at=live.clock.at - days * DAY)
        hear(lead, stage, verdict, through="crm", now=live.clock.at)
    live.later(SECOND)
    publish_it(
        load(SALES.strip(), file="made"), signed=signatures(), live_from=None, shadow=False, who="test",
        now=live.clock.at,
    )  # fmt: skip
    live.worker.settle()
    stages = list(Handoff.objects.order_by("pk").values_list("stage", "reason"))
    assert stages == [("recycled", "not_ready"), ("lost", None)]
    first, _ = live.episodes()
    moves = Move.objects.filter(episode=first).order_by("pk").values_list("became", "inferred")
    assert list(moves) == [
        ("mql", False), ("sal", True), ("sql", True), ("opportunity", False), ("recycled", False),
    ]  # fmt: skip
    live.track(ANN, "Content Downloaded")
    assert len(live.episodes()) == 2  # lost: closed until somebody reopens it


def signatures() -> Signatures:
    for role in ("marketing", "sales"):
        User.objects.get_or_create(email=f"{role[0]}@made.example", role=role, created_at=0)
    return Signatures("m@made.example", "s@made.example")


def test_going_live_hands_off_only_crossings_after_it_unless_all_are_wanted(database: Database) -> None:
    live = Live()
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    for hand_off in (False, True):
        name = f"sales{int(hand_off)}"
        text = SALES.replace("agreement: sales", f"agreement: {name}").strip()
        live.later(SECOND)
        publish_it(
            load(text, file="made"), signed=signatures(), live_from=None, shadow=False, who="test",
            now=live.clock.at, hand_off=hand_off,
        )  # fmt: skip
        live.worker.settle()
        (handed_at,) = Handoff.objects.filter(agreement=name).values_list("handed_at", flat=True)
        assert (handed_at is not None) is hand_off
    live.track({"userId": "bo"}, "Content Downloaded")
    after = Handoff.objects.filter(episode__lead=live.lead("user", "bo"))
    assert [each.handed_at is not None for each in after] == [True, True]


def test_what_nobody_could_take_goes_to_who_comes_and_its_alarm_ends(database: Database) -> None:
    live = Live(SALES)
    made = Team.objects.create(name="small")
    somewhere()
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    assert Handoff.objects.get().owner is None
    assert [kind for kind, _ in told()] == ["lead.mql", "lead.unassigned"]
    assert Alarm.objects.get().closed_at is None
    kim = User.objects.create(email="kim@made.example", role="sales", created_at=0)
    Member.objects.create(team=made, user=kim)
    live.later(HOUR)
    live.worker.settle()
    assert Handoff.objects.get().owner == kim
    assert Alarm.objects.get().closed_at is not None
    assert Assignment.objects.order_by("-pk")[0].user == kim


def test_where_there_is_nobody_else_a_late_lead_stays_and_the_manager_is_told(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    somewhere()
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    live.later(6 * HOUR)
    live.worker.settle()
    handoff = Handoff.objects.get()
    assert (handoff.owner, handoff.round) == (lee, 0)
    assert "lead.assigned" not in [kind for kind, _ in told()]
    assert "lead.escalated" in [kind for kind, _ in told()]


def test_a_year_passes_as_quickly_as_a_test(database: Database) -> None:
    live = Live(SALES)
    lee, max_ = team("small", "lee@made.example", "max@made.example")
    for week in range(52):
        live.clock.at = NOON + week * 7 * DAY
        who = {"userId": f"u{week % 9}"}
        live.identify(who)
        live.track(who, "Content Downloaded")
        if week % 3 == 0:
            for each in Handoff.objects.filter(owner__isnull=False, stage="mql").order_by("-pk")[:1]:
                accept(each.pk, by=(each.owner or lee).email, now=live.clock.at)
    live.later(30 * DAY)
    live.worker.settle()
    ends = {"recycled": 0, "sal": 0}
    for stage in Handoff.objects.values_list("stage", flat=True):
        ends[stage] += 1
    assert ends["recycled"] > 9
    assert ends["sal"] > 3
    had = Counter(Assignment.objects.values_list("user", flat=True))
    assert had == {lee.pk: Handoff.objects.count(), max_.pk: Handoff.objects.count()}  # nobody is in time
    assert Outcome.objects.filter(reason="expired").count() == ends["recycled"]
