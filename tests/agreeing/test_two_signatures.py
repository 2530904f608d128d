"""Marketing proposes, both sides sign, and only then is it live: on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from handraiser.agreement import load
from handraiser.edge.proposal_tests import keeping_tested, kept_of, reckon_backtest
from handraiser.edge.proposals_told import state_of
from handraiser.errors import Mistakes
from handraiser.flows.beside import run_beside, stop_beside
from handraiser.flows.live import live_at
from handraiser.flows.proposing import freeze_backtest, is_outdated, propose, propose_end, withdraw
from handraiser.flows.publishing import Signatures, publish_here
from handraiser.flows.publishing import publish as publish_at_once
from handraiser.flows.signing import decline, remark, sign
from handraiser.flows.users import Profile, change_user
from handraiser.store.beside import beside
from handraiser.store.models import Audit, Handoff, Proposal, Publication, Remark, User
from tests.live.company import DAY, HOUR, NOON, SECOND, Live
from tests.servers import Database, until

TEXT = """
agreement: demo
fit: {rules: []}
engagement:
  rules:
    - {rule: demo, event: Demo Requested, points: 40}
    - {rule: paper, event: Content Downloaded, points: 5}
qualify: {mql: score >= 40}
"""
LOOSER = TEXT.replace("points: 5", "points: 40")
MARA, SAM, MIA, VERA = "mara@made.example", "sam@made.example", "mia@made.example", "vera@made.example"


@pytest.fixture(autouse=True)
def people(database: Database) -> None:
    """One of each role, of whom marketing, sales and the manager sign."""
    roles = {MARA: "marketing", SAM: "sales", MIA: "manager", VERA: "viewer"}
    for email, role in roles.items():
        User.objects.create(email=email, role=role, created_at=0, signs=role != "viewer")


def proposed(text: str = LOOSER, *, now: int = NOON, tested: bool = True, **more: Any) -> Proposal:
    made = propose(text, comment="Papers are worth a call.", by=MARA, now=now, **more)
    return freeze_backtest(made.pk, {"gained": 3}, now=now) if tested else made


def refused(code: str, doing: Any, *given: Any, **more: Any) -> str:
    """What is said where something is refused by this code."""
    with pytest.raises(Mistakes) as mistakes:
        doing(*given, **more)
    (found,) = mistakes.value.diagnostics
    assert found.code == code
    return found.says


def names_live(at: int) -> list[str]:
    return [one.agreement.fingerprint for one in live_at(at) if not one.shadow]


def test_it_is_live_once_both_have_signed_and_not_before() -> None:
    live = Live(TEXT, at=NOON)
    proposal = proposed()
    assert sign(proposal.pk, by=MARA, now=NOON + HOUR).published is None
    assert names_live(NOON + 2 * HOUR) == [Publication.objects.get().fingerprint]
    said = sign(proposal.pk, by=SAM, now=NOON + 2 * HOUR)
    assert said.published is not None
    assert names_live(NOON + 2 * HOUR) == [proposal.fingerprint]
    kept = Proposal.objects.get()
    made = kept.publication
    assert made is not None
    assert (kept.state, kept.ended_at, made.live_from) == ("signed", NOON + 2 * HOUR, NOON + 2 * HOUR)
    assert (made.marketing, made.sales) == (User.objects.get(email=MARA), User.objects.get(email=SAM))
    live.clock.at = NOON + 3 * HOUR
    live.track({"userId": "ann"}, "Content Downloaded")
    (episode,) = live.episodes()
    assert (episode.fingerprint, episode.publication_id) == (proposal.fingerprint, made.pk)


def test_it_begins_at_its_instant_or_at_once_where_that_has_passed_by_then() -> None:
    later = proposed(live_from=NOON + 2 * DAY)
    sign(later.pk, by=SAM, now=NOON + HOUR)
    sign(later.pk, by=MARA, now=NOON + DAY)
    assert names_live(NOON + 2 * DAY - 1) == []
    assert names_live(NOON + 2 * DAY) == [later.fingerprint]
    late = proposed(TEXT, now=NOON + 3 * DAY, live_from=NOON + 4 * DAY)
    sign(late.pk, by=SAM, now=NOON + 5 * DAY)
    sign(late.pk, by=MARA, now=NOON + 6 * DAY)
    assert names_live(NOON + 6 * DAY - 1) == [later.fingerprint]
    assert names_live(NOON + 6 * DAY) == [late.fingerprint]
    assert "is past" in refused("HR809", proposed, now=NOON + 7 * DAY, live_from=NOON)


def test_each_side_signs_once_and_nobody_for_both() -> None:
    proposal = proposed()
    sign(proposal.pk, by=SAM, now=NOON)
    assert "already for sales" in refused("HR887", sign, proposal.pk, by=MIA, now=NOON)
    User.objects.filter(email=SAM).update(role="marketing")
    refused("HR805", sign, proposal.pk, by=SAM, now=NOON)
    User.objects.filter(email=MARA).update(signs=False)
    assert "does not sign for marketing" in refused("HR884", sign, proposal.pk, by=MARA, now=NOON)
    assert "for neither side" in refused("HR884", sign, proposal.pk, by=VERA, now=NOON)
    assert Remark.objects.filter(says="sign").count() == 1
    assert not Publication.objects.exists()


def test_what_somebody_signed_stays_signed_when_they_leave() -> None:
    proposal = proposed()
    sign(proposal.pk, by=SAM, now=NOON)
    User.objects.filter(email=SAM).update(left_at=NOON)
    said = sign(proposal.pk, by=MARA, now=NOON + HOUR)
    assert said.published is not None
    assert said.published.publication.sales == User.objects.get(email=SAM)


def test_only_marketing_proposes_and_says_what_for() -> None:
    refused("HR883", propose, TEXT, comment="Why not?", by=SAM, now=NOON)
    refused("HR882", propose, TEXT, comment=" ", by=MARA, now=NOON)
    with pytest.raises(Mistakes) as mistakes:
        propose("agreement: demo\nqualify: {mql: pont > 3}\n", comment="x", by=MARA, now=NOON)
    assert {each.at.file for each in mistakes.value.diagnostics} == {"the agreement"}
    Live(TEXT, at=NOON)
    assert "nothing would change" in refused("HR808", propose, TEXT, comment="x", by=MARA, now=NOON)


def test_nobody_signs_what_nobody_can_have_read() -> None:
    proposal = proposed(tested=False)
    refused("HR886", sign, proposal.pk, by=SAM, now=NOON)
    freeze_backtest(proposal.pk, {"gained": 1}, now=NOON)
    freeze_backtest(proposal.pk, {"gained": 2}, now=NOON)
    assert Proposal.objects.get().backtest == {"gained": 1}
    sign(proposal.pk, by=SAM, now=NOON)


def test_what_was_compared_with_something_else_is_proposed_anew() -> None:
    Live(TEXT, at=NOON)
    first, second = proposed(now=NOON + HOUR), proposed(TEXT.replace("40", "50"), now=NOON + HOUR)
    for email in (SAM, MARA):
        sign(first.pk, by=email, now=NOON + 2 * HOUR)
    assert is_outdated(second, NOON + 2 * HOUR)
    refused("HR885", sign, second.pk, by=SAM, now=NOON + 2 * HOUR)
    withdraw(second.pk, by=MARA, now=NOON + 2 * HOUR, why="To be compared anew.")
    assert Proposal.objects.get(pk=second.pk).state == "withdrawn"


def test_who_declines_says_why_and_that_ends_it() -> None:
    proposal = proposed()
    refused("HR882", decline, proposal.pk, why="", by=SAM, now=NOON)
    refused("HR884", decline, proposal.pk, why="No.", by=VERA, now=NOON)
    decline(proposal.pk, why="We cannot call sixty a week.", by=SAM, now=NOON)
    assert "was declined" in refused("HR881", sign, proposal.pk, by=MARA, now=NOON)
    refused("HR881", withdraw, proposal.pk, by=MARA, now=NOON)
    remark(proposal.pk, "Then forty?", by=MARA, now=NOON + HOUR)
    refused("HR884", remark, proposal.pk, "And I?", by=VERA, now=NOON)
    said = [(each.says, each.side, each.text) for each in Remark.objects.order_by("pk")]
    assert said == [("decline", "sales", "We cannot call sixty a week."), ("comment", "", "Then forty?")]
    refused("HR880", sign, 99, by=MARA, now=NOON)


def test_an_older_one_comes_back_by_being_signed_again() -> None:
    live = Live(TEXT, at=NOON)
    old = Publication.objects.get()
    newer = proposed(now=NOON + HOUR)
    for email in (SAM, MARA):
        sign(newer.pk, by=email, now=NOON + HOUR)
    back = proposed(old.text, now=NOON + 2 * HOUR)
    for email in (SAM, MARA):
        sign(back.pk, by=email, now=NOON + 2 * HOUR)
    assert names_live(NOON + 2 * HOUR) == [old.fingerprint]
    live.clock.at = NOON + 3 * HOUR
    live.track({"userId": "ann"}, "Content Downloaded")
    assert live.episodes() == []
    live.track({"userId": "ann"}, "Demo Requested")
    assert [each.fingerprint for each in live.episodes()] == [old.fingerprint]


def test_one_that_has_ended_decides_nobody_and_what_is_with_sales_stays_there() -> None:
    live = Live(TEXT, at=NOON)
    live.track({"userId": "ann"}, "Demo Requested")
    refused("HR888", propose_end, "other", comment="x", by=MARA, now=live.clock.at)
    ending = propose_end("demo", comment="No demos any more.", by=MARA, now=live.clock.at)
    refused("HR808", propose_end, "demo", comment="Once more.", by=MARA, now=live.clock.at)
    for email in (SAM, MARA):
        sign(ending.pk, by=email, now=live.clock.at)
    assert names_live(live.clock.at) == []
    live.later(HOUR)
    live.track({"userId": "bob"}, "Demo Requested")
    assert [each.lead_id for each in live.episodes()] == [live.lead("user", "ann")]
    assert [each.ended_at for each in Handoff.objects.all()] == [None]
    # It can be live again, and then it is a beginning: what happened in between is history.
    again = proposed(TEXT, now=live.clock.at)
    for email in (SAM, MARA):
        sign(again.pk, by=email, now=live.clock.at)
    live.later(SECOND)
    live.worker.settle()
    assert {each.lead_id: each.from_history for each in live.episodes()} == {
        live.lead("user", "ann"): False,
        live.lead("user", "bob"): True,
    }


def test_what_people_ended_does_not_come_back_with_whoever_serves() -> None:
    Live(TEXT, at=NOON)
    agreement = load(TEXT, file="served")
    ending = propose_end("demo", comment="x", by=MARA, now=NOON)
    for email in (SAM, MARA):
        sign(ending.pk, by=email, now=NOON + HOUR)
    here = publish_here(agreement, now=NOON + DAY)
    assert (here.new, here.stays) == (False, Publication.objects.get(ends=True))
    assert names_live(NOON + DAY) == []


def test_what_is_outdated_is_said_to_be_so() -> None:
    Live(TEXT, at=NOON)
    first, second = proposed(now=NOON + HOUR), proposed(TEXT.replace("40", "50"), now=NOON + HOUR)
    for email in (SAM, MARA):
        sign(first.pk, by=email, now=NOON + HOUR)
    second.refresh_from_db()
    assert state_of(second, NOON + HOUR) == "outdated"
    assert state_of(Proposal.objects.get(pk=first.pk), NOON + HOUR) == "signed"


def test_who_is_of_neither_side_is_not_made_to_sign() -> None:
    assert "neither side" in refused("HR804", change_user, VERA, Profile(signs=True), who="test", now=NOON)
    change_user(SAM, Profile(role="viewer"), who="test", now=NOON)
    assert User.objects.get(email=SAM).signs is False


def test_a_shadow_ends_with_what_is_live_or_by_itself() -> None:
    Live(TEXT, at=NOON)
    shadow = load(LOOSER, file="shadow")
    publish_at_once(shadow, signed=None, live_from=None, shadow=True, who="test", now=NOON + HOUR)
    assert [one.shadow for one in live_at(NOON + HOUR)] == [False, True]
    proposal = proposed(now=NOON + HOUR)
    for email in (SAM, MARA):
        sign(proposal.pk, by=email, now=NOON + 2 * HOUR)
    assert [one.shadow for one in live_at(NOON + 2 * HOUR)] == [False]


def test_a_proposal_runs_beside_what_is_live_until_it_is_stopped() -> None:
    live = Live(TEXT, at=NOON)
    proposal = proposed(now=live.clock.at)
    run_beside(proposal.pk, by=MARA, now=live.clock.at)
    refused("HR883", run_beside, proposal.pk, by=SAM, now=live.clock.at)
    live.later(HOUR)
    live.track({"userId": "ann"}, "Content Downloaded")
    live.track({"userId": "bob"}, "Demo Requested")
    assert live.told() == [live.lead("user", "bob")]
    found = beside("demo", since=NOON, until=live.clock.at, zone="UTC")
    assert [each[1:] for each in found.days] == [(1, 2, 0, 1)]
    assert ([lead for lead, _ in found.shadow_alone], found.live_alone) == ([live.lead("user", "ann")], [])
    stop_beside("demo", by=MARA, now=live.clock.at)
    refused("HR888", stop_beside, "demo", by=MARA, now=live.clock.at)
    assert [one.shadow for one in live_at(live.clock.at)] == [False]
    live.later(HOUR)
    live.track({"userId": "cleo"}, "Content Downloaded")
    assert [each.shadow for each in live.episodes()].count(True) == 2


def test_what_it_would_have_found_is_that_of_a_back_test_and_names_nobody(tmp_path: Any) -> None:
    live = Live(TEXT, at=NOON)
    for name in ("ann", "bob"):
        live.track({"userId": name}, "Content Downloaded")
    live.track({"userId": "cleo"}, "Demo Requested")
    proposal = proposed(now=live.clock.at, tested=False)
    found = reckon_backtest(proposal.pk, tmp_path, now=live.clock.at)
    assert found.against is not None
    assert (found.test.mqls, found.against.mqls, found.gained, found.lost) == (3, 1, 2, 0)
    kept = Proposal.objects.get()
    assert kept_of(kept) == found
    assert not {"gained_leads", "refused"} & set(kept.backtest)


def test_a_worker_reckons_what_is_proposed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("HANDRAISER_FOLDER", str(tmp_path))
    proposal = proposed(tested=False)
    with keeping_tested(tmp_path):
        until(lambda: Proposal.objects.get().backtest, says="nobody has reckoned it")
    assert kept_of(Proposal.objects.get()) is not None
    sign(proposal.pk, by=SAM, now=NOON)


def test_all_of_it_is_in_the_audit_log() -> None:
    proposal = proposed()
    sign(proposal.pk, by=MARA, now=NOON)
    sign(proposal.pk, by=MIA, now=NOON)
    said = [(each.who, each.did) for each in Audit.objects.order_by("pk")]
    assert said == [
        (MARA, "proposed an agreement"), (MARA, "signed a proposal"), (MIA, "signed a proposal"),
        (MIA, "published"),
    ]  # fmt: skip
    assert {each.subject for each in Audit.objects.all()} == {"agreement demo"}


def test_who_signs_at_the_terminal_may_be_a_manager_too() -> None:
    signed = Signatures(MARA, MIA)
    agreement = load(TEXT, file="made")
    publish_at_once(agreement, signed=signed, live_from=None, shadow=False, who="test", now=NOON)
    assert Publication.objects.get().sales == User.objects.get(email=MIA)
