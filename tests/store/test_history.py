"""The history in files is the database's, gives the scores that `export` gives, and can be lost any time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

import handraiser as hr
from handraiser.edge.cli import app
from handraiser.edge.historian import Historian
from handraiser.edge.worker import Worker
from handraiser.facts.inputs import Inputs
from handraiser.flows import history
from handraiser.flows.exporting import export
from handraiser.flows.history import append_history, drop_history, history_folder
from handraiser.flows.unjoin import unjoin
from handraiser.learning.replay import Replay
from handraiser.scoring.match import match
from handraiser.scoring.score import prepare, score_table
from handraiser.store.bulk import query
from handraiser.store.segments import Kind, chains, everything_in, reading, segments
from handraiser.store.whole import history_inputs
from handraiser.tables import open_inputs
from handraiser.tables.paths import FileKind
from tests.live.company import Clock, send, worker
from tests.live.traffic import AGREEMENTS, BEGIN, DAY, month
from tests.servers import Database

KINDS = """agreement: kinds
fit: {rules: [{rule: size, when: lead.size < '10', points: 3}]}
engagement:
  rules:
    - {rule: cart, event: Product Added, where: price = '5', points: 10}
    - {rule: mail, event: Email Link Clicked, distinct: email_id, points: 2}
    - {rule: seen, event: [Page Viewed, Product Added], distinct: session_id, points: 1}
qualify: {mql: score >= 10}
"""
TEXTS = (*AGREEMENTS, KINDS)
INSTANTS = [BEGIN + days * DAY for days in (3, 9, 16, 40)]


@pytest.fixture(scope="module")
def agreements() -> list[Any]:
    return [hr.load(text.strip() + "\n") for text in TEXTS]


def scores(inputs: Inputs, agreements: list[Any]) -> list[Any]:
    """All there is to be told of all leads: scores at instants, and when each became an MQL."""
    found: list[Any] = []
    for agreement in agreements:
        ready = prepare(agreement, match(agreement, inputs, threads=1))
        found += [score_table(ready, at, points=True, threads=1).to_pylist() for at in INSTANTS]
    replay = Replay.over(inputs, *agreements, threads=1)
    return found + [replay.run(agreement).table().to_pylist() for agreement in agreements]


def exported(folder: Path, agreements: list[Any]) -> list[Any]:
    export(str(folder), FileKind.PARQUET, now=0)
    files = {name: str(folder / f"{name}.parquet") for name in ("leads", "companies", "events")}
    inputs = open_inputs(**files, outcomes=None, timezone="UTC", threads=1)
    try:
        return scores(inputs, agreements)
    finally:
        inputs.con.close()


def of_history(data: Path, agreements: list[Any]) -> list[Any]:
    with duckdb.connect() as con, history_inputs(con, history_folder(data)) as inputs:
        return scores(inputs, agreements)


def live(deliveries: Any, data: Path, random: Random) -> Clock:
    """Have deliveries worked on; now and then some of it gets into the history."""
    clock = Clock(BEGIN)
    one = worker(clock)
    for delivery in deliveries:
        clock.at = max(clock.at, delivery.received_at)
        send(delivery.items, delivery.received_at)
        one.turn()
        if random.random() < 0.2:
            append_history(data, most=random.choice([3, 20, 500]))
    one.settle()
    return clock


@pytest.mark.parametrize("seed", range(2))
def test_the_history_gives_what_the_files_of_an_export_give(
    stored: Database, tmp_path: Path, agreements: list[Any], seed: int
) -> None:
    random, data = Random(seed), tmp_path / "data"
    clock = live(month(seed=seed, people=25, days=12), data, random)
    assert len(everything_in(history_folder(data))) > 4
    assert of_history(data, agreements) == exported(tmp_path / "one", agreements)

    joins = [number for (number,) in query("SELECT id FROM store_join WHERE undone_at IS NULL ORDER BY id")]
    assert joins
    unjoin(random.choice(joins), by="a test", now=0)
    odd = [
        {"type": "track", "messageId": "o1", "anonymousId": "b1-0", "event": "Product Added",
         "properties": {"price": "on request"}},
        {"type": "identify", "messageId": "o2", "userId": "u2", "traits": {"size": 9, "seats": None}},
        {"type": "identify", "messageId": "o3", "userId": "u3", "traits": {"size": "many"}},
        {"type": "track", "messageId": "o4", "userId": "u2", "event": "Product Added",
         "timestamp": "2026-03-02T00:00:00Z", "properties": {"price": 5, "seats": 3}},
    ]  # fmt: skip
    send(odd, clock.at)
    worker(clock).settle()
    now = exported(tmp_path / "two", agreements)
    assert of_history(data, agreements) == now  # some of it from the database
    while append_history(data):
        pass
    assert of_history(data, agreements) == now
    for path in everything_in(history_folder(data)):
        if random.random() < 0.5:
            path.unlink()
    assert of_history(data, agreements) == now
    while append_history(data):
        pass
    assert rows_in(data) == rows_stored()
    assert of_history(data, agreements) == now


def rows_in(data: Path) -> list[int]:
    found = chains(history_folder(data))
    return [sum(segment.rows for segment in found[kind]) for kind in Kind]


def rows_stored() -> list[int]:
    tables = ("store_activity", "store_personpatch", "store_companypatch")
    return [query(f"SELECT count(*) FROM {table}")[0][0] for table in tables]


def some_traffic(first: int = 0, count: int = 40) -> None:
    items = [
        {"type": "track", "messageId": f"t{number}", "userId": f"u{number % 7}", "event": "Product Added"}
        for number in range(first, first + count)
    ]
    send(items, BEGIN + first)
    worker(Clock(BEGIN + DAY)).settle()


def test_small_files_are_written_together_so_that_there_are_few(
    stored: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_FULL", 100)
    for number in range(30):
        some_traffic(10 * number, 10)
        append_history(tmp_path)
    sizes = [segment.rows for segment in segments(history_folder(tmp_path), Kind.ACTIVITIES)]
    assert sum(sizes) == 300
    assert max(sizes) <= 100
    assert len(sizes) <= 8
    assert sum(1 for path in everything_in(history_folder(tmp_path)) if "activities" in path.name) == len(
        sizes
    )


def test_what_stands_behind_a_damaged_file_is_written_again(stored: Database, tmp_path: Path) -> None:
    for number in range(4):
        some_traffic(100 * number, 80 >> number)
        append_history(tmp_path)
    folder = history_folder(tmp_path)
    before = segments(folder, Kind.ACTIVITIES)
    assert len(before) > 2
    before[1].path.write_bytes(b"PAR1 no more")
    assert len(segments(folder, Kind.ACTIVITIES)) == 1
    while append_history(tmp_path):
        pass
    assert rows_in(tmp_path) == rows_stored()
    there = {path for path in everything_in(folder) if "activities" in path.name}
    assert there == {segment.path for segment in segments(folder, Kind.ACTIVITIES)}


def test_a_damage_inside_a_file_is_found_when_it_is_written_together_with_others(
    stored: Database, tmp_path: Path
) -> None:
    some_traffic(0, 40)
    append_history(tmp_path)
    (segment,) = segments(history_folder(tmp_path), Kind.ACTIVITIES)
    data = bytearray(segment.path.read_bytes())
    data[4:400] = bytes(396)
    segment.path.write_bytes(data)
    some_traffic(40, 40)
    while append_history(tmp_path):
        pass
    assert rows_in(tmp_path) == rows_stored()


def test_the_history_of_another_database_is_dropped_and_made_anew(
    stored: Database, tmp_path: Path, agreements: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    some_traffic()
    append_history(tmp_path)
    folder = history_folder(tmp_path)
    said = (folder / "of.json").read_text(encoding="utf-8")
    other = said.replace('"database": "', '"database": "0')
    (folder / "of.json").write_text(other, encoding="utf-8")
    expected = exported(tmp_path / "e", agreements)
    assert of_history(tmp_path, agreements) == expected
    assert append_history(tmp_path) > 0
    assert "not of this database" in caplog.text
    assert (folder / "of.json").read_text(encoding="utf-8") == said
    assert rows_in(tmp_path) == rows_stored()


def test_a_database_that_was_restored_and_went_another_way_gets_a_new_history(
    stored: Database, tmp_path: Path, agreements: list[Any]
) -> None:
    some_traffic(0, 40)
    append_history(tmp_path)
    # As after an older back-up, in which the last things done were others.
    stored.rows("UPDATE store_activity SET event = 'Trial Started' WHERE id > 30")
    assert of_history(tmp_path, agreements) == exported(tmp_path / "e", agreements)
    append_history(tmp_path)
    assert rows_in(tmp_path) == rows_stored()
    assert of_history(tmp_path, agreements) == exported(tmp_path / "e", agreements)
    stored.rows("DELETE FROM store_activity WHERE id > 20")
    assert of_history(tmp_path, agreements) == exported(tmp_path / "e", agreements)
    append_history(tmp_path)
    assert rows_in(tmp_path)[0] == 20


def test_of_two_who_write_one_does_nothing(stored: Database, tmp_path: Path) -> None:
    from handraiser.store.segments import writing

    some_traffic()
    with writing(history_folder(tmp_path)) as alone:
        assert alone
        assert append_history(tmp_path) == 0
    assert append_history(tmp_path) > 0


def test_files_that_somebody_reads_stay_until_nobody_does(
    stored: Database, tmp_path: Path, agreements: list[Any]
) -> None:
    some_traffic(0, 10)
    append_history(tmp_path)
    folder = history_folder(tmp_path)
    before = everything_in(folder)
    with duckdb.connect() as con, history_inputs(con, folder) as inputs:
        some_traffic(10, 10)
        append_history(tmp_path)
        assert set(before) < set(everything_in(folder))
        assert inputs.con.sql(f"SELECT count(*) FROM {inputs.events.relation}").fetchall() == [(10,)]
        assert not drop_history(tmp_path)
    assert of_history(tmp_path, agreements) == exported(tmp_path / "e", agreements)
    some_traffic(20, 10)
    append_history(tmp_path)
    assert not set(before) & {p for p in everything_in(folder) if "activities" in p.name}
    with reading(folder):
        assert not drop_history(tmp_path)
    assert drop_history(tmp_path)
    assert everything_in(folder) == []


def test_a_file_half_written_is_none(stored: Database, tmp_path: Path) -> None:
    some_traffic()
    append_history(tmp_path)
    folder = history_folder(tmp_path)
    (segment,) = segments(folder, Kind.ACTIVITIES)
    half = segment.path.with_name("activities-0000000000000000041-0000000000000000050.parquet.1234.half")
    half.write_bytes(segment.path.read_bytes()[:100])
    assert segments(folder, Kind.ACTIVITIES) == [segment]
    some_traffic(100, 1)
    append_history(tmp_path)
    assert not half.exists()
    assert rows_in(tmp_path) == rows_stored()


def run_a_worker(data: Path, until: Callable[[], bool]) -> None:
    """Have a worker do its work until something is so."""
    Worker(Clock(BEGIN + DAY), folder=data).run(Event(), alone=until)


def test_a_worker_keeps_the_history_of_its_folder(stored: Database, tmp_path: Path) -> None:
    some_traffic()
    run_a_worker(tmp_path, lambda: rows_in(tmp_path) == rows_stored())
    assert rows_in(tmp_path) == rows_stored()


def test_the_history_waits_a_minute_for_leads_that_wait(stored: Database, tmp_path: Path) -> None:
    some_traffic()
    pressed = Historian(tmp_path, lambda: True)
    waited = 0.0
    while not everything_in(history_folder(tmp_path)):
        waited += pressed.look()
    assert 60 <= waited < 60 + 60  # and then for as long as it always does

    waiting = True
    other = Historian(tmp_path / "other", lambda: waiting)
    other.look()
    assert not everything_in(history_folder(tmp_path / "other"))
    waiting = False
    other.look()
    assert rows_in(tmp_path / "other") == rows_stored()


def test_a_folder_that_cannot_be_written_stops_nothing_else(
    stored: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "history").write_text("taken", encoding="utf-8")
    send([{"type": "track", "messageId": "t", "userId": "u", "event": "Trial Started"}], BEGIN)
    run_a_worker(
        tmp_path,
        lambda: rows_stored()[0] > 0 and "The history cannot be written" in caplog.text,
    )
    assert query("SELECT count(*) FROM store_arrival") == [(0,)]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the data, with a history."""
    monkeypatch.setattr("handraiser.edge.settings.FOLDER", tmp_path)
    some_traffic()
    append_history(tmp_path)
    return tmp_path


def doctor(*words: str) -> Any:
    return CliRunner().invoke(app, ["doctor", *words])


def test_the_doctor_finds_the_history_to_be_what_the_database_has(stored: Database, served: Path) -> None:
    some_traffic(40, 2)
    done = doctor()
    assert done.exit_code == 0, done.output
    assert "The history, 2 files with 47 rows, is what the database has; 2 rows will follow." in done.stdout


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "UPDATE store_activity SET properties = '{}' || ' ' WHERE id = 3",
            "has other rows than the database",
        ),
        ("DELETE FROM store_activity WHERE id = 3", "has 40 rows, and the database 39 of these numbers"),
        ("DELETE FROM store_activity", "has 40 rows, and the database 0 of these numbers"),
    ],
)
def test_the_doctor_finds_rows_that_differ_and_makes_the_history_anew(
    stored: Database, served: Path, change: str, says: str
) -> None:
    stored.rows(change)
    done = doctor("--repair")
    assert done.exit_code == 1
    assert f"activities-{1:019}-{40:019}.parquet {says}." in done.stdout
    assert "The history was made anew." in done.stdout
    assert rows_in(served) == rows_stored()
    assert "is what the database has." in doctor().stdout


def test_the_doctor_finds_a_file_that_cannot_be_read(stored: Database, served: Path) -> None:
    (segment,) = segments(history_folder(served), Kind.ACTIVITIES)
    data = bytearray(segment.path.read_bytes())
    data[4:400] = bytes(396)
    segment.path.write_bytes(data)
    done = doctor("--repair")
    assert done.exit_code == 1
    assert "cannot be read" in done.stdout
    assert "is what the database has." in doctor().stdout
