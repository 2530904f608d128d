"""A CRM is quicker than we are: what it says of a lead before its episode is found counts for that one."""

from __future__ import annotations

import pytest

from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.hearing import hear
from handraiser.flows.moving import Verdict
from handraiser.flows.resolve import resolve_arrivals
from handraiser.lifecycle.stages import Stage
from handraiser.store.models import Deadline, Handoff, Outgoing, Pause
from tests.handing.test_mqls_with_sales import ANN, SALES, somewhere, team
from tests.live.company import HOUR, SECOND, Live, send
from tests.servers import Database

HOURS = '\n  hours: {mon-sun: "00:00-24:00", timezone: UTC}'


def crm_says(live: Live, stage: str) -> Handoff:
    """Have Ann cross, and a CRM say something of her before the worker has decided that she did."""
    live.identify(ANN)
    send([{"messageId": "x", "type": "track", "event": "Content Downloaded", **ANN}], live.clock.at)
    resolve_arrivals()
    live.later(SECOND)
    hear(live.lead("user", "ann"), stage, Verdict(Stage.LEAD), through="crm", now=live.clock.at)
    live.later(SECOND)
    live.worker.settle()
    return Handoff.objects.get()


def told_of(promise: str) -> list[str]:
    """Return the kinds of what was told of a promise."""
    rows = Outgoing.objects.values_list("kind", "payload")
    return [kind for kind, payload in rows if payload["data"].get("promise", {}).get("do") == promise]


@pytest.mark.parametrize(
    ("stage", "became", "runs"),
    [
        ("accepted", "sal", {"contact", "follow_up"}), ("sql", "sql", set()),
        ("opportunity", "opportunity", set()),
    ],
)  # fmt: skip
def test_what_a_crm_has_accepted_is_neither_reminded_of_nor_given_to_another(
    database: Database, stage: str, became: str, runs: set[str]
) -> None:
    live = Live(SALES)
    lee, _ = team("small", "lee@made.example", "max@made.example")
    somewhere()
    handoff = crm_says(live, stage)
    assert handoff.stage == became
    (mql,) = Outgoing.objects.filter(kind="lead.mql")
    assert mql.payload["data"]["text"].endswith(f"it is {became} already.")
    assert {each["do"] for each in mql.payload["data"]["due"]}.isdisjoint({"accept"})
    assert set(Deadline.objects.filter(done_at=None).values_list("kind", flat=True)) == runs
    live.later(7 * HOUR)  # 150 % of the time to accept are over
    live.worker.settle()
    assert told_of("accept") == []
    assert Handoff.objects.get().owner == lee
    assert examine_sales(live.clock.at) == []


def test_it_is_accepted_no_sooner_than_it_was_handed_off(database: Database) -> None:
    live = Live(SALES.replace("handoff:", f"handoff:{HOURS}"))
    team("small", "lee@made.example")
    handoff = crm_says(live, "accepted")
    assert handoff.accepted_at == handoff.handed_at
    assert handoff.accept_business == 0


def an_mql(live: Live) -> Handoff:
    """Have Ann be an MQL with whom all is well."""
    team("small", "lee@made.example")
    live.identify(ANN)
    live.track(ANN, "Content Downloaded")
    assert examine_sales(live.clock.at) == []
    return Handoff.objects.get()


@pytest.mark.parametrize(("stage", "kind"), [("sal", "accept"), ("sal", "expire"), ("sql", "contact")])
def test_doctor_names_a_clock_that_runs_on_though_the_stage_has_stopped_it(
    database: Database, stage: str, kind: str
) -> None:
    live = Live(SALES)
    handoff = an_mql(live)
    handoff.stage = stage
    handoff.save()
    Deadline.objects.exclude(kind=kind).update(done_at=live.clock.at)
    assert f"episode {handoff.pk} is {stage}, and its clock {kind} still runs" in examine_sales(live.clock.at)


def test_doctor_names_a_clock_that_stands_still_without_a_pause(database: Database) -> None:
    live = Live(SALES)
    handoff = an_mql(live)
    Deadline.objects.update(held=True)
    says = f"episode {handoff.pk} is not paused, and something of it stands still"
    assert examine_sales(live.clock.at) == [says]
    Pause.objects.create(episode=handoff.episode, why="holiday", by="lee", begins_at=live.clock.at)
    assert examine_sales(live.clock.at) == []


def test_doctor_names_an_mql_that_would_never_expire_where_its_agreement_has_it_expire(
    database: Database,
) -> None:
    live = Live(SALES)
    handoff = an_mql(live)
    Deadline.objects.filter(kind="expire").update(done_at=live.clock.at)
    says = f"episode {handoff.pk} is an MQL that would never expire, though its agreement says when"
    assert examine_sales(live.clock.at) == [says]


def test_doctor_has_nothing_against_an_mql_that_never_expires_as_its_agreement_wants(
    database: Database,
) -> None:
    an_mql(Live(SALES.replace("  expire_after: 14 days\n", "")))
