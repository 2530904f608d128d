"""Somebody objects to being scored: what ends, what never begins, and what is so again afterwards?"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from handraiser.errors import Mistakes
from handraiser.flows.consenting import note_consent
from handraiser.flows.examining import examine
from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.exporting import export
from handraiser.flows.joining import join
from handraiser.flows.verdicts import win
from handraiser.store.consents import no_mail_to
from handraiser.store.models import Consent, Handoff, Outcome, Outgoing
from handraiser.store.whole import history_inputs
from handraiser.tables.paths import FileKind
from tests.handing.test_mqls_with_sales import ANN, SALES, somewhere, team
from tests.live.company import HOUR, SECOND, Live
from tests.servers import Database

BOB = {"userId": "bob"}
MARKETING = "m@made.example"


def objects(live: Live, lead: int, says: str = "objection") -> None:
    note_consent(lead, purpose="profiling", says=says, by=MARKETING, now=live.clock.at, source="by mail")
    live.later(SECOND)
    live.worker.settle()


def is_consistent(live: Live) -> bool:
    return examine(live.clock.at).differences == [] and examine_sales(live.clock.at) == []


def leads_in(tmp_path: Path, live: Live) -> tuple[set[str], set[str]]:
    """Return the leads of an export, and those of the history that what-if reads."""
    export(str(tmp_path / f"at{live.clock.at}"), FileKind.PARQUET, now=live.clock.at)
    files = tmp_path / f"at{live.clock.at}"
    ids = {row[0] for row in duckdb.sql(f"SELECT lead_id FROM '{files}/events.parquet'").fetchall()}
    with duckdb.connect() as con, history_inputs(con, tmp_path / "none") as inputs:
        whole = {row[0] for row in con.sql(f"SELECT lead_id FROM {inputs.events.relation}").fetchall()}
    return ids, whole


def test_an_objection_ends_what_is_open_and_nothing_begins_until_it_is_withdrawn(
    database: Database, tmp_path: Path
) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    somewhere()
    for who in (ANN, BOB):
        live.identify(who, email=f"{who['userId']}@made.example")
        live.track(who, "Content Downloaded")
    ann, bob = live.lead("user", "ann"), live.lead("user", "bob")
    objects(live, ann)
    ended = Handoff.objects.get(episode__lead=ann)
    assert (ended.stage, ended.reason, ended.owner) == ("disqualified", "objected to profiling", lee)
    told = Outgoing.objects.filter(kind="lead.disqualified").get().payload["data"]
    assert (told["owner"]["email"], told["reason"]) == (lee.email, "objected to profiling")
    assert (live.score(ann), live.score(bob)) == (None, 10)
    live.later(HOUR)
    live.track(ANN, "Demo Requested")
    assert (live.score(ann), len(live.episodes())) == (None, 2)
    assert no_mail_to([ann, bob]) == {ann}
    assert leads_in(tmp_path, live) == ({str(bob)}, {str(bob)})
    assert is_consistent(live)
    objects(live, ann, "withdrawn")
    live.later(HOUR)
    live.track(ANN, "Content Downloaded")
    assert live.score(ann) == 21
    first, _, again = live.episodes()
    assert (first.lead_id, again.lead_id, again.ordinal) == (ann, ann, 2)
    assert Handoff.objects.get(pk=again.pk).stage == "mql"
    assert leads_in(tmp_path, live) == ({str(ann), str(bob)}, {str(ann), str(bob)})
    assert is_consistent(live)


def test_what_sales_closed_before_an_objection_stays_closed_after_it(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    live.identify(ANN, email="ann@made.example")
    live.track(ANN, "Content Downloaded")
    ann = live.lead("user", "ann")
    win(Handoff.objects.get().pk, by=lee.email, now=live.clock.at)
    live.later(SECOND)
    objects(live, ann)
    objects(live, ann, "withdrawn")
    assert list(Outcome.objects.values_list("stage", flat=True)) == ["customer"]
    live.track(ANN, "Content Downloaded")
    assert (live.score(ann), len(live.episodes())) == (20, 1)
    assert is_consistent(live)


def test_who_turns_out_to_be_one_that_objects_is_left_alone_too(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    live.identify(ANN, email="ann@made.example")
    live.identify(BOB, email="bob@made.example")
    live.track(BOB, "Content Downloaded")
    ann, bob = live.lead("user", "ann"), live.lead("user", "bob")
    objects(live, ann)
    join(bob, ann, by=MARKETING, now=live.clock.at)
    live.later(SECOND)
    live.worker.settle()
    assert (live.score(bob), Handoff.objects.get().stage) == (None, "disqualified")
    assert is_consistent(live)


def test_what_is_said_is_kept_once_with_who_wrote_it_down(database: Database) -> None:
    live = Live(SALES)
    live.identify(ANN, email="ann@made.example")
    ann = live.lead("user", "ann")
    for _ in range(2):
        note_consent(ann, purpose="mail", says="consent", by=MARKETING, now=live.clock.at, source="form 3")
        live.later(SECOND)
    kept = Consent.objects.get()
    assert (kept.says, kept.source, kept.by, kept.at) == ("consent", "form 3", MARKETING, kept.noted_at)
    assert (no_mail_to([ann]), live.score(ann)) == (set(), 0)
    note_consent(ann, purpose="mail", says="withdrawn", by=MARKETING, now=live.clock.at)
    assert no_mail_to([ann]) == {ann}
    with pytest.raises(Mistakes) as told_so:
        note_consent(ann, purpose="mail", says="consent", by=MARKETING, now=0, at=1)
    assert told_so.value.diagnostics[0].code == "HR846"
