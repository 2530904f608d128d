"""Sales says yes, no, or how it went: what follows of it is written once, and nothing is passed over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from handraiser.errors import Mistakes
from handraiser.flows import logging_work, verdicts
from handraiser.flows.moving import Barred
from handraiser.flows.undoing import undo
from handraiser.store.models import Alarm, Audit, Destination, Episode, Handoff, Move, Outcome, Outgoing
from tests.live.company import DAY, HOUR, SECOND, publish
from tests.servers import Database
from tests.verdicts.office import AGREEMENT, MINUTE, Office, refusal

OLGA, TOM, SID = "olga@made.example", "tom@made.example", "sid@made.example"
Verb = Callable[..., Handoff]


def refused(verb: Verb, episode: int, office: Office, **said: Any) -> tuple[str, str, str]:
    """Return code, sentence and fix of what is refused; nothing was written for it."""
    before = (office.moves(episode), office.outcomes(episode), Audit.objects.count())
    with pytest.raises(Mistakes) as raised:
        verb(episode, now=office.now, **({"by": OLGA} | said))
    assert (office.moves(episode), office.outcomes(episode), Audit.objects.count()) == before
    return refusal(raised.value)


def test_what_sales_accepts_is_a_sales_accepted_lead_and_its_owners(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    office.live.later(30 * MINUTE)
    handoff = verdicts.accept(episode, by=OLGA, now=office.now)
    assert (handoff.stage, handoff.stage_at, handoff.accepted_at) == ("sal", office.now, office.now)
    assert office.moves(episode)[1:] == [("mql", "sal", "olga", False)]
    assert office.outcomes(episode) == ["accepted"]
    assert office.handoff(episode).ended_at is None


def test_stages_that_were_passed_over_are_inferred_at_the_same_instant_and_marked(database: Database) -> None:
    # Elsewhere the date of a stage that was skipped is blank (RESEARCH.md 3, no. 16).
    office = Office()
    episode = office.arrives()
    verdicts.win(episode, by=OLGA, now=office.now, amount=900)
    assert office.moves(episode)[1:] == [
        ("mql", "sal", "olga", True),
        ("sal", "sql", "olga", True),
        ("sql", "opportunity", "olga", True),
        ("opportunity", "customer", "olga", False),
    ]
    assert len({each.at for each in Move.objects.filter(episode=episode).order_by("id")[1:]}) == 1
    handoff = office.handoff(episode)
    assert (handoff.stage, handoff.accepted_at) == ("customer", handoff.ended_at)
    assert office.outcomes(episode) == ["customer"]


def test_a_second_mql_leaves_the_first_as_it_was(database: Database) -> None:
    # Elsewhere its date is overwritten (RESEARCH.md 1.4 and 3, no. 16).
    office = Office()
    first = office.arrives()
    verdicts.recycle(first, by=OLGA, now=office.now, reason="not_ready")
    kept = (office.handoff(first).handed_at, office.moves(first))
    office.live.later(31 * DAY)
    second = office.arrives()
    assert second != first
    assert (office.handoff(first).handed_at, office.moves(first)) == kept
    assert [office.handoff(each).stage for each in (first, second)] == ["recycled", "mql"]


def test_what_was_recycled_begins_from_nothing_after_the_reasons_own_time(database: Database) -> None:
    # Elsewhere a score cannot be lowered when sales sends a lead back (RESEARCH.md 3, no. 12).
    office = Office()
    episode = office.arrives()
    verdicts.recycle(episode, by=OLGA, now=office.now, reason="no_budget", note="next year", rule="demo")
    office.live.later(80 * DAY)
    office.live.track({"userId": "ann"}, "Demo Requested")
    assert len(office.live.episodes()) == 1
    office.live.later(11 * DAY)
    office.live.track({"userId": "ann"}, "Pricing Viewed")
    assert len(office.live.episodes()) == 2
    move = Move.objects.get(episode=episode, became="recycled")
    assert (move.why, move.note, move.details) == ("no_budget", "next year", {"misled_by": "demo"})
    outcome = Outcome.objects.get(episode=episode)
    assert (outcome.reason, outcome.note, outcome.misled_by) == ("no_budget", "next year", "demo")


def test_backwards_is_an_error_that_names_what_is_allowed_and_never_silence(database: Database) -> None:
    # Elsewhere it is ignored (RESEARCH.md 1.4 and 3, no. 17).
    office = Office()
    episode = office.arrives()
    verdicts.qualify_sales(episode, by=OLGA, now=office.now)
    with pytest.raises(Barred) as raised:
        verdicts.accept(episode, by=OLGA, now=office.now)
    allowed = ("opportunity", "customer", "lost", "recycled", "disqualified", "merged")
    assert raised.value.allowed == allowed
    code, says, fix = refusal(raised.value)
    assert (code, says) == ("HR841", f"What is sql does not become sal, episode {episode} neither.")
    assert all(stage in fix for stage in allowed)
    assert office.handoff(episode).stage == "sql"


def test_what_has_ended_takes_no_verdict_but_reopening(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.lose(episode, by=OLGA, now=office.now, reason="no_budget", competitor="Rival Ltd")
    assert refused(verdicts.qualify_sales, episode, office)[0] == "HR841"
    details = Move.objects.get(episode=episode, became="lost").details
    assert details == {"competitor": "Rival Ltd"}
    verdicts.reopen(episode, by="mara@made.example", now=office.now)
    assert office.moves(episode)[-1] == ("lost", "lead", "mara", False)
    assert office.outcomes(episode) == ["lost", "reopened"]


def test_a_reopened_lead_becomes_an_mql_again_as_another_episode(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.disqualify(episode, by=OLGA, now=office.now, reason="not_ready")
    office.live.later(DAY)
    office.live.track({"userId": "ann"}, "Pricing Viewed")
    assert len(office.live.episodes()) == 1  # closed
    verdicts.reopen(episode, by=OLGA, now=office.now)
    office.live.later(SECOND)
    office.live.track({"userId": "ann"}, "Pricing Viewed")
    assert len(office.live.episodes()) == 2


@pytest.mark.parametrize("verb", [verdicts.recycle, verdicts.disqualify, verdicts.lose])
def test_a_reason_that_disqualifies_does_so_whichever_verdict_it_comes_with(
    database: Database, verb: Verb
) -> None:
    office = Office()
    episode = office.arrives()
    verb(episode, by=OLGA, now=office.now, reason="bad_data")
    handoff = office.handoff(episode)
    assert (handoff.stage, handoff.reason) == ("disqualified", "bad_data")
    assert office.outcomes(episode) == ["disqualified"]


def test_an_opportunity_is_in_the_agreements_currency_and_won_for_its_amount(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.open_opportunity(
        episode, by=OLGA, now=office.now, amount=1200.5, expected_close="2026-06-30", note="two sites"
    )
    (move,) = Move.objects.filter(episode=episode, became="opportunity")
    assert move.details == {"amount": 1200.5, "currency": "EUR", "expected_close": "2026-06-30"}
    verdicts.win(episode, by=OLGA, now=office.now)
    won = Outcome.objects.get(episode=episode, stage="customer")
    assert (won.amount, won.currency) == (1200.5, "EUR")


def test_what_is_said_again_in_the_same_words_is_no_error_and_written_once(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    said: list[Callable[[], Handoff]] = [
        lambda: verdicts.accept(episode, by=OLGA, now=office.now),
        lambda: verdicts.qualify_sales(episode, by=OLGA, now=office.now, note="budget and need"),
        lambda: verdicts.open_opportunity(episode, by=OLGA, now=office.now, amount=5),
        lambda: verdicts.win(episode, by=OLGA, now=office.now),
        lambda: verdicts.reopen(episode, by=OLGA, now=office.now),
    ]
    for say in said:
        once = say()
        moves, outcomes, audits = office.moves(episode), office.outcomes(episode), Audit.objects.count()
        office.live.later(MINUTE)
        assert (say().stage, say().stage_at) == (once.stage, once.stage_at)
        assert (office.moves(episode), office.outcomes(episode)) == (moves, outcomes)
        assert Audit.objects.count() == audits


def test_the_same_verdict_in_other_words_is_another_and_not_allowed(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.recycle(episode, by=OLGA, now=office.now, reason="not_ready")
    assert refused(verdicts.recycle, episode, office, reason="no_budget")[0] == "HR841"


def test_words_that_the_agreement_does_not_know_are_refused_with_the_nearest(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    code, says, fix = refused(verdicts.recycle, episode, office, reason="no_bugdet")
    assert (code, says) == ("HR842", "The agreement crm has no reason `no_bugdet`.")
    assert fix == "Did you mean `no_budget`?"
    code, says, fix = refused(verdicts.recycle, episode, office, reason=None)
    assert (code, says) == ("HR842", "The agreement crm wants a reason for this.")
    assert "`not_ready`" in fix
    code, _, fix = refused(verdicts.recycle, episode, office, reason="not_ready", rule="prising")
    assert (code, fix) == ("HR843", "Did you mean `pricing`?")
    assert refused(verdicts.win, episode, office, amount=-1.0)[0] == "HR847"
    assert refused(verdicts.win, episode, office, amount=float("nan"))[0] == "HR847"
    assert refused(verdicts.win, episode, office, amount=1, currency="euros")[0] == "HR847"
    assert refused(verdicts.open_opportunity, episode, office, expected_close="soon")[0] == "HR847"
    assert refused(verdicts.win, episode, office, note="x" * 20_001)[0] == "HR847"


def test_why_a_deal_was_lost_is_in_ones_own_words_and_need_not_be_said(database: Database) -> None:
    office = Office()
    ann, ben = office.arrives("ann"), office.arrives("ben")
    verdicts.lose(ann, by=OLGA, now=office.now, reason="They built it themselves", competitor="Rival Ltd")
    verdicts.lose(ben, by=OLGA, now=office.now)
    assert [office.handoff(each).reason for each in (ann, ben)] == ["They built it themselves", None]
    assert Outcome.objects.get(episode=ann).reason == "They built it themselves"


def test_nobody_is_offered_a_reason_that_only_the_clock_gives(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    for reason in (None, "something else", "expird"):
        assert "expired" not in refused(verdicts.recycle, episode, office, reason=reason)[2]


def test_where_an_agreement_has_no_reasons_any_will_do_or_none(database: Database) -> None:
    office = Office(AGREEMENT.partition("recycle:")[0])
    verdicts.recycle(office.arrives("ann"), by=OLGA, now=office.now, reason=None)
    ben = office.arrives("ben")
    verdicts.recycle(ben, by=OLGA, now=office.now, reason="Never answers")
    assert office.handoff(ben).reason == "Never answers"


def test_a_user_who_is_none_or_has_left_says_nothing(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    code, _, fix = refused(verdicts.accept, episode, office, by="olha@made.example")
    assert (code, fix) == ("HR803", "Did you mean olga@made.example?")
    user = office.user("olga")
    user.left_at = office.now
    user.save()
    assert refused(verdicts.accept, episode, office)[0] == "HR803"


@pytest.mark.parametrize("name", ["sid", "mara", "vera"])
def test_who_has_nothing_to_do_with_a_lead_says_nothing_of_it(database: Database, name: str) -> None:
    office = Office()
    episode = office.arrives()
    for verb in (verdicts.accept, verdicts.qualify_sales):
        code, says, fix = refused(verb, episode, office, by=f"{name}@made.example")
        assert (code, fix.partition(":")[0]) == ("HR844", "Who may")
        assert says.endswith("which is olga@made.example's.")


def test_a_colleague_of_the_team_who_accepts_has_the_lead(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    assert refused(verdicts.qualify_sales, episode, office, by=TOM)[0] == "HR844"
    handoff = verdicts.accept(episode, by=TOM, now=office.now)
    assert handoff.owner == office.user("tom")
    assert verdicts.qualify_sales(episode, by=TOM, now=office.now).stage == "sql"
    assert refused(verdicts.win, episode, office)[0] == "HR844"  # it is Olga's no more


def test_anybody_of_sales_accepts_what_is_nobodys(database: Database) -> None:
    office = Office()
    episode = office.arrives(owner=None)
    Alarm.objects.get_or_create(
        episode_id=episode, kind="unassigned", closed_at=None, defaults={"why": "", "opened_at": office.now}
    )
    assert verdicts.accept(episode, by=SID, now=office.now).owner == office.user("sid")
    assert not Alarm.objects.filter(episode=episode, closed_at=None).exists()


def test_a_manager_accepts_for_the_owner(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    assert verdicts.accept(episode, by="max@made.example", now=office.now).owner == office.user("olga")
    assert office.moves(episode)[-1].by == "max"


def test_who_has_accepted_needs_no_longer_to_and_still_has_to_call(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    steps = {("follow_up", step) for step in range(3)}
    assert office.waiting(episode) == {("accept", 0), ("contact", 0), ("expire", 0), *steps}
    verdicts.accept(episode, by=OLGA, now=office.now)
    assert office.waiting(episode) == {("contact", 0), *steps}
    verdicts.qualify_sales(episode, by=OLGA, now=office.now)
    assert office.waiting(episode) == set()


def test_time_to_accept_is_kept_as_it_was_and_as_business_time(database: Database) -> None:
    office = Office()  # Monday noon; open from nine to six
    episode = office.arrives()
    handed_at = office.handoff(episode).handed_at
    assert handed_at is not None
    office.live.later(24 * HOUR)
    verdicts.accept(episode, by=OLGA, now=office.now)
    handoff = office.handoff(episode)
    assert handoff.accepted_at == office.now
    assert handoff.accept_business == office.now - handed_at - 15 * HOUR  # of the night


def test_a_verdict_is_written_to_the_audit_with_how_it_came(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    verdicts.recycle(episode, by="Olga@Made.example", now=office.now, reason="not_ready", through="key 3 crm")
    row = Audit.objects.latest("id")
    assert (row.who, row.did, row.subject) == (OLGA, "said recycled", f"episode {episode}")
    assert row.details == {"was": "mql", "reason": "not_ready", "through": "key 3 crm"}


def test_of_a_shadow_or_of_no_episode_nothing_is_said(database: Database) -> None:
    office = Office()
    assert refused(verdicts.accept, 4711, office)[:2] == ("HR840", "There is no episode 4711.")
    publish([AGREEMENT.replace("agreement: crm", "agreement: beside")], office.now, shadow=True)
    office.arrives()
    shadow = Episode.objects.get(shadow=True)
    code, says, _ = refused(verdicts.accept, shadow.pk, office)
    assert (code, says.partition(": ")[2]) == ("HR840", "nobody was handed it.")


def test_what_nobody_gave_a_verdict_on_expires_and_what_somebody_did_does_not(database: Database) -> None:
    office = Office()
    ann, ben = office.arrives("ann"), office.arrives("ben")
    verdicts.accept(ben, by=OLGA, now=office.now)
    assert verdicts.expire(ann, now=office.now)
    assert not verdicts.expire(ann, now=office.now)
    assert not verdicts.expire(ben, now=office.now)
    assert office.moves(ann)[-1] == ("mql", "recycled", "handraiser", False)
    assert (office.handoff(ann).reason, office.handoff(ben).stage) == ("expired", "sal")


def test_of_an_episode_from_history_a_verdict_has_no_time_to_accept(database: Database) -> None:
    office = Office()
    episode = office.arrives()
    Handoff.objects.filter(pk=episode).update(handed_at=None, round_at=None)
    verdicts.accept(episode, by=OLGA, now=office.now)
    handoff = office.handoff(episode)
    assert (handoff.accepted_at, handoff.accept_business) == (office.now, None)


def test_whoever_wants_to_know_is_told_of_all_that_is_said_and_of_nothing_that_is_not(
    database: Database,
) -> None:
    office = Office()
    Destination.objects.create(
        name="crm", kind="webhook", address="https://crm.example/in", created_at=office.now
    )
    episode = office.arrives()
    verdicts.accept(episode, by=TOM, now=office.now)
    logging_work.log(episode, kind="call", by=TOM, now=office.now)
    logging_work.log(episode, kind="email", by=TOM, now=office.now)
    logging_work.pause(episode, why="waits for the lead", by=TOM, now=office.now)
    logging_work.resume(episode, by=TOM, now=office.now)
    refused(verdicts.accept, episode, office)
    verdicts.open_opportunity(episode, by=TOM, now=office.now, amount=1200)
    undo(episode, by=TOM, now=office.now)
    verdicts.recycle(episode, by=TOM, now=office.now, reason="not_ready")
    rows = list(Outgoing.objects.filter(episode=episode).order_by("id"))
    assert [each.kind.removeprefix("lead.") for each in rows if each.kind != "lead.unassigned"] == [
        "mql", "assigned", "accepted", "contacted", "paused", "resumed", "opportunity", "undone", "recycled",
    ]  # fmt: skip
    last = rows[-1].payload["data"]
    assert (last["by"], last["reason"], last["owner"]["email"]) == (TOM, "not_ready", TOM)
    assert last["lead"]["name"] == "Ann"


def test_of_two_who_take_a_lead_at_once_one_has_it(database: Database) -> None:
    office = Office()
    episode = office.arrives(owner=None)
    names = ("olga", "tom", "sid")

    def take(name: str) -> str:
        try:
            verdicts.accept(episode, by=f"{name}@made.example", now=office.now)
        except Mistakes as mistakes:
            return refusal(mistakes)[0]
        finally:
            connections.close_all()
        return "taken"

    with ThreadPoolExecutor(len(names)) as threads:
        results = list(threads.map(take, names))
    (owner,) = [name for name, result in zip(names, results, strict=True) if result == "taken"]
    assert {*results} <= {"taken", "HR841", "HR844"}
    assert office.handoff(episode).owner == office.user(owner)
    assert office.moves(episode)[1:] == [("mql", "sal", owner, False)]
    assert office.outcomes(episode) == ["accepted"]
