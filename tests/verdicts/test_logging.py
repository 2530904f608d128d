"""Sales calls, writes and waits: first contact is read from what is logged."""

from __future__ import annotations

from typing import Any

import pytest

from handraiser.errors import Mistakes
from handraiser.flows import logging_work, verdicts
from handraiser.store.models import Deadline, LogEntry, Pause
from tests.live.company import DAY, HOUR
from tests.servers import Database
from tests.verdicts.office import MINUTE, Office, refusal

OLGA = "olga@made.example"


def log(office: Office, episode: int, kind: str, **said: Any) -> None:
    logging_work.log(episode, kind=kind, by=OLGA, now=office.now, **said)


def refused(verb: Any, *given: Any, **said: Any) -> tuple[str, str, str]:
    with pytest.raises(Mistakes) as raised:
        verb(*given, **said)
    return refusal(raised.value)


def test_the_first_entry_that_is_no_note_is_first_contact(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    office.live.later(HOUR)
    log(office, episode, "note", note="asks for a price")
    assert office.handoff(episode).contacted_at is None
    assert ("contact", 0) in office.waiting(episode)
    office.live.later(HOUR)
    log(office, episode, "email")
    assert office.handoff(episode).contacted_at == office.now
    assert ("contact", 0) not in office.waiting(episode)
    office.live.later(HOUR)
    log(office, episode, "call")
    assert office.handoff(episode).contacted_at == office.now - HOUR


def test_first_contact_is_when_it_was_made_not_when_it_was_logged(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    handed_at = office.handoff(episode).handed_at
    assert handed_at is not None
    office.live.later(24 * HOUR)
    log(office, episode, "call", at=handed_at + 2 * HOUR)
    handoff = office.handoff(episode)
    assert (handoff.contacted_at, handoff.contact_business) == (handed_at + 2 * HOUR, 2 * HOUR)
    entry = LogEntry.objects.get(episode=episode)
    assert (entry.at, entry.logged_at) == (handed_at + 2 * HOUR, office.now)
    # What comes to light later may have been done before.
    log(office, episode, "email", at=handed_at + HOUR)
    assert office.handoff(episode).contacted_at == handed_at + HOUR


def test_nothing_was_done_in_the_future_or_before_there_was_a_lead(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    handed_at = office.handoff(episode).handed_at
    assert handed_at is not None
    for at in (office.now + 1, handed_at - 1):
        with pytest.raises(Mistakes) as raised:
            log(office, episode, "call", at=at)
        assert refusal(raised.value)[0] == "HR846"
    assert not LogEntry.objects.exists()


def test_each_entry_keeps_the_first_step_that_asks_for_it_and_is_still_to_be_done(database: Database) -> None:
    office = Office()  # call, email, call
    episode = office.arrives()
    log(office, episode, "call")
    assert {step for kind, step in office.waiting(episode) if kind == "follow_up"} == {1, 2}
    office.live.later(MINUTE)
    log(office, episode, "call")
    assert {step for kind, step in office.waiting(episode) if kind == "follow_up"} == {1}
    office.live.later(MINUTE)
    log(office, episode, "call")
    assert {step for kind, step in office.waiting(episode) if kind == "follow_up"} == {1}


def test_what_nobody_logs_is_refused_with_what_is(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    with pytest.raises(Mistakes) as raised:
        log(office, episode, "e-mail")
    code, says, fix = refusal(raised.value)
    assert (code, fix) == ("HR845", "Did you mean `email`?")
    assert "`e-mail`" in says


def test_the_same_entry_is_logged_once(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    at = office.now
    for _ in range(2):
        office.live.later(MINUTE)
        log(office, episode, "call", at=at, note="left a message")
    assert LogEntry.objects.count() == 1


def test_while_a_lead_is_waited_for_no_clock_runs(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    due = set(Deadline.objects.filter(episode=episode).values_list("kind", "step", "act", "due_at"))
    logging_work.pause(episode, why="on holiday until Friday", by=OLGA, now=office.now)
    assert not Deadline.objects.filter(episode=episode, done_at=None, held=False).exists()
    office.live.later(3 * DAY)
    office.live.worker.settle()
    logging_work.resume(episode, by=OLGA, now=office.now)
    rows = Deadline.objects.filter(episode=episode, done_at=None, held=False)
    later = set(rows.values_list("kind", "step", "act", "due_at"))
    assert len(later) == len(due)
    before = {key[:3]: key[3] for key in due}
    # Plain hours are as much later as the clocks stood still.
    assert {at - before[kind, step, act] for kind, step, act, at in later if kind == "expire"} == {3 * DAY}
    pause = Pause.objects.get(episode=episode)
    assert (pause.why, pause.by, pause.ends_at) == ("on holiday until Friday", OLGA, office.now)


def test_a_pause_has_a_reason_and_there_is_one_at_a_time(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    now = office.now
    assert refused(logging_work.resume, episode, by=OLGA, now=now)[0] == "HR849"
    assert refused(logging_work.pause, episode, why=" ", by=OLGA, now=now)[0] == "HR847"
    for _ in range(2):
        logging_work.pause(episode, why="waits for the lead", by=OLGA, now=now)
    code, says, _ = refused(logging_work.pause, episode, why="another", by=OLGA, now=now)
    assert (code, says.rpartition(": ")[2]) == ("HR849", "waits for the lead")
    for _ in range(2):
        logging_work.resume(episode, by=OLGA, now=now)
    assert Pause.objects.count() == 1


def test_time_to_accept_leaves_out_when_the_clocks_stood_still(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    handed_at = office.handoff(episode).handed_at
    assert handed_at is not None
    logging_work.pause(episode, why="waits for the lead", by=OLGA, now=office.now)
    office.live.later(HOUR)
    logging_work.resume(episode, by=OLGA, now=office.now)
    office.live.later(HOUR)
    verdicts.accept(episode, by=OLGA, now=office.now)
    assert office.handoff(episode).accept_business == office.now - handed_at - HOUR


def test_a_lead_is_handed_to_somebody_who_is_there(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    given = {"by": OLGA, "now": office.now}
    handoff = logging_work.assign(episode, to="tom@made.example", why="knows them", **given)
    assert handoff.owner == office.user("tom")
    assert refused(logging_work.assign, episode, to="sid@made.example", **given)[0] == "HR844"
    manager = {"by": "max@made.example", "now": office.now}
    assert refused(logging_work.assign, episode, to="vera@made.example", **manager)[0] == "HR844"
    assert refused(logging_work.assign, episode, to="nobody@made.example", **manager)[0] == "HR803"


def test_of_what_has_ended_nothing_is_logged_paused_or_given_away(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.lose(episode, by=OLGA, now=office.now)
    given = {"by": OLGA, "now": office.now}
    assert refused(logging_work.log, episode, kind="call", **given)[:2] == (
        "HR849", f"Episode {episode} has ended: it is lost.",
    )  # fmt: skip
    assert refused(logging_work.pause, episode, why="x", **given)[0] == "HR849"
    assert refused(logging_work.assign, episode, to="tom@made.example", **given)[0] == "HR849"


def test_what_ends_is_paused_no_more(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    logging_work.pause(episode, why="waits for the lead", by=OLGA, now=office.now)
    office.live.later(HOUR)
    verdicts.lose(episode, by=OLGA, now=office.now)
    assert Pause.objects.get(episode=episode).ends_at == office.now
