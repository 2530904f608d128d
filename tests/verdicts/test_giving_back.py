"""Who gave a lead away can take that back for ten minutes: it is as if it had not been given."""

from __future__ import annotations

from typing import Any

import pytest

from handraiser.errors import Mistakes
from handraiser.flows import logging_work, verdicts
from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.logging_work import assign
from handraiser.flows.undoing import taken_back_at, undo
from handraiser.store.due import due_differing
from handraiser.store.models import Alarm, Assignment, Audit, Deadline, Destination, Outgoing
from tests.live.company import HOUR, SECOND
from tests.servers import Database
from tests.verdicts.office import MINUTE, Office, refusal

OLGA, TOM, SID = "olga@made.example", "tom@made.example", "sid@made.example"
MAX, ADA = "max@made.example", "ada@made.example"


def kept(office: Office, episode: int) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """Return the hand-off, and what waits to be due of it."""
    handoff = {name: value for name, value in vars(office.handoff(episode)).items() if name != "_state"}
    waiting = Deadline.objects.filter(episode=episode, done_at=None).order_by("id")
    return handoff, list(waiting.values_list("id", "due_at", "held"))


def refused(office: Office, episode: int, by: str = MAX) -> tuple[str, str, str]:
    before = kept(office, episode), Audit.objects.count()
    with pytest.raises(Mistakes) as raised:
        undo(episode, by=by, now=office.now)
    assert (kept(office, episode), Audit.objects.count()) == before
    return refusal(raised.value)


def whose(office: Office, episode: int) -> list[str]:
    rows = Assignment.objects.filter(episode=episode).order_by("id").select_related("user")
    return [each.user.email.partition("@")[0] if each.user else "nobody" for each in rows]


def test_whose_it_was_and_which_clock_ran_is_as_before(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    before = kept(office, episode)
    office.live.later(MINUTE)
    assign(episode, to=TOM, by=MAX, now=office.now)
    assert kept(office, episode) != before
    office.live.later(MINUTE)
    undo(episode, by=MAX, now=office.now)
    assert kept(office, episode) == before
    assert whose(office, episode) == ["olga", "tom", "olga"]
    back = Assignment.objects.latest("id")
    assert (back.by, back.undoes) == (MAX, Assignment.objects.get(episode=episode, user=office.user("tom")))
    assert (examine_sales(office.now), due_differing()) == ([], [])


def test_given_again_and_again_each_time_it_is_to_be_accepted_anew(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    for turn in (1, 2, 3):
        office.live.later(SECOND)
        assign(episode, to=TOM, by=OLGA, now=office.now)
        assert office.handoff(episode).round == turn
        undo(episode, by=OLGA, now=office.now)
        assert office.handoff(episode).round == 0
    waiting = Deadline.objects.filter(episode=episode, kind="accept", done_at=None)
    assert set(waiting.values_list("round", flat=True)) == {0}
    assert verdicts.accept(episode, by=OLGA, now=office.now).stage == "sal"


def test_what_was_due_meanwhile_happens_then(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    due_at = Deadline.objects.get(episode=episode, kind="accept", act="due").due_at
    office.live.later(due_at - office.now - MINUTE)
    assign(episode, to=TOM, by=MAX, now=office.now)
    office.live.later(2 * MINUTE)
    assert not Deadline.objects.get(episode=episode, kind="accept", act="due", round=0).fired
    undo(episode, by=MAX, now=office.now)
    office.live.worker.settle()
    assert Deadline.objects.get(episode=episode, kind="accept", act="due", round=0).fired
    assert office.handoff(episode).due_at == due_at
    assert due_differing() == []


def test_what_was_nobodys_is_nobodys_again_and_those_concerned_are_told(database: Database) -> None:
    office = Office()
    Destination.objects.create(name="all", kind="webhook", address="https://made.example/", created_at=0)
    episode = office.arrives(owner=None)
    assign(episode, to=TOM, by=MAX, now=office.now)
    assert not Alarm.objects.filter(episode=episode, closed_at=None).exists()
    undo(episode, by=MAX, now=office.now)
    assert office.handoff(episode).owner is None
    assert Alarm.objects.filter(episode=episode, kind="unassigned", closed_at=None).exists()
    assert list(Outgoing.objects.order_by("id").values_list("kind", flat=True))[-2:] == [
        "lead.assigned",
        "lead.unassigned",
    ]


def test_a_paused_lead_stays_paused(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    logging_work.pause(episode, why="their holidays", by=OLGA, now=office.now)
    office.live.later(MINUTE)
    before = kept(office, episode)
    assign(episode, to=TOM, by=OLGA, now=office.now)
    undo(episode, by=OLGA, now=office.now)
    assert kept(office, episode) == before
    office.live.later(HOUR)
    undone = logging_work.resume(episode, by=OLGA, now=office.now)
    assert undone.owner == office.user("olga")


def test_after_ten_minutes_it_stays_given(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    assign(episode, to=TOM, by=MAX, now=office.now)
    office.live.later(10 * MINUTE + SECOND)
    code, says, _ = refused(office, episode)
    assert (code, says) == ("HR848", f"Episode {episode} was given away 10 minutes ago.")


@pytest.mark.parametrize(
    ("acts", "says"),
    [
        (lambda of, now: verdicts.accept(of, by=TOM, now=now), "tom@made.example has said that episode"),
        (lambda of, now: logging_work.log(of, kind="call", by=TOM, now=now), "has logged a call since"),
        (lambda of, now: logging_work.log(of, kind="note", by=MAX, now=now), "has logged a note since"),
        (lambda of, now: logging_work.pause(of, why="away", by=TOM, now=now), "clocks stand still"),
        (lambda of, now: assign(of, to=SID, by=TOM, now=now), "may not undo episode"),
    ],
)
def test_once_somebody_has_done_something_with_it_it_stays_given(
    database: Database, acts: Any, says: str
) -> None:
    office = Office()
    episode = office.arrives()
    assign(episode, to=TOM, by=MAX, now=office.now)
    office.live.later(SECOND)
    acts(episode, office.now)
    assert says in refused(office, episode)[1]


def test_who_did_not_give_it_takes_nothing_back(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    assign(episode, to=TOM, by=MAX, now=office.now)
    for other in (OLGA, TOM, ADA):
        assert refused(office, episode, by=other)[0] == "HR844"


def test_taken_back_twice_is_taken_back_once(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    assign(episode, to=TOM, by=MAX, now=office.now)
    assert taken_back_at(episode) is None
    for _ in range(2):
        assert undo(episode, by=MAX, now=office.now).owner == office.user("olga")
    assert whose(office, episode) == ["olga", "tom", "olga"]
    assert taken_back_at(episode) == office.now
    office.live.later(11 * MINUTE)
    assert refused(office, episode)[2] == "There is nothing more to take back. Say what is so now."


def test_a_verdict_before_it_can_be_taken_back_once_the_giving_was(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.accept(episode, by=OLGA, now=office.now)
    assign(episode, to=TOM, by=MAX, now=office.now)
    assert refused(office, episode, by=OLGA)[0] == "HR844"
    undo(episode, by=MAX, now=office.now)
    assert undo(episode, by=OLGA, now=office.now).stage == "mql"
    assert due_differing() == []


def test_a_team_keeps_what_was_given_by_hand_and_accepted_by_mistake(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    assign(episode, to=SID, by=MAX, now=office.now)
    verdicts.accept(episode, by=TOM, now=office.now)
    undo(episode, by=TOM, now=office.now)
    handoff = office.handoff(episode)
    assert (handoff.owner, handoff.team) == (office.user("sid"), office.team)
