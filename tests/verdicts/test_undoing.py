"""What somebody said last can be taken back for ten minutes: all is as it was before."""

from __future__ import annotations

import pytest

from handraiser.errors import Mistakes
from handraiser.facts.instants import iso
from handraiser.flows import logging_work, verdicts
from handraiser.flows.undoing import UNTIL, undo
from handraiser.store.models import Alarm, Assignment, Deadline, Move, Outcome
from tests.live.company import HOUR, SECOND
from tests.servers import Database
from tests.verdicts.office import MINUTE, Office, refusal

OLGA, TOM, MAX = "olga@made.example", "tom@made.example", "max@made.example"


def refused(office: Office, episode: int, by: str = OLGA) -> tuple[str, str, str]:
    before = office.moves(episode)
    with pytest.raises(Mistakes) as raised:
        undo(episode, by=by, now=office.now)
    assert office.moves(episode) == before
    return refusal(raised.value)


def test_a_verdict_taken_back_is_as_if_it_had_not_been(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.accept(episode, by=OLGA, now=office.now)
    before, waiting = vars(office.handoff(episode)), office.waiting(episode)
    office.live.later(MINUTE)
    verdicts.win(episode, by=OLGA, now=office.now, amount=5)
    office.live.later(MINUTE)
    undo(episode, by=OLGA, now=office.now)
    after = vars(office.handoff(episode))
    assert {name: after[name] for name in after if name != "_state"} == {
        name: before[name] for name in before if name != "_state"
    }
    assert office.waiting(episode) == waiting
    assert office.outcomes(episode) == ["accepted"]
    assert Outcome.objects.get(episode=episode, stage="customer").undone_at is not None


def test_history_only_grows_and_inferred_moves_go_back_with_it(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.qualify_sales(episode, by=OLGA, now=office.now)
    undo(episode, by=OLGA, now=office.now)
    assert office.moves(episode) == [
        ("", "mql", "handraiser", False),
        ("mql", "sal", "olga", True),
        ("sal", "sql", "olga", False),
        ("sql", "sal", "olga", False),
        ("sal", "mql", "olga", True),
    ]
    taken = Move.objects.filter(episode=episode, undoes__isnull=False).order_by("id")
    assert [(each.was, each.became) for each in taken] == [
        (each.undoes.became, each.undoes.was) for each in taken if each.undoes
    ]
    assert office.handoff(episode).accepted_at is None


def test_clocks_that_it_stopped_run_again_and_what_is_due_meanwhile_happens(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    due = set(Deadline.objects.filter(episode=episode, done_at=None).values_list("pk", "due_at"))
    verdicts.lose(episode, by=OLGA, now=office.now)
    assert not Deadline.objects.filter(episode=episode, done_at=None).exists()
    undo(episode, by=OLGA, now=office.now)
    assert set(Deadline.objects.filter(episode=episode, done_at=None).values_list("pk", "due_at")) == due


def test_a_clock_that_something_else_has_stopped_stays_so(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    log = {"by": OLGA, "now": office.now}
    logging_work.log(episode, kind="call", **log)  # at the very instant of the verdict
    waiting = office.waiting(episode)
    verdicts.lose(episode, by=OLGA, now=office.now)
    undo(episode, by=OLGA, now=office.now)
    assert office.waiting(episode) == waiting
    assert not waiting & {("contact", 0), ("follow_up", 0)}


def test_a_paused_lead_is_paused_again(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    logging_work.pause(episode, why="waits for the lead", by=OLGA, now=office.now)
    office.live.later(MINUTE)
    verdicts.lose(episode, by=OLGA, now=office.now)
    undo(episode, by=OLGA, now=office.now)
    assert not Deadline.objects.filter(episode=episode, done_at=None, held=False).exists()
    office.live.later(HOUR)
    assert logging_work.resume(episode, by=OLGA, now=office.now).stage == "mql"


def test_who_accepted_a_colleagues_lead_gives_it_back(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.accept(episode, by=TOM, now=office.now)
    undo(episode, by=TOM, now=office.now)
    handoff = office.handoff(episode)
    assert (handoff.stage, handoff.owner) == ("mql", office.user("olga"))
    assert [each.user for each in Assignment.objects.filter(episode=episode).order_by("id")] == [
        office.user("olga"), office.user("tom"), office.user("olga"),
    ]  # fmt: skip


def test_what_was_nobodys_is_nobodys_again_and_rings(database: Database) -> None:
    office = Office()
    episode = office.arrives(owner=None)
    verdicts.accept(episode, by=TOM, now=office.now)
    undo(episode, by=TOM, now=office.now)
    assert office.handoff(episode).owner is None
    assert Alarm.objects.filter(episode=episode, kind="unassigned", closed_at=None).exists()


def test_after_ten_minutes_it_stands(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.accept(episode, by=OLGA, now=office.now)
    office.live.later(10 * MINUTE + SECOND)
    said_at = office.handoff(episode).stage_at
    code, says, fix = refused(office, episode)
    assert code == "HR848"
    assert says.endswith("was said 10 minutes ago.")
    assert f"until {iso(said_at + UNTIL)}" in fix


def test_what_another_said_is_theirs_to_take_back(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.accept(episode, by=OLGA, now=office.now)
    verdicts.qualify_sales(episode, by=MAX, now=office.now)
    code, _, fix = refused(office, episode)
    assert (code, fix) == ("HR844", "Who may: whoever gave it.")


def test_how_an_episode_began_nobody_takes_back(database: Database) -> None:
    office = Office()
    assert refused(office, office.arrives())[0] == "HR844"


def test_taken_back_twice_is_taken_back_once(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.accept(episode, by=OLGA, now=office.now)
    verdicts.qualify_sales(episode, by=OLGA, now=office.now)
    for _ in range(2):
        assert undo(episode, by=OLGA, now=office.now).stage == "sal"
    office.live.later(10 * MINUTE + SECOND)
    code, _, fix = refused(office, episode)
    assert (code, fix) == ("HR848", "There is nothing more to take back. Say what is so now.")


def test_what_was_taken_back_can_be_said_again(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    for _ in range(2):
        verdicts.accept(episode, by=OLGA, now=office.now)
        undo(episode, by=OLGA, now=office.now)
    assert verdicts.qualify_sales(episode, by=OLGA, now=office.now).stage == "sql"


def test_a_lead_that_has_begun_another_episode_since_keeps_what_was_said_of_the_first(
    database: Database,
) -> None:
    office = Office(
        "agreement: soon\nfit: {rules: []}\nengagement: {rules: [{rule: demo, event: Demo Requested, "
        "points: 60}]}\nqualify: {mql: score >= 50}\nrecycle: {reasons: {not_ready: {nurture: all}}}\n"
    )
    first = office.arrives()
    verdicts.recycle(first, by=OLGA, now=office.now, reason="not_ready")
    office.live.later(MINUTE)
    second = office.arrives()
    assert second != first
    code, says, _ = refused(office, first)
    assert (code, says) == ("HR848", f"Episode {second} of the lead, under soon, has begun since.")


def test_reopened_and_taken_back_is_closed_for_the_same_reason(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.disqualify(episode, by=OLGA, now=office.now, reason="bad_data")
    ended_at = office.handoff(episode).ended_at
    office.live.later(HOUR)
    verdicts.reopen(episode, by=OLGA, now=office.now)
    undo(episode, by=OLGA, now=office.now)
    handoff = office.handoff(episode)
    assert (handoff.stage, handoff.reason, handoff.ended_at) == ("disqualified", "bad_data", ended_at)
