"""Somebody says whether a person or a machine did something: what follows, and what stays."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet
import pytest

from handraiser.errors import Mistakes
from handraiser.flows.causes import Cause
from handraiser.flows.examining import What, examine
from handraiser.flows.exporting import export
from handraiser.flows.history import append_history, history_folder
from handraiser.flows.judging import DoneBy, judge
from handraiser.store.bulk import query
from handraiser.store.models import Audit, Dirty, Judgement, User
from handraiser.store.whole import history_inputs
from handraiser.tables.paths import FileKind
from oracle import Oracle
from tests.live.company import HOUR, Live
from tests.live.comparing import SHOWN, compare_standings
from tests.servers import Database

MAILS = """
agreement: mails
fit: {rules: []}
engagement:
  decay: half-life 30 days
  rules:
    - {rule: click, event: Email Link Clicked, distinct: email_id, points: 10}
    - {rule: any_click, event: Email Link Clicked, machines: count, points: 1}
    - {rule: paper, event: Content Downloaded, points: 5}
qualify: {mql: score >= 15}
"""
ANN = {"userId": "ann"}
MARA = "mara@made.example"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
def live(database: Database) -> Live:
    made = Live(MAILS)
    for name, role in (("mara", "marketing"), ("sam", "sales"), ("vera", "viewer")):
        User.objects.create(email=f"{name}@made.example", role=role, created_at=0)
    made.identify(ANN, email="ann@acme.example")
    return made


def click(live: Live, mail: str, *, by_machine: bool = False) -> int:
    """Ann's mail is clicked; return the number of what was done."""
    context = {"userAgent": BOT} if by_machine else {}
    said = {"event": "Email Link Clicked", "properties": {"email_id": mail}, "context": context}
    live.hear({"type": "track", **said, **ANN})
    ((number,),) = query("SELECT max(id) FROM store_activity")
    return int(number)


def say(live: Live, activity: int, verdict: DoneBy, by: str = MARA) -> bool:
    changed = judge(live.lead("user", "ann"), activity=activity, verdict=verdict, by=by, now=live.clock.at)
    live.worker.settle()
    return changed


def replayed(live: Live, folder: Path) -> tuple[Oracle, int]:
    """Return the oracle over what is exported, and now."""
    export(str(folder), FileKind.PARQUET, now=live.clock.at)
    leads, events = (
        parquet.read_table(folder / f"{name}.parquet").to_pylist() for name in ("leads", "events")
    )
    for row in events:
        row["properties"] = json.loads(row["properties"])
    return Oracle(MAILS, leads, (), events), live.clock.at


def test_a_click_that_a_person_made_after_all_counts_at_once_and_can_be_said_anew(
    live: Live, tmp_path: Path
) -> None:
    number = click(live, "m1", by_machine=True)
    ann = live.lead("user", "ann")
    assert live.score(ann) == 1
    before = live.clock.at
    live.later(HOUR)
    for verdict, least in ((DoneBy.HUMAN, 10.9), (DoneBy.MACHINE, 0.9), (DoneBy.HUMAN, 10.9)):
        assert say(live, number, verdict)
        oracle, now = replayed(live, tmp_path / str(Judgement.objects.count()))
        assert live.score(ann) == oracle.score(str(ann), now).score >= least
        live.later(HOUR)
    assert not say(live, number, DoneBy.HUMAN)  # said already: nothing is written
    assert [(each.was, each.verdict, each.by) for each in Judgement.objects.order_by("id")] == [
        ("machine", "human", MARA),
        ("human", "machine", MARA),
        ("machine", "human", MARA),
    ]
    assert Audit.objects.filter(did="judged an event", subject=f"lead {ann}", who=MARA).count() == 3
    # It counts as of any instant, also before it was said.
    assert oracle.score(str(ann), before).score > 10


def test_a_click_of_the_same_mail_counts_in_place_of_the_one_that_a_machine_made(live: Live) -> None:
    first = click(live, "m1")
    live.later(HOUR)
    click(live, "m1")
    ann = live.lead("user", "ann")
    assert 11.9 < (live.score(ann) or 0) <= 12
    say(live, first, DoneBy.MACHINE)
    assert 11.9 < (live.score(ann) or 0) <= 12
    shown = {live.clock.at: query(SHOWN)}
    compare_standings(shown, {live.publications[0]: MAILS}, least=0)


def test_an_episode_that_has_begun_stays_none_begins_in_the_past_and_the_doctor_knows_why(
    live: Live, tmp_path: Path
) -> None:
    machine = click(live, "m1", by_machine=True)
    live.track(ANN, "Content Downloaded")
    assert live.episodes() == []
    live.later(HOUR)
    say(live, machine, DoneBy.HUMAN)
    ann = live.lead("user", "ann")
    assert (live.score(ann) or 0) > 15
    assert live.episodes() == []  # nothing has happened to her since
    live.track(ANN, "Content Downloaded")
    (episode,) = live.episodes()
    assert live.told() == [ann]
    say(live, machine, DoneBy.MACHINE)
    assert (live.score(ann) or 0) < 15
    assert [each.pk for each in live.episodes()] == [episode.pk]
    assert not Dirty.objects.exists()
    examined = examine(live.clock.at)
    assert [(each.what, each.cause) for each in examined.differences] == [(What.EPISODE, Cause.JUDGED)]
    say(live, machine, DoneBy.HUMAN)
    examined = examine(live.clock.at)
    assert [(each.what, each.cause) for each in examined.differences] == [(What.EPISODE, Cause.JUDGED)]


def test_files_of_the_history_stay_as_they_are_and_are_read_with_what_was_said(
    live: Live, tmp_path: Path
) -> None:
    number = click(live, "m1", by_machine=True)
    append_history(tmp_path)
    say(live, number, DoneBy.HUMAN)
    assert append_history(tmp_path) == 0
    with duckdb.connect() as con, history_inputs(con, history_folder(tmp_path)) as inputs:
        found = con.sql(f"SELECT verdict FROM {inputs.events.relation} WHERE event LIKE 'Email%'").fetchall()
    assert found == [("human",)]


@pytest.mark.parametrize("who", ["vera", "sam"])  # who looks on, and whom the lead is none of the business of
def test_who_may_not_say_so_is_refused(live: Live, who: str) -> None:
    number = click(live, "m1", by_machine=True)
    with pytest.raises(Mistakes) as refused:
        say(live, number, DoneBy.HUMAN, f"{who}@made.example")
    assert refused.value.diagnostics[0].code == "HR844"
    assert not Judgement.objects.exists()


def test_what_somebody_else_did_is_not_the_leads(live: Live) -> None:
    live.identify({"userId": "bob"}, email="bob@acme.example")
    live.track({"userId": "bob"}, "Content Downloaded")
    ((number,),) = query("SELECT max(id) FROM store_activity")
    with pytest.raises(Mistakes) as refused:
        say(live, number, DoneBy.MACHINE)
    assert refused.value.diagnostics[0].code == "HR860"
