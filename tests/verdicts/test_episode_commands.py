"""Sales says in a terminal what becomes of its leads."""

from __future__ import annotations

from typing import Any

from typer.testing import CliRunner

from handraiser.edge.cli import app
from handraiser.edge.running import now
from handraiser.flows import logging_work, verdicts
from handraiser.store.models import Handoff, Move, Outcome, User
from tests.live.company import HOUR
from tests.servers import Database
from tests.verdicts.office import Office

OLGA = "olga@made.example"
BY = ("--by", OLGA)


def run(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def said(*words: object) -> str:
    done = run(*words)
    assert done.exit_code == 0, done.output
    return str(done.stdout)


def refused(code: str, *words: object) -> str:
    done = run(*words)
    assert done.exit_code == 1, done.output
    assert code in done.output
    return str(done.output)


def test_every_verdict_can_be_given_in_a_terminal(database: Database) -> None:
    office = Office()
    ann, ben, cleo, dan = (office.arrives(who) for who in ("ann", "ben", "cleo", "dan"))
    assert said("episode", "accept", ann, *BY) == f"Episode {ann} is sal, and {OLGA}'s.\n"
    said("episode", "log", ann, "call", *BY, "--note", "left a message")
    said("episode", "pause", ann, *BY, "--why", "waits for the lead")
    said("episode", "resume", ann, *BY)
    said("episode", "sql", ann, *BY, "--note", "has a budget")
    said("episode", "opportunity", ann, *BY, "--amount", 1200, "--close", "2030-06-30")
    assert said("episode", "won", ann, *BY) == f"Episode {ann} is customer, and {OLGA}'s.\n"
    said("episode", "undo", ann, *BY)
    assert Handoff.objects.get(pk=ann).stage == "opportunity"
    said("episode", "recycle", ben, *BY, "--reason", "not_ready", "--rule", "demo")
    said("episode", "disqualify", cleo, *BY, "--reason", "bad_data")
    assert said("episode", "reopen", cleo, *BY) == f"Episode {cleo} is lead, and {OLGA}'s.\n"
    assert said("episode", "assign", dan, *BY, "--to", "tom@made.example").endswith("tom@made.example's.\n")
    said("episode", "lost", dan, "--by", "tom@made.example", "--competitor", "Rival Ltd")
    listed = [line.split() for line in said("episode", "list").splitlines()[1:]]
    assert {(row[0], row[3]) for row in listed} == {
        (str(ann), "opportunity"), (str(ben), "recycled"), (str(cleo), "lead"), (str(dan), "lost"),
    }  # fmt: skip


def test_the_list_is_of_whom_and_of_what_is_asked_for(database: Database) -> None:
    office = Office()
    ann, ben = office.arrives("ann"), office.arrives("ben", owner=None)
    for words, found in (
        (("--owner", OLGA), {str(ann)}),
        (("--owner", "nobody"), {str(ben)}),
        (("--stage", "mql", "--open"), {str(ann), str(ben)}),
    ):
        lines = said("episode", "list", *words).splitlines()
        assert {line.split()[0] for line in lines[1:]} == found
    assert said("episode", "list", "--stage", "lost") == "There are no such episodes.\n"
    assert run("episode", "list", "--stage", "sold").exit_code == 2


def test_an_episode_is_shown_with_why_whose_what_is_due_and_all_that_happened(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    office.live.later(HOUR)
    verdicts.accept(episode, by=OLGA, now=office.now)
    logging_work.log(episode, kind="call", by=OLGA, now=office.now, note="left\na message")
    logging_work.pause(episode, why="on holiday", by=OLGA, now=office.now)
    verdicts.open_opportunity(episode, by=OLGA, now=office.now, amount=1200)
    shown = said("episode", "show", episode)
    assert f"Episode {episode} of lead 1, number 1 under crm" in shown
    assert "opportunity since 2026-03-02T13:00" in shown
    assert f"{OLGA}'s" in shown
    assert "after 1 h 00 min, 1 h 00 min of it open" in shown
    for line in (
        "mql, qualified",
        "call: left a message",
        "opportunity: amount: 1200",
        "clocks stand still: on holiday",
    ):
        assert line in shown
    assert "sql, passed over to opportunity" in shown


def test_what_is_still_to_be_done_is_shown_with_when_it_is_due(database: Database) -> None:
    office = Office()
    shown = said("episode", "show", office.arrives())
    rows = [line.split() for line in shown.splitlines() if "2026-03-" in line and "Z" in line]
    due = {row[0]: row[1] for row in rows if row[0] in ("accept", "contact", "call", "email", "expire")}
    assert set(due) == {"accept", "contact", "call", "email", "expire"}
    assert due["accept"].startswith("2026-03-02T16:00")  # four hours after noon


def test_what_is_wrong_is_told_with_its_code(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    assert "There is no episode 4711." in refused("HR840", "episode", "accept", 4711, *BY)
    refused("HR840", "episode", "show", "first")
    assert "Did you mean `no_budget`?" in refused(
        "--reason: HR842", "episode", "recycle", episode, *BY, "--reason", "no_bugdet"
    )
    refused("HR846", "episode", "log", episode, "call", *BY, "--at", "2999-01-01")
    refused("HR601", "episode", "log", episode, "call", *BY, "--at", "yesterday")
    said("episode", "sql", episode, *BY)
    assert "It can become opportunity," in refused("HR841", "episode", "accept", episode, *BY)
    assert run("episode", "accept", episode).exit_code == 2  # nobody says it


def test_an_outcome_of_another_system_is_a_verdict_or_is_kept(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    lead = office.live.lead("user", "ann")
    assert said("outcome", lead, "opportunity", "--amount", 5, *BY) == f"Lead {lead}: opportunity is kept.\n"
    assert Handoff.objects.get(pk=episode).stage == "opportunity"
    office.live.identify({"userId": "dan"}, email="dan@other.example")
    dan = office.live.lead("user", "dan")
    said("outcome", dan, "lost", "--agreement", "crm", "--competitor", "Rival Ltd", "--at", "2026-03-01")
    kept = Outcome.objects.get(episode=None)
    assert (kept.person_id, kept.stage, kept.agreement, kept.competitor) == (dan, "lost", "crm", "Rival Ltd")
    assert kept.by.endswith("on the command line")
    refused("HR847", "outcome", dan, "sold")
    assert "Did you mean `crm`?" in refused("HR847", "outcome", dan, "lost", "--agreement", "crn")
    refused("HR840", "outcome", 4711, "lost")


def test_what_is_no_number_of_an_episode_is_told_as_it_was_typed(database: Database) -> None:
    Office()
    assert "`abc` is not the number of an episode." in refused("HR840", "episode", "accept", "abc", *BY)
    assert "`-1` is not the id of a lead." in refused("HR840", "outcome", "--", "-1", "lost")


def test_a_list_of_whom_nobody_knows_is_refused_and_one_of_who_has_left_is_not(database: Database) -> None:
    office = Office()
    ann = office.arrives("ann")
    asked = ("episode", "list", "--owner")
    assert "Did you mean olga@made.example?" in refused("--owner: HR803", *asked, "olgo@made.example")
    User.objects.filter(email=OLGA).update(left_at=office.now)
    assert said(*asked, "Olga@made.example").splitlines()[1].startswith(str(ann))


def test_taking_back_once_more_says_that_there_is_nothing_more(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.accept(episode, by=OLGA, now=office.now)
    Move.objects.filter(episode=episode).update(at=now())
    assert "nothing more" not in said("episode", "undo", episode, *BY)
    assert said("episode", "undo", episode, *BY).startswith(
        "There is nothing more to take back: that was done at 2"
    )


def test_a_colleagues_lead_is_told_to_be_theirs_and_how_to_have_it(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.accept(episode, by=OLGA, now=office.now)
    for who in ("tom", "sid"):
        code = "HR841" if who == "tom" else "HR844"
        told = refused(code, "episode", "accept", episode, "--by", f"{who}@made.example")
        assert f"{OLGA}'s." in told
        assert f"episode assign {episode} --by EMAIL --to {who}@made.example" in told


def test_routes_are_not_tried_with_who_is_still_to_come(database: Database) -> None:
    Office()
    assert "still to come" in refused("--from: HR846", "routes", "--from", "2999-01-01")
    refused("--from: HR846", "routes", "--from", "2026-02-01", "--to", "2026-01-01")
