"""`handraiser team`, `away`, `user set` and `user remove`, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from handraiser.edge.cli import app
from handraiser.facts.instants import iso
from handraiser.store.models import Audit, Member, Team, TimeOff, User
from tests.handing.test_mqls_with_sales import SALES
from tests.live.company import NOON, publish
from tests.routing.sales_team import agreement_to, episodes, give_out, wanted
from tests.servers import Database


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def done(*words: str) -> str:
    """What a command says that does what it is told."""
    found = run(*words)
    assert found.exit_code == 0, found.output
    return str(found.stdout)


def refused(code: str, *words: str) -> str:
    """What a command says that refuses, after a look at the exit code."""
    found = run(*words)
    assert (found.exit_code, type(found.exception)) == (1, SystemExit), found.output
    assert f" {code} " in f" {found.stderr.split(': ', 1)[1]}"
    return str(found.stderr)


@pytest.fixture(autouse=True)
def people(database: Database) -> None:
    """Three people of sales."""
    for name in ("ann", "bo", "mia"):
        User.objects.create(email=f"{name}@made.example", role="sales", created_at=0)


def test_a_team_is_made_with_who_manages_it_and_the_audit_knows() -> None:
    told = done("team", "add", "emea", "--manager", "mia@made.example")
    assert told == (
        "There is a team emea. mia@made.example manages it. Nobody gets what nobody of it can take.\n"
    )
    team = Team.objects.get()
    assert (team.name, team.manager, team.fallback) == (
        "emea",
        User.objects.get(email="mia@made.example"),
        None,
    )
    entry = Audit.objects.get()
    assert (entry.did, entry.subject) == ("added a team", "team emea")
    assert entry.details == {"manager": "mia@made.example", "fallback": None}


def test_a_team_that_is_there_has_another_manager_or_fallback_or_none() -> None:
    done("team", "add", "emea", "--manager", "mia@made.example")
    done("team", "add", "emea", "--fallback", "ann@made.example")
    assert "mia@made.example manages it. ann@made.example gets" in done("team", "show", "emea")
    done("team", "add", "emea", "--manager", "")
    assert Team.objects.get().manager is None
    refused("HR830", "team", "add", "emea")
    refused("HR830", "team", "add", "EMEA", "--manager", "mia@made.example")


def test_a_name_of_two_words_is_no_teams() -> None:
    refused("HR831", "team", "add", "North America")


def test_who_joins_shares_leads_and_joining_again_changes_how_many() -> None:
    done("team", "add", "emea")
    told = done("team", "join", "emea", "ann@made.example", "--per-day", "5")
    assert told == "ann@made.example is in team emea, with weight 1, 5 at most a day.\n"
    done("team", "join", "emea", "ann@made.example", "--weight", "2", "--per-30-days", "40")
    member = Member.objects.get()
    assert (member.weight, member.per_day, member.per_30_days) == (2, 5, 40)
    done("team", "join", "emea", "ann@made.example", "--per-day", "0")
    assert Member.objects.get().per_day is None
    refused("HR834", "team", "join", "emea", "ann@made.example", "--weight", "0")
    refused("HR834", "team", "join", "emea", "ann@made.example", "--per-day", "-1")
    refused("HR803", "team", "join", "emea", "zoe@made.example")
    assert "Did you mean emea?" in refused("HR832", "team", "join", "emae", "ann@made.example")


def test_who_leaves_and_joins_again_does_not_come_first_for_it() -> None:
    done("team", "add", "emea")
    for name in ("ann", "bo"):
        done("team", "join", "emea", f"{name}@made.example")
    give_out(wanted(agreement_to("team emea"), episodes(1)))
    done("team", "leave", "emea", "ann@made.example")
    refused("HR833", "team", "leave", "emea", "ann@made.example")
    done("team", "join", "emea", "ann@made.example")
    assert done("team", "show", "emea").endswith("bo@made.example is next.\n")


def test_who_is_paused_is_given_none_stays_in_the_team_and_does_not_make_up_for_it() -> None:
    done("team", "add", "emea")
    for name in ("ann", "bo"):
        done("team", "join", "emea", f"{name}@made.example")
    told = done("team", "pause", "emea", "ann@made.example")
    assert told == (
        "ann@made.example is given no leads of team emea now, "
        "until `handraiser team resume emea ann@made.example`.\n"
    )
    done("team", "pause", "emea", "ann@made.example")
    agreement = agreement_to("team emea")
    bo = User.objects.get(email="bo@made.example")
    given = give_out(wanted(agreement, episodes(3)))
    assert [each.owner for each in given] == [bo.pk] * 3
    assert "takes no leads of this team now" in done("team", "show", "emea")
    assert (
        done("team", "resume", "emea", "ann@made.example")
        == "ann@made.example is given leads of team emea now.\n"
    )
    given = give_out(wanted(agreement, episodes(4)))
    assert sorted(each.owner == bo.pk for each in given) == [False, False, True, True]
    refused("HR833", "team", "pause", "emea", "mia@made.example")
    said = list(Audit.objects.order_by("id").values_list("did", flat=True))
    assert said[-2:] == ["gave somebody no more leads of a team", "gave somebody leads of a team again"]


def test_a_team_is_shown_with_what_they_were_given_and_who_cannot_take_one() -> None:
    done("team", "add", "emea")
    for name in ("ann", "bo"):
        done("team", "join", "emea", f"{name}@made.example")
    done("team", "join", "emea", "mia@made.example", "--per-30-days", "1")
    TimeOff.objects.create(
        user=User.objects.get(email="bo@made.example"), begins_at=0, ends_at=2**52, created_at=0
    )
    from handraiser.edge.running import now

    give_out(wanted(agreement_to("team emea"), episodes(3)), now())
    lines = done("team", "show", "emea").splitlines()
    assert lines[1].split() == ["email", "name", "weight", "today", "30", "days"]
    shown = {line.split()[0].partition("@")[0]: line.split()[1:] for line in lines[2:5]}
    assert shown["ann"] == ["1", "2", "2"]
    assert shown["mia"] == ["1", "1", "1", "of", "1", "1", "of", "1", "in", "30", "days"]
    assert shown["bo"][:5] == ["1", "0", "0", "away", "until"]
    assert lines[5] == "ann@made.example is next."
    assert done("team", "list").split() == ["team", "members", "manager", "fallback", "emea", "3"]


def test_a_team_that_is_removed_leaves_leads_with_who_has_them() -> None:
    done("team", "add", "emea")
    done("team", "join", "emea", "ann@made.example")
    (found,) = give_out(wanted(agreement_to("team emea"), episodes(1)))
    done("team", "remove", "emea")
    assert not Team.objects.exists()
    assert not Member.objects.exists()
    assert found.owner is not None
    assert list(User.objects.filter(handoffs__isnull=False)) == [User.objects.get(pk=found.owner)]
    assert Audit.objects.latest("id").details == {"members": ["ann@made.example"]}
    assert done("team", "list") == "There are no teams.\n"


def test_what_is_known_of_somebody_is_shown() -> None:
    done("team", "add", "emea")
    done("team", "join", "emea", "ann@made.example")
    done("team", "pause", "emea", "ann@made.example")
    done(
        "user",
        "set",
        "ann@made.example",
        "--signs",
        "--hours",
        "mon-thu 09:00-12:30",
        "--manager",
        "mia@made.example",
    )
    shown = dict(line.split(None, 1) for line in done("user", "show", "ann@made.example").splitlines())
    assert (shown["role"], shown["signs"], shown["teams"]) == ("sales", "for sales", "emea (paused)")
    assert (shown["hours"], shown["manager"]) == ("mon-thu 09:00-12:30", "mia@made.example")
    refused("HR803", "user", "show", "zoe@made.example")


def test_when_and_where_somebody_works_is_set_and_taken_away() -> None:
    done(
        *("user", "set", "ann@made.example", "--timezone", "Europe/Berlin", "--holidays", "DE-BY, US"),
        *("--hours", "mon-thu 09:00-12:30, 13:30-18:00; fri 09:00-15:00"),
    )
    ann = User.objects.get(email="ann@made.example")
    assert (ann.timezone, ann.holidays) == ("Europe/Berlin", ["DE-BY", "US"])
    office = [[540, 750], [810, 1080]]
    assert ann.hours == [office, office, office, office, [[540, 900]], [], []]
    done("user", "set", "ann@made.example", "--timezone", "", "--hours", "", "--holidays", "")
    ann = User.objects.get(email="ann@made.example")
    assert (ann.timezone, ann.hours, ann.holidays) == ("", None, [])
    assert "Europe/Berlin" in refused("HR835", "user", "set", ann.email, "--timezone", "Berlin")
    refused("HR835", "user", "set", ann.email, "--hours", "9-17")
    refused("HR835", "user", "set", ann.email, "--hours", "mon 09:00-10:00; mon-fri 09:00-10:00")
    refused("HR835", "user", "set", ann.email, "--holidays", "XX")
    assert run("user", "set", ann.email).exit_code == 2


def test_a_role_and_a_name_change_without_leaving() -> None:
    done("user", "set", "ann@made.example", "--role", "manager", "--name", "Ann")
    ann = User.objects.get(email="ann@made.example")
    assert (ann.role, ann.name) == ("manager", "Ann")
    assert Audit.objects.get().details == {"role": "manager", "name": "Ann"}


def test_nobody_manages_themselves_by_way_of_others_either() -> None:
    done("user", "set", "ann@made.example", "--manager", "bo@made.example")
    done("user", "set", "bo@made.example", "--manager", "mia@made.example")
    refused("HR836", "user", "set", "ann@made.example", "--manager", "ann@made.example")
    assert "by way of others" in refused(
        "HR836", "user", "set", "mia@made.example", "--manager", "ann@made.example"
    )
    done("user", "set", "ann@made.example", "--manager", "")
    done("user", "set", "mia@made.example", "--manager", "ann@made.example")


def test_time_off_is_listed_until_it_is_over_or_taken_back() -> None:
    told = done(
        *("away", "add", "ann@made.example", "--from", "2100-08-03", "--until", "2100-08-17"),
        *("--cover", "bo@made.example", "--why", "sea"),
    )
    assert told == (
        "ann@made.example is away from 2100-08-03 until 2100-08-17, UTC. Their leads go to bo@made.example.\n"
    )
    number = str(TimeOff.objects.get().pk)
    row = done("away", "list").splitlines()[1].split()
    assert row == [
        number, "ann@made.example", "2100-08-03", "2100-08-17", "UTC", "bo@made.example", "sea",
    ]  # fmt: skip
    done("away", "remove", number)
    assert done("away", "list") == "Nobody is away, or will be.\n"
    refused("HR838", "away", "remove", number)
    assert [each.did for each in Audit.objects.order_by("id")] == ["added time off", "removed time off"]


def test_days_of_time_off_are_those_where_they_are() -> None:
    done("user", "set", "ann@made.example", "--timezone", "Europe/Berlin")
    until = ("--until", "2100-08-17T07:30:00Z")
    told = done("away", "add", "ann@made.example", "--from", "2100-08-03", *until)
    assert told.startswith(
        "ann@made.example is away from 2100-08-03 until 2100-08-17T07:30:00Z, Europe/Berlin."
    )
    assert iso(TimeOff.objects.get().begins_at) == "2100-08-02T22:00:00Z"
    row = done("away", "list").splitlines()[1].split()
    assert row[2:5] == ["2100-08-03", "2100-08-17T07:30:00Z", "Europe/Berlin"]
    assert "--from" in refused("HR601", "away", "add", "ann@made.example", "--from", "soon", *until)


def test_who_has_no_zone_has_days_by_the_agreement_that_is_live() -> None:
    publish([SALES.replace("agreement: sales", "agreement: sales\ntimezone: America/Sao_Paulo")], NOON)
    done("away", "add", "ann@made.example", "--from", "2100-08-03", "--until", "2100-08-17")
    assert iso(TimeOff.objects.get().begins_at) == "2100-08-03T03:00:00Z"


def test_time_off_that_has_begun_ends_now_when_it_is_taken_back() -> None:
    off = TimeOff.objects.create(
        user=User.objects.get(email="ann@made.example"), begins_at=NOON, ends_at=2**52, created_at=0
    )
    done("away", "remove", str(off.pk))
    off.refresh_from_db()
    assert NOON < off.ends_at < 2**52


@pytest.mark.parametrize(
    ("since", "until", "more"),
    [
        ("2100-08-03", "2100-08-03", ()),
        ("2000-08-03", "2000-08-04", ()),
        ("2100-08-03", "2100-08-04", ("--cover", "ann@made.example")),
    ],
)
def test_time_off_that_cannot_be_is_refused(since: str, until: str, more: tuple[str, ...]) -> None:
    refused("HR837", "away", "add", "ann@made.example", "--from", since, "--until", until, *more)
    assert not TimeOff.objects.exists()
