"""Somebody is forgotten: nothing in a table or a file says who they were, and what is counted is left."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import connection
from typer.testing import CliRunner

from handraiser.edge import settings
from handraiser.edge.cli import app
from handraiser.errors import Mistakes
from handraiser.flows.clearing import clear_away
from handraiser.flows.consenting import note_consent
from handraiser.flows.destinations import remove
from handraiser.flows.erasing import erase
from handraiser.flows.examining import examine
from handraiser.flows.examining_history import examine_history
from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.exporting import export
from handraiser.flows.history import append_history, forget_in_history
from handraiser.flows.joining import join
from handraiser.flows.judging import DoneBy, judge
from handraiser.flows.logging_work import log, pause
from handraiser.flows.purging import purge_delivered
from handraiser.flows.unjoin import unjoin
from handraiser.flows.verdicts import accept, win
from handraiser.store.bulk import query
from handraiser.store.models import (
    Activity,
    Audit,
    Destination,
    Erasure,
    Handoff,
    Join,
    Judgement,
    LogEntry,
    Move,
    Outgoing,
    Reject,
)
from handraiser.store.segments import reading
from handraiser.tables.paths import FileKind
from tests.handing.test_mqls_with_sales import SALES, somewhere, team
from tests.live.company import DAY, HOUR, SECOND, Live, send
from tests.servers import Database

EMAIL, USER, BROWSER, NAME = (
    "Ann.Field@acme.example",
    "user-4711-ann",
    "browser-0815-ann",
    "Annabel Fieldstone",
)
ANN = {"userId": USER, "anonymousId": BROWSER}
BOB = {"userId": "bob"}
TRACES = [each.lower() for each in (EMAIL, USER, BROWSER, NAME)]
MARKETING = "m@made.example"


def everything_said() -> list[str]:
    """Return each table, column and value that has a trace of Ann in it."""
    tables = connection.introspection.table_names()
    found = []
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [each[0] for each in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    text = (
                        bytes(value).decode(errors="replace")
                        if isinstance(value, bytes | memoryview)
                        else value
                    )
                    if any(trace in str(text).lower() for trace in TRACES):
                        found.append(f"{table}.{name}: {text}")
    return found


def files_with_traces(folder: Path) -> list[str]:
    """Return the files of a folder that have a trace of Ann in them, packed or not."""
    found = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        text = path.read_bytes().lower()
        if path.suffix == ".parquet":
            text += repr(pq.read_table(path).to_pydict()).lower().encode()
        if any(trace.encode() in text for trace in TRACES):
            found.append(path.name)
    return found


def a_customer(live: Live) -> tuple[int, int]:
    """Have Ann come, be handed over, buy, be joined and parted with Bob, who names her; return both leads."""
    (lee,) = team("small", "lee@made.example")
    somewhere()
    live.hear(
        {
            "type": "page",
            "anonymousId": BROWSER,
            "properties": {"url": "https://ours.example/?utm_source=news"},
        }
    )
    live.identify(ANN, email=EMAIL, name=NAME, title="Head of <b>")
    live.track(ANN, "Content Downloaded", utm_source="news")
    live.identify(BOB, email="bob@made.example")
    live.track(BOB, "Invitation Sent", email=EMAIL, to=f"<{EMAIL.lower()}>")
    ann, bob = live.lead("user", USER), live.lead("user", "bob")
    made = join(ann, bob, by=MARKETING, now=live.clock.at)
    live.worker.settle()
    unjoin(made, by=MARKETING, now=live.clock.at)
    live.worker.settle()
    live.hear({"type": "alias", "previousId": "ann-before-4711", "userId": USER})
    browser = {"anonymousId": f"{BROWSER}-2"}
    live.track(browser, "Page Viewed")
    live.track({**browser, "userId": USER}, "Page Viewed")
    split = Join.objects.latest("pk").pk
    unjoin(split, by=MARKETING, now=live.clock.at)
    live.track({**browser, "userId": USER}, "Page Viewed")
    live.identify(ANN, name=NAME)
    Reject.objects.create(reason="test", body=f'{{"email": "{EMAIL}"}}'.encode(), received_at=0)
    done = Activity.objects.filter(person__root=ann, event="Content Downloaded").latest("pk")
    judge(ann, verdict=DoneBy.MACHINE, by=MARKETING, now=live.clock.at, activity=done.pk)
    judge(ann, verdict=DoneBy.HUMAN, by=MARKETING, now=live.clock.at, activity=done.pk)
    note_consent(ann, purpose="mail", says="consent", by=MARKETING, now=live.clock.at, source=f"told {EMAIL}")
    (episode,) = Handoff.objects.values_list("pk", flat=True)
    accept(episode, by=lee.email, now=live.clock.at)
    log(episode, kind="call", by=lee.email, now=live.clock.at, note=f"{NAME} wants a demo")
    win(episode, by=lee.email, now=live.clock.at + SECOND, amount=1200.0, note=f"{NAME} signed")
    live.later(SECOND)
    live.worker.settle()
    send([{"type": "track", "event": "Late", "userId": USER, "messageId": "late"}], live.clock.at)
    return ann, bob


def test_nothing_of_who_was_forgotten_is_left_and_what_is_counted_is(
    database: Database, tmp_path: Path
) -> None:
    live = Live(SALES)
    ann, bob = a_customer(live)
    data = tmp_path / "data"
    while append_history(data):
        pass
    assert {each.partition(".")[0].removeprefix("store_") for each in everything_said()} == {
        "activity", "audit", "consent", "event", "identifier", "join", "logentry", "move", "outcome",
        "outgoing", "person", "personpatch", "reject",
    }  # fmt: skip
    assert files_with_traces(data) != []
    moves = list(Move.objects.order_by("id").values_list("at", "was", "became", "fingerprint"))
    customers = query("SELECT key, customer_since FROM store_company ORDER BY key")
    done = erase(ann, who="test", now=live.clock.at)
    assert (done.lead, done.people > 0, done.messages > 3) == (ann, True, True)
    assert everything_said() == []
    assert forget_in_history(data)
    assert clear_away(live.clock.at)
    live.worker.settle()
    assert [
        *files_with_traces(data),
        *(files_with_traces(tmp_path) if connection.vendor == "sqlite" else []),
    ] == []
    # What is counted is there, and all that is stored is what the events give.
    assert list(Move.objects.order_by("id").values_list("at", "was", "became", "fingerprint")) == moves
    assert Move.objects.get(became="customer").details["amount"] == 1200
    assert query("SELECT key, customer_since FROM store_company ORDER BY key") == customers
    assert (LogEntry.objects.get().kind, LogEntry.objects.get().note) == ("call", "")
    touches = [each.properties for each in Activity.objects.filter(event="Touch")]
    assert touches != []
    assert all('"news"' in each for each in touches)
    assert Audit.objects.get(did="erased").subject == f"lead {ann}"
    assert Erasure.objects.get().lead_id == ann
    assert not Judgement.objects.exists()
    assert live.score(bob) is not None
    assert examine(live.clock.at).differences == []
    assert examine_sales(live.clock.at) == []
    assert examine_history(data).differences == []
    assert append_history(data) == 0
    export(str(tmp_path / "files"), FileKind.PARQUET, now=live.clock.at)
    assert files_with_traces(tmp_path / "files") == []
    # Whoever computes scores by these files finds the company to be a customer, as it is here.
    outcomes = pq.read_table(tmp_path / "files" / "outcomes.parquet").to_pylist()
    assert [(each["lead_id"], each["stage"], each["company_id"]) for each in outcomes] == [
        (str(ann), "customer", "acme.example")
    ]


def test_who_comes_again_is_somebody_new(database: Database) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    live.identify(ANN, email=EMAIL)
    live.track(ANN, "Content Downloaded")
    ann = live.lead("user", USER)
    jo = f"Jo{EMAIL}"  # another's, though it ends like hers
    live.hear({"type": "identify", "anonymousId": "b", "traits": {"email": jo}})
    erase(ann, who="test", now=live.clock.at)
    live.worker.settle()
    assert live.score(live.lead("email", jo.lower())) == 0
    assert [body for (body,) in query("SELECT body FROM store_event") if jo in body] != []
    assert {said for (said,) in query("SELECT said FROM store_person") if jo in str(said)} != set()
    with pytest.raises(Mistakes, match="There is no lead"):
        erase(ann, who="test", now=live.clock.at)
    live.later(SECOND)
    live.identify(ANN, email=EMAIL)
    again = live.lead("user", USER)
    assert (again != ann, live.score(again)) == (True, 0)
    live.track(ANN, "Content Downloaded")
    assert [(each.lead_id, each.ordinal) for each in live.episodes()] == [(ann, 1), (again, 1)]
    assert examine(live.clock.at).differences == []


def test_an_open_episode_ends_and_its_owner_is_told_but_not_of_whom(database: Database) -> None:
    live = Live(SALES)
    (lee,) = team("small", "lee@made.example")
    somewhere()
    live.identify(ANN, email=EMAIL, name=NAME)
    live.track(ANN, "Content Downloaded")
    pause(Handoff.objects.get().pk, why=f"{NAME} is away", by="manager@made.example", now=live.clock.at)
    ann = live.lead("user", USER)
    erase(ann, who="test", now=live.clock.at)
    (message,) = Outgoing.objects.all()
    assert (message.kind, message.payload["data"]["lead"]["email"]) == ("lead.disqualified", None)
    assert message.payload["data"]["owner"]["email"] == lee.email
    assert (Handoff.objects.get().stage, Handoff.objects.get().reason) == ("disqualified", "erased")
    assert everything_said() == []
    assert examine_sales(live.clock.at) == []


def doctors_words(data: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(settings, "FOLDER", data)
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 0, done.output
    return str(done.stdout)


def test_files_that_are_read_just_now_are_written_anew_by_the_worker_later(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Live(SALES)
    live.identify(BOB, email="bob@made.example")
    live.identify(ANN, email=EMAIL)
    live.track(ANN, "Page Viewed")
    append_history(tmp_path)
    erase(live.lead("user", USER), who="test", now=live.clock.at)
    assert not Join.objects.exists()
    examined = examine_history(tmp_path)
    assert (examined.differences, examined.behind) == ([], 2)
    waits = "2 files of the history wait for the worker to write them anew without who was forgotten."
    assert waits in doctors_words(tmp_path, monkeypatch)
    assert (Erasure.objects.get().cleared_at is None) is (connection.vendor == "sqlite")
    with reading(tmp_path / "history"):
        assert not forget_in_history(tmp_path)
        assert append_history(tmp_path) == 0
        assert files_with_traces(tmp_path / "history") != []
    live.later(HOUR)
    live.worker.settle()
    append_history(tmp_path)
    assert Erasure.objects.get().cleared_at is not None
    assert files_with_traces(tmp_path / "history") == []
    examined = examine_history(tmp_path)
    assert (examined.differences, examined.behind) == ([], 0)
    assert "wait for the worker to write" not in doctors_words(tmp_path, monkeypatch)


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "purged"])
def test_programs_that_were_told_of_the_lead_are_told_to_forget_it(database: Database, kept: bool) -> None:
    live = Live(SALES)
    team("small", "lee@made.example")
    somewhere()
    for name, kind, wants in (
        ("first", "webhook", ["lead.mql"]), ("never", "webhook", ["lead.lost"]), ("channel", "slack", []),
    ):  # fmt: skip
        Destination.objects.create(
            name=name, kind=kind, address="https://a.example", kinds=wants, created_at=0
        )
    live.identify(ANN, email=EMAIL, name=NAME)
    live.track(ANN, "Content Downloaded")
    ann = live.lead("user", USER)
    Outgoing.objects.update(delivered=True, done_at=live.clock.at, attempts=1)
    Destination.objects.filter(name="first").update(disabled_at=live.clock.at)
    if not kept:
        live.later(40 * DAY)
        assert purge_delivered(live.clock.at, days=30) == 3
        assert not Outgoing.objects.exists()
    erase(ann, who="test", now=live.clock.at)
    assert everything_said() == []
    told = list(Outgoing.objects.filter(kind="lead.erased").select_related("destination").order_by("pk"))
    assert [each.destination.name for each in told] == ["hook", "first"]
    assert len({each.key for each in told}) == 2
    assert all(each.payload["data"].keys() == {"text", "at", "lead"} for each in told)
    assert [each.payload["data"]["lead"] for each in told] == [{"id": str(ann)}] * 2
    # It hears first what became of it, then that it is to forget it.
    at_hook = Outgoing.objects.filter(destination__name="hook").order_by("pk")
    assert list(at_hook.values_list("kind", flat=True)) == ["lead.disqualified", "lead.erased"]
    remove("first", drop=True, who="test", now=live.clock.at)
