"""What is exported scores as what is shown; many rows, times and odd values come through."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest
from typer.testing import CliRunner

import handraiser as hr
from handraiser.edge.cli import app
from handraiser.flows.dirty import mark_stale_dirty
from handraiser.store.bulk import query
from tests.live.company import Clock, publish, send, worker
from tests.live.traffic import AGREEMENTS, BEGIN, DAY, month
from tests.servers import Database

SECOND = 1_000_000
SHOWN = ("score", "fit", "engagement", "grade", "qualified")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def exported(folder: Path, kind: str = "parquet") -> dict[str, str]:
    """Export, and return the inputs for scoring."""
    done = run("export", str(folder), "--format", kind)
    assert done.exit_code == 0, done.output
    return {name: str(folder / f"{name}.{kind}") for name in ("leads", "companies", "events")}


def identify(user: str, number: int, at: str, **traits: object) -> dict[str, Any]:
    return {"type": "identify", "messageId": f"i{number}", "userId": user, "timestamp": at, "traits": traits}


def track(
    user: str, number: int, at: str, event: str = "Product Added", **properties: object
) -> dict[str, Any]:
    return {
        "type": "track", "messageId": f"t{number}", "userId": user, "event": event, "timestamp": at,
        "properties": properties,
    }  # fmt: skip


def test_scores_of_what_is_exported_are_those_shown_live(stored: Database, tmp_path: Path) -> None:
    clock = Clock(BEGIN)
    publications = publish(AGREEMENTS, BEGIN)
    one = worker(clock)
    for delivery in month(seed=7, people=40, days=20):
        clock.at = max(clock.at, delivery.received_at)
        send(delivery.items, delivery.received_at)
        one.turn()
    clock.at += DAY
    one.settle()
    mark_stale_dirty(clock.at + 5, looked_at_before=clock.at + 5)
    clock.at += 5
    one.settle()
    inputs = exported(tmp_path / "history")
    compared = 0
    for publication, text in zip(publications, AGREEMENTS, strict=True):
        agreement = hr.load(text.strip() + "\n")
        live = {
            (str(lead), at): tuple(values)
            for lead, at, *values in query(
                "SELECT lead_id, at, score, fit, engagement, grade, qualified FROM store_standing "
                "WHERE publication_id = %s",
                [publication],
            )
        }
        assert live
        for at in {at for _, at in live}:
            scored = hr.score(agreement, **inputs, at=_iso(at)).to_pylist()
            for row in scored:
                shown = live.get((row["lead_id"], at))
                if shown is not None:
                    compared += 1
                    assert shown == tuple(row[name] for name in SHOWN)
    assert compared >= len(publications) * query("SELECT count(DISTINCT lead_id) FROM store_standing")[0][0]


def _iso(at: int) -> str:
    from handraiser.facts.instants import iso

    return iso(at)


def test_tables_have_the_columns_that_score_reads(stored: Database, tmp_path: Path) -> None:
    clock = Clock(BEGIN)
    said = identify("u1", 1, "2026-03-01T10:00:00.25Z", email="ann@acme.example.com", employees=7, vip=True)
    send([said, track("u1", 1, "2026-03-01T11:00:00Z", price=5)], BEGIN + DAY)
    worker(clock).settle()
    inputs = exported(tmp_path)
    leads, companies, events = (parquet.read_table(inputs[name]) for name in inputs)
    assert leads.column_names[:5] == ["lead_id", "company_id", "created_at", "valid_from", "known_at"]
    kinds = {field.name: str(field.type) for field in leads.schema}
    assert (kinds["employees"], kinds["vip"], kinds["email"]) == ("double", "bool", "string")
    assert "email_kind" not in kinds  # whoever reads it derives it again
    assert kinds["known_at"] == "timestamp[us, tz=UTC]"
    (firm,) = companies.to_pylist()
    assert firm["company_id"] == leads.to_pylist()[-1]["company_id"]
    (event,) = events.to_pylist()
    assert (event["event"], event["verdict"], json.loads(event["properties"])) == (
        "Product Added", "unknown", {"price": 5},
    )  # fmt: skip
    assert event["session_id"]
    assert event["known_at"].timestamp() >= (BEGIN + DAY) / SECOND > event["occurred_at"].timestamp()


AGREEMENT = """agreement: mixed
fit: {rules: [{rule: size, when: lead.size = '10', points: 3}]}
engagement:
  rules:
    - {rule: cart, event: Product Added, where: price = '5', points: 10}
    - {rule: seats, event: Product Added, where: seats > 2, points: 4}
qualify: {mql: score >= 10}
"""


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_value_is_exported_as_what_it_is_read_as_because_of_what_others_said(
    stored: Database, tmp_path: Path, kind: str
) -> None:
    """Ann's price is a number; a visitor who is no lead makes the name one of texts."""
    clock = Clock(BEGIN + DAY)
    (publication,) = publish([AGREEMENT], BEGIN)
    visitor = {
        "type": "track", "messageId": "v", "anonymousId": "somebody", "event": "Product Added",
        "properties": {"price": "on request"},
    }  # fmt: skip
    send([visitor], BEGIN)
    send(
        [identify("u1", 1, "2026-03-01T01:00:00Z", size=10), identify("u2", 2, "2026-03-01", size="many")],
        BEGIN,
    )
    send([track("u1", 1, "2026-03-01T02:00:00Z", price=5, seats=3)], BEGIN)
    worker(clock).settle()
    ((score, at),) = query(
        "SELECT score, at FROM store_standing JOIN store_identifier AS i ON i.person_id = lead_id "
        "WHERE publication_id = %s AND i.value = 'u1'",
        [publication],
    )
    assert score == 17
    scored = hr.score(hr.load(AGREEMENT), **exported(tmp_path, kind), at=_iso(at)).to_pylist()
    assert sorted(row["score"] for row in scored) == [0, 17]


ODD = [
    'a"b', "a'b", "a\\b", "a\nb", "a\r", "a,b", "a;b", "$.x", "*", "a.b", "a[0]", "İ", "ß", "ς", "\u202e",
    "\ufffd", "\u2028", "\x01", "\x7f", "a" * 3000, "😀", "properties", "select", "--", "%s", "{}", "name",
    "event", "occurred_at ", "known_at", "verdict", "c0", "ǆ", "é", "e\u0301", " ",
]  # fmt: skip


PLAN = """agreement: plan
fit: {rules: [{rule: pro, when: lead.plan = 'pro', points: 3}]}
engagement: {rules: []}
qualify: {mql: score >= 10}
"""


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_names_that_are_odd_keep_nobody_from_reading_what_is_exported(
    stored: Database, tmp_path: Path, kind: str
) -> None:
    clock = Clock(BEGIN)
    odd = dict.fromkeys(ODD, "x")
    send(
        [
            {"type": "identify", "messageId": "i", "userId": "ann", "traits": {**odd, "plan": "pro"}},
            {"type": "group", "messageId": "g", "userId": "ann", "groupId": "acme", "traits": odd},
            {"type": "track", "messageId": "t", "userId": "ann", "event": "Cart", "properties": odd},
        ],
        clock.at,
    )
    worker(clock).settle()
    scored = hr.score(hr.load(PLAN), **exported(tmp_path, kind), at=_iso(BEGIN + SECOND)).to_pylist()
    assert [row["score"] for row in scored] == [3.0]


def test_csv_has_times_in_iso_and_json_of_properties(stored: Database, tmp_path: Path) -> None:
    send(
        [
            identify("u1", 1, "2026-03-01T10:00:00.25Z"),
            track("u1", 1, "2026-03-01T11:00:00Z", title='a "b",\nc'),
        ],
        BEGIN + DAY,
    )
    worker(Clock(BEGIN + DAY)).settle()
    inputs = exported(tmp_path, "csv")
    with Path(inputs["events"]).open(newline="", encoding="utf-8") as file:
        (event,) = csv.DictReader(file)
    assert event["occurred_at"] == "2026-03-01T11:00:00Z"
    assert json.loads(event["properties"]) == {"title": 'a "b",\nc'}
    with Path(inputs["leads"]).open(newline="", encoding="utf-8") as file:
        first, *_ = csv.DictReader(file)
    assert first["valid_from"] == "2026-03-01T10:00:00.250000Z"


def test_many_ranges_of_leads_make_one_file_with_every_company_once(
    stored: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handraiser.flows.exporting._FIRST", 2)
    monkeypatch.setattr("handraiser.flows.exporting._MOST", 3)
    users = [f"u{number}" for number in range(10)]
    items: list[dict[str, Any]] = []
    for number, user in enumerate(users):
        items.append(identify(user, number, "2026-03-01T10:00:00Z", plan="x"))
        items.append(
            {
                "type": "group",
                "messageId": f"g{number}",
                "userId": user,
                "groupId": "acme",
                "traits": {"size": 9},
            }
        )
        items.append(track(user, number, "2026-03-01T11:00:00Z"))
    send(items, BEGIN + DAY)
    worker(Clock(BEGIN + DAY)).settle()
    inputs = exported(tmp_path)
    assert len({row["lead_id"] for row in parquet.read_table(inputs["leads"]).to_pylist()}) == 10
    assert parquet.read_table(inputs["companies"]).column("company_id").to_pylist() == ["acme"]
    assert parquet.read_table(inputs["events"]).num_rows == 10


def test_nobody_known_yet_makes_empty_tables(stored: Database, tmp_path: Path) -> None:
    done = run("export", str(tmp_path / "a" / "b"))
    assert done.exit_code == 0
    assert "0 leads in 0 rows, 0 companies in 0 rows, 0 events, 0 outcomes, 0 rejects." in done.stdout
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == [
        "companies.parquet", "events.parquet", "handraiser-export.json", "leads.parquet", "outcomes.parquet",
        "rejects.parquet",
    ]  # fmt: skip


def test_leads_are_counted_and_not_only_their_rows(stored: Database, tmp_path: Path) -> None:
    said = [identify("u1", 1, "2026-03-01", plan="a"), identify("u1", 2, "2026-03-02", plan="b")]
    send([*said, identify("u2", 3, "2026-03-01")], BEGIN + DAY)
    worker(Clock(BEGIN + DAY)).settle()
    done = run("export", str(tmp_path / "out"))
    rows = parquet.read_table(tmp_path / "out" / "leads.parquet").num_rows
    assert rows > 2
    assert f"2 leads in {rows} rows, 0 companies in 0 rows, 0 events, 0 outcomes, 0 rejects." in done.stdout


def test_an_export_says_which_files_are_its_own(stored: Database, tmp_path: Path) -> None:
    exported(tmp_path / "out", "csv")
    manifest = json.loads((tmp_path / "out" / "handraiser-export.json").read_text(encoding="utf-8"))
    assert manifest["format"] == "csv"
    assert manifest["at"].endswith("Z")
    assert manifest["files"] == ["leads.csv", "companies.csv", "events.csv", "outcomes.csv", "rejects.csv"]


def test_an_export_is_replaced_whole_by_one_of_another_format(stored: Database, tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("mine", encoding="utf-8")
    exported(tmp_path, "parquet")
    exported(tmp_path, "parquet")
    exported(tmp_path, "csv")
    left = {path.name for path in tmp_path.iterdir()} - {
        "handraiser.db",
        "handraiser.db-wal",
        "handraiser.db-shm",
    }
    files = {"leads.csv", "companies.csv", "events.csv", "outcomes.csv", "rejects.csv"}
    assert left == {*files, "handraiser-export.json", "notes.csv"}


@pytest.mark.parametrize("before", [(), ("export",)])
def test_files_that_no_export_wrote_are_never_written_over(
    stored: Database, tmp_path: Path, before: tuple[str, ...]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    if before:
        exported(folder, "parquet")
    (folder / "leads.csv").write_text("lead_id\nann\n", encoding="utf-8")
    there = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = run("export", str(folder), "--format", "csv")
    assert done.exit_code == 1
    assert (
        f"FOLDER: HR812 {folder / 'leads.csv'} would be written over, and no export wrote it." in done.stderr
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == there


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        '{"name": "somebody\'s own"}',
        '{"format": "csv", "at": "2026-03-01", "files": ["leads.csv", "../mine.csv"]}',
        b"\xff",
    ],
)
def test_a_manifest_that_no_export_wrote_makes_nothing_an_export(
    stored: Database, tmp_path: Path, text: str | bytes
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
    given = text if isinstance(text, bytes) else text.encode()
    (folder / "handraiser-export.json").write_bytes(given)
    assert "HR812" in run("export", str(folder)).stderr
    assert (folder / "handraiser-export.json").read_bytes() == given
    assert (tmp_path / "mine.csv").exists()


def test_what_was_refused_is_exported_with_its_reason(stored: Database, tmp_path: Path) -> None:
    from handraiser.capture.protocol import read_request
    from handraiser.flows.intake import Delivery, keep

    read = read_request(b'{"batch": [{"type": "track", "userId": "u1"}]}', kind=None, received_at=BEGIN)
    keep([Delivery(read.items, None, BEGIN)])
    exported(tmp_path)
    (reject,) = parquet.read_table(tmp_path / "rejects.parquet").to_pylist()
    assert reject["reason"]
    assert json.loads(reject["body"])["userId"] == "u1"


def test_a_file_in_place_of_the_folder_is_a_mistake(stored: Database, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    done = run("export", str(tmp_path / "taken"))
    assert done.exit_code == 1
    assert "HR501" in done.stderr


def test_what_fails_leaves_the_files_of_before(
    stored: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(tmp_path / "out")
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("handraiser.flows.exporting._rejects", full)
    done = run("export", str(tmp_path / "out"))
    assert done.exit_code == 3
    assert "No space left" in done.stderr
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == before


def test_others_may_write_while_it_reads(stored: Database, tmp_path: Path) -> None:
    from handraiser.store.snapshot import as_of_now

    send([identify("u1", 1, "2026-03-01")], BEGIN)
    worker(Clock(BEGIN)).settle()
    with as_of_now():
        before = query("SELECT count(*) FROM store_event")[0][0]
        stored.rows("INSERT INTO store_reject (reason, body, received_at) VALUES ('x', '', 0)")
        stored.rows("DELETE FROM store_activity")
        assert query("SELECT count(*) FROM store_reject")[0][0] == 0
        assert query("SELECT count(*) FROM store_event")[0][0] == before
    assert query("SELECT count(*) FROM store_reject")[0][0] == 1
