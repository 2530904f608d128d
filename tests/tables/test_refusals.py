"""Where is everything that was refused?"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from inputs_given import lines, opened

from handraiser.facts.inputs import Inputs
from handraiser.tables import UNKNOWN_LEAD, event_rejects, write_rejects


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    (tmp_path / "leads.csv").write_bytes(
        b"lead_id,name\na,Ann\n,Nobody\nb,M\xfcller\nc\nd,Dora,more\n\ne,Eve\n"
    )
    event = {"lead_id": "a", "event": "A", "occurred_at": "2026-03-01", "event_id": "1"}
    path = lines(
        tmp_path / "events.jsonl",
        event,
        {**event, "occurred_at": "2026-03-02", "note": "again"},
        "broken",
        {**event, "event_id": "2", "verdict": "bot"},
        {**event, "event_id": "3", "occurred_at": "soon"},
    )
    outcomes = [{"lead_id": "a", "stage": "won", "at": "2026-03-01"}]
    return opened(leads=tmp_path / "leads.csv", events=path, outcomes=outcomes)


EXPECTED = [
    ("leads", "the line is not UTF-8", "leads.csv line 4", "b,M\\xfcller"),
    ("leads", "the line has fewer cells than the header", "leads.csv line 5", "c"),
    ("leads", "the line has more cells than the header", "leads.csv line 6", "d,Dora,more"),
    ("leads", "there is no lead_id", "leads.csv line 3", ",Nobody"),
    ("events", "the line is not JSON", "events.jsonl line 3", "broken"),
    (
        "events",
        "verdict is not human, machine or unknown; it counts as unknown",
        "events.jsonl line 4",
        "bot",
    ),
    ("events", "occurred_at is not a time such as 2026-03-01T10:00:00Z", "events.jsonl line 5", "soon"),
    (
        "events",
        "same event_id as events.jsonl line 1, but another time",
        "events.jsonl line 2",
        "again",
    ),
    ("outcomes", "stage is unknown; the nearest is ", "row 1", "won"),
]


@pytest.mark.parametrize("name", ["rejects.csv", "rejects.jsonl", "rejects.parquet"])
def test_every_refused_row_is_written_with_its_reason_its_place_and_itself(
    tmp_path: Path, inputs: Inputs, name: str
):
    path = tmp_path / name
    write_rejects(inputs, path)
    if name.endswith(".csv"):
        with path.open(newline="", encoding="utf-8") as text:
            written = list(csv.DictReader(text))
    elif name.endswith(".jsonl"):
        written = [json.loads(line) for line in path.read_text().splitlines()]
    else:
        written = pq.read_table(path).to_pylist()
    assert len(written) == len(EXPECTED)
    for row, (input_name, reason, place, raw) in zip(
        sorted(written, key=_order), sorted(EXPECTED), strict=True
    ):
        assert list(row) == ["input", "reason", "line_or_row", "raw"]
        assert row["input"] == input_name
        assert row["reason"].startswith(reason)
        assert row["line_or_row"] == place
        assert raw in row["raw"]


def _order(row: dict[str, str]) -> tuple[str, str]:
    return row["input"], row["reason"]


def test_what_is_counted_is_what_is_written(tmp_path: Path, inputs: Inputs):
    counted = sum(each.rows for each in [*inputs.rejects, *event_rejects(inputs)])
    write_rejects(inputs, tmp_path / "rejects.jsonl")
    assert counted == len((tmp_path / "rejects.jsonl").read_text().splitlines()) == len(EXPECTED)


def test_without_refused_rows_the_file_is_a_header(tmp_path: Path):
    write_rejects(opened(), tmp_path / "rejects.csv")
    assert (tmp_path / "rejects.csv").read_text() == "input,reason,line_or_row,raw\n"


def test_rows_of_several_parquet_files_are_told_apart(tmp_path: Path):
    for name in ("a", "b"):
        duckdb.sql(
            "SELECT unnest(['anna', '']) AS lead_id, 'A' AS event, TIMESTAMP '2026-03-01' AS occurred_at"
        ).write_parquet(str(tmp_path / f"{name}.parquet"))
    inputs = opened(events=str(tmp_path / "*.parquet"))
    write_rejects(inputs, tmp_path / "rejects.csv")
    with (tmp_path / "rejects.csv").open(newline="") as text:
        without_id = [row for row in csv.DictReader(text) if row["reason"] != UNKNOWN_LEAD]
    assert [row["line_or_row"] for row in without_id] == ["a.parquet row 2", "b.parquet row 2"]
