"""Whom do messages name, and whom do they reach, when people are joined, leave, or take leads from others?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from typer.testing import CliRunner

from handraiser.edge.cli import app
from handraiser.flows.leaving import remove_user
from handraiser.flows.reassigning import reassign
from handraiser.flows.unjoin import unjoin
from handraiser.flows.verdicts import accept
from handraiser.store.known_as import leads_told
from handraiser.store.models import Destination, Handoff, Join, Outgoing, Team, User
from tests.handing.test_mqls_with_sales import ANN, SALES, team
from tests.live.company import DAY, HOUR, NOON, Live
from tests.servers import Database

MANAGER = "manager@made.example"


def mailed(kind: str) -> list[tuple[list[str], str]]:
    """Return who is mailed what of a kind of message."""
    rows = Outgoing.objects.filter(kind=kind).order_by("id").values_list("payload", flat=True)
    return [(payload["to"], payload["data"]["text"]) for payload in rows]


def told_by_mail(address: str) -> None:
    Destination.objects.create(name=address, kind="email", address=address, created_at=0)


def ann_is_an_mql(live: Live) -> Handoff:
    live.identify(ANN, name="Ann Field", email="ann@corp.example")
    live.track(ANN, "Content Downloaded")
    return Handoff.objects.latest("pk")


def said(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(done.stdout)


def test_who_stands_alone_again_is_called_by_their_name(database: Database) -> None:
    live = Live(SALES)
    live.identify(ANN, name="Ann Field", email="ann@corp.example", job_title="VP")
    live.identify({"userId": "bob"}, name="Bob Ray", email="bob@corp.example")
    live.hear({"type": "alias", "previousId": "bob", "userId": "ann"})
    one = live.lead("user", "ann")
    assert leads_told([one])[one].name == "Bob Ray"  # what was said last of either, from when it was known
    unjoin(Join.objects.get().pk, by="test", now=live.clock.at)
    ann, bob = live.lead("user", "ann"), live.lead("user", "bob")
    told = leads_told([ann, bob])
    assert told[ann][1:] == ("Ann Field", "ann@corp.example", "VP", "corp.example")
    assert told[bob][1:] == ("Bob Ray", "bob@corp.example", "", "corp.example")


def test_an_older_word_takes_no_name_away(database: Database) -> None:
    live = Live(SALES)
    live.identify(ANN, name="Ann Field")
    live.later(DAY)
    live.hear({"type": "identify", "traits": {"name": "A."}, "timestamp": "2026-03-01T00:00:00Z", **ANN})
    ann = live.lead("user", "ann")
    assert leads_told([ann])[ann].name == "Ann Field"


def test_a_company_under_a_number_of_its_own_is_called_by_its_addresses(database: Database) -> None:
    live = Live(SALES)
    live.identify(ANN, email="ann@corp.example")
    live.hear({"type": "group", "groupId": "c-17", **ANN})
    ann = live.lead("user", "ann")
    assert leads_told([ann])[ann].company == "corp.example"


def test_who_had_a_lead_and_who_has_it_are_both_told(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example", "max@made.example")
    told_by_mail("owner")
    handoff = ann_is_an_mql(live)
    was = handoff.owner
    assert was is not None
    other = User.objects.exclude(pk=was.pk).get(email__in=["lee@made.example", "max@made.example"])
    with transaction.atomic():
        reassign(handoff.pk, other.pk, kind="hand", by=MANAGER, why="knows them", now=live.clock.at)
    ann = "Ann Field of corp.example"
    assert mailed("lead.assigned") == [
        ([other.email], f"{ann} is yours now, not {was.email}'s any more: knows them."),
        ([was.email], f"{ann} is no longer yours, {other.email} has it: knows them."),
    ]
    rows = Outgoing.objects.filter(kind="lead.assigned").order_by("id").values_list("payload", flat=True)
    new, old = (payload["data"] for payload in rows)
    assert new["next"]["commands"] == [
        f"handraiser episode accept {handoff.pk} --by {other.email}",
        f"handraiser episode log {handoff.pk} call --by {other.email}",
    ]
    assert "next" not in old


def test_a_colleague_who_accepts_takes_it_from_somebody_who_hears_of_it(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example", "max@made.example")
    told_by_mail("owner")
    handoff = ann_is_an_mql(live)
    was = handoff.owner
    other = User.objects.get(email__in={"lee@made.example", "max@made.example"} - {was.email if was else ""})
    accept(handoff.pk, by=other.email, now=live.clock.at)
    assert [to for to, _ in mailed("lead.assigned")] == [[other.email], [was.email if was else ""]]


def test_who_has_left_is_not_told_that_another_has_their_lead(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example", "max@made.example")
    told_by_mail("owner")
    handoff = ann_is_an_mql(live)
    assert handoff.owner is not None
    remove_user(handoff.owner.email, who="test", now=live.clock.at)
    assert len(mailed("lead.assigned")) == 1


@pytest.mark.parametrize("there", ["no team", "no manager", "manager left"])
def test_an_alarm_that_nobody_manages_reaches_the_administrators(database: Database, there: str) -> None:
    live = Live(SALES)
    for name in ("ada", "alan"):
        User.objects.create(email=f"{name}@made.example", role="administrator", created_at=0)
    User.objects.create(email="gone@made.example", role="administrator", created_at=0, left_at=1)
    if there != "no team":
        team("small")
        Team.objects.update(
            fallback=User.objects.create(email="fay@made.example", role="sales", created_at=0, left_at=1)
        )
    if there == "no manager":
        Team.objects.update(manager=None)
    User.objects.filter(email=MANAGER).update(left_at=1)
    told_by_mail("manager")
    ann_is_an_mql(live)
    ((to, text),) = mailed("lead.unassigned")
    assert to == ["ada@made.example", "alan@made.example"]
    assert text.startswith("Ann Field of corp.example is nobody's: ")
    assert mailed("lead.mql") == []


def test_without_administrators_it_reaches_managers_and_then_marketing(database: Database) -> None:
    live = Live(SALES)
    told_by_mail("manager")
    ann_is_an_mql(live)
    live.identify({"userId": "bob"}, email="bob@corp.example")
    User.objects.create(email=MANAGER, role="manager", created_at=0)
    live.track({"userId": "bob"}, "Content Downloaded")
    assert [to for to, _ in mailed("lead.unassigned")] == [["m@made.example"], [MANAGER]]


def test_a_team_that_has_a_manager_troubles_no_administrator(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    User.objects.create(email="ada@made.example", role="administrator", created_at=0)
    told_by_mail("manager")
    handoff = ann_is_an_mql(live)
    User.objects.update(manager=None)
    live.clock.at = (handoff.handed_at or 0) + 4 * HOUR
    live.worker.settle()
    assert {tuple(to) for to, _ in mailed("lead.escalated")} == {(MANAGER,)}


def test_where_who_manages_somebody_has_left_the_teams_manager_is_told(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    gone = User.objects.create(email="gone@made.example", role="manager", created_at=0, left_at=1)
    User.objects.filter(pk=lee.pk).update(manager=gone)
    told_by_mail("manager")
    ann_is_an_mql(live)
    assert [to for to, _ in mailed("lead.mql")] == [[MANAGER]]


def test_alarms_are_listed_the_oldest_first_with_whom_they_are_about(database: Database) -> None:
    assert said("alarm", "list") == "There are no open alarms.\n"
    live = Live(SALES)
    first = ann_is_an_mql(live)
    live.later(HOUR)
    live.identify({"userId": "bob"}, name="Bob\x1b[31m Ray")
    live.track({"userId": "bob"}, "Content Downloaded")
    second = Handoff.objects.latest("pk")
    first.episode.alarms.update(opened_at=live.clock.at + HOUR)
    head, *rows = said("alarm", "list").splitlines()
    assert head.split() == ["episode", "since", "lead", "agreement", "who", "why"]
    assert [row.split()[0] for row in rows] == [str(second.pk), str(first.pk)]
    assert "Ann Field of corp.example, ann@corp.example" in rows[1]
    assert "\x1b" not in rows[0]
    told: Any = json.loads(said("alarm", "list", "--format", "json"))
    assert [each["episode"] for each in told["alarms"]] == [second.pk, first.pk]
    assert told["alarms"][1]["lead"] == {
        "name": "Ann Field", "email": "ann@corp.example", "job_title": None, "company": "corp.example",
    }  # fmt: skip


def test_episodes_are_listed_and_shown_with_whom_they_are_about(database: Database) -> None:
    live = Live(SALES)
    episode = ann_is_an_mql(live).pk
    assert said("episode", "list").splitlines()[1].endswith("Ann Field of corp.example, ann@corp.example")
    assert said("episode", "show", episode).splitlines()[1] == "Ann Field of corp.example, ann@corp.example"
    (listed,) = json.loads(said("episode", "list", "--format", "json"))["handoffs"]
    shown = json.loads(said("episode", "show", episode, "--format", "json"))
    assert (
        (listed["id"], listed["lead"]["name"])
        == (shown["id"], shown["lead"]["name"])
        == (episode, "Ann Field")
    )
    assert shown["moves"][0]["became"] == "mql"


def test_who_leaves_leaves_teams_that_are_named(database: Database) -> None:
    Live(SALES, at=NOON)
    team("small", "lee@made.example")
    Team.objects.update(fallback=User.objects.get(email=MANAGER))
    told = said("user", "remove", MANAGER)
    assert "Team small has no manager any more: `handraiser team add small --manager EMAIL`." in told
    assert "Team small has no fallback any more: `handraiser team add small --fallback EMAIL`." in told
    assert said("team", "list").count(f"{MANAGER} (has left)") == 2
    assert said("team", "show", "small").count("but has left") == 2
