"""Two events with the same event_id are one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inputs_given import EVENTS, column, opened, reasons, refused_events, rows, time

from handraiser.tables import open_inputs, without_duplicates, write_rejects
from handraiser.tables.seen import seen_again

AGAIN = "an event with this event_id was known before, or stands before it"


def event(event_id: str | None, at: str, *, known: str | None = None, note: str = "") -> dict[str, object]:
    return {
        "lead_id": "anna",
        "event": "Page Viewed",
        "event_id": event_id,
        "occurred_at": at,
        "known_at": known,
        "note": note,
    }


def test_of_two_events_with_one_id_the_one_known_first_stays():
    late = event("e1", "2026-03-01", known="2026-03-09", note="late")
    early = event("e1", "2026-03-02", known="2026-03-05", note="early")
    assert column(opened(events=[late, early]), "events", "note") == ["early"]


def test_an_event_without_known_at_was_known_when_it_occurred():
    known = event("e1", "2026-03-01", known="2026-03-03", note="known on the third")
    plain = event("e1", "2026-03-02", note="occurred on the second")
    assert column(opened(events=[known, plain]), "events", "note") == ["occurred on the second"]


def test_of_two_events_known_at_the_same_time_the_first_in_the_file_stays():
    twice = [event("e1", "2026-03-01", note="first"), event("e1", "2026-03-01", note="second")]
    assert column(opened(events=twice), "events", "note") == ["first"]


def test_events_without_an_id_are_never_the_same():
    empty = [
        event(None, "2026-03-01"),
        event(None, "2026-03-01"),
        event("", "2026-03-01"),
        event("", "2026-03-01"),
    ]
    assert len(rows(opened(events=empty), "events", "event")) == 4


def test_an_event_of_a_lead_that_nobody_knows_does_not_displace_one_that_is_used():
    stranger = {**event("e1", "2026-03-01", note="stranger"), "lead_id": "nobody"}
    later = event("e1", "2026-03-02", note="anna")
    inputs = opened(events=[later, stranger])
    assert column(inputs, "events", "note") == ["stranger", "anna"]
    assert inputs.rejects == []


def test_among_many_only_events_that_are_used_are_compared():
    stranger = {**event("e1", "2026-03-01", note="stranger"), "lead_id": "nobody"}
    first, again = event("e1", "2026-03-02", note="first"), event("e1", "2026-03-02", note="again")
    broken = {**event("e1", "2026-03-01", note="broken"), "lead_id": ""}
    inputs = opened(events=[broken, again | {"known_at": "2026-03-09"}, stranger, first])
    assert column(inputs, "events", "note") == ["broken", "stranger", "first"]
    assert reasons(inputs.rejects) == [(AGAIN, 1)]


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ({"lead_id": "ben"}, "another lead"),
        ({"event": "Form Submitted"}, "another event"),
        ({"occurred_at": "2026-03-05"}, "another time"),
        ({"lead_id": "ben", "occurred_at": "2026-03-05"}, "another lead and another time"),
    ],
)
def test_an_id_that_two_different_events_have_is_told_of_as_such(
    tmp_path: Path, other: dict[str, str], differs: str
):
    rows = [event("e0", "2026-03-01"), event("e1", "2026-03-02"), event("e1", "2026-03-02") | other]
    inputs = opened(leads=[{"lead_id": "anna"}, {"lead_id": "ben"}], events=rows)
    assert reasons(inputs.rejects) == [(f"same event_id as an event that stays, but {differs}", 1)]
    assert inputs.rejects[0].example.startswith("row 3 (as row 2): {")
    write_rejects(inputs, tmp_path / "rejects.jsonl")
    line = json.loads((tmp_path / "rejects.jsonl").read_text())
    assert (line["reason"], line["line_or_row"]) == (f"same event_id as row 2, but {differs}", "row 3")


def test_an_event_that_cannot_be_used_does_not_displace_one_that_can():
    broken = event("e1", "not a time", note="broken")
    fine = event("e1", "2026-03-02", note="fine")
    inputs = opened(events=[broken, fine])
    assert rows(inputs, "events", "note", "usable") == [("fine", True), ("broken", False)]


def test_events_delivered_again_are_counted_with_an_example():
    inputs = opened(events=[event("e1", "2026-03-01"), event("e1", "2026-03-01"), event("e1", "2026-03-01")])
    assert reasons(inputs.rejects) == [(AGAIN, 2)]
    assert inputs.rejects[0].example.startswith("row 2: {")
    assert '"e1"' in inputs.rejects[0].example
    assert not inputs.rejects[0].used


def test_duplicates_stay_when_nobody_asks_for_them_to_go():
    twice = [event("e1", "2026-03-01"), event("e1", "2026-03-01")]
    inputs = opened(events=twice, deduplicate=False)
    assert len(rows(inputs, "events", "event")) == 2
    assert len(rows(without_duplicates(inputs), "events", "event")) == 1


def test_ids_are_the_same_across_the_files_of_one_input(tmp_path: Path):
    (tmp_path / "a.csv").write_text("lead_id,event,occurred_at,event_id\nanna,A,2026-03-01,7\n")
    duckdb.sql(
        "SELECT 'anna' lead_id, 'B' AS event, TIMESTAMP '2026-02-01' occurred_at, 7.0 event_id"
    ).write_parquet(str(tmp_path / "b.parquet"))
    inputs = opened(events=[tmp_path / "a.csv", tmp_path / "b.parquet"])
    assert column(inputs, "events", "event") == ["B"]


def test_without_event_ids_nothing_is_a_duplicate():
    assert len(rows(opened(events=EVENTS * 2), "events", "event")) == 2


@pytest.mark.parametrize("count", [3_000, 300_000])
def test_order_in_the_file_decides_in_large_files_too(tmp_path: Path, count: int):
    path = tmp_path / "events.parquet"
    duckdb.sql(
        f"SELECT 'anna' AS lead_id, 'A' AS event, TIMESTAMP '2026-03-01' AS occurred_at, "
        f"'e' || (i % {count // 3}) AS event_id, i AS place FROM range({count}) AS r(i)"
    ).write_parquet(str(path), row_group_size=5_000)
    inputs = opened(events=path, threads=2)
    found = inputs.con.sql(
        f'SELECT count(*), min("p:place"), max("p:place") FROM {inputs.events.relation}'
    ).fetchall()
    assert found == [(count // 3, 0.0, count // 3 - 1)]


def test_an_event_keeps_its_time_when_it_wins(tmp_path: Path):
    inputs = opened(events=[event("e1", "2026-03-02"), event("e1", "2026-03-01T12:00:00+02:00")])
    assert column(inputs, "events", "occurred_at") == [time("2026-03-01T10:00:00Z")]
    assert refused_events(inputs)[0][1] == 1


@pytest.mark.parametrize("few", [0, 50])
@given(st.lists(st.lists(st.integers(0, 40) | st.integers(0, 2**64 - 1), max_size=60), max_size=5))
def test_hashes_seen_again_are_those_that_occur_twice(few: int, batches: list[list[int]]):
    counted = Counter(value for batch in batches for value in batch)
    found = seen_again([np.array(batch, dtype=np.uint64) for batch in batches], few=few)
    expected = {value for value, count in counted.items() if count > 1}
    # 0 and 1 share a place: one of each may be taken for a repetition, and is then found to be none.
    assert expected <= set(found.tolist()) <= expected | {0, 1}


def test_rejects_hold_duplicates_and_events_of_unknown_leads_each_once(tmp_path: Path) -> None:
    def event(lead: str, event_id: str, day: int) -> dict[str, str]:
        return {"lead_id": lead, "event": "V", "event_id": event_id, "occurred_at": f"2026-03-0{day}"}

    rows = [event("ann", "e1", 1), event("ann", "e1", 1), event("zed", "e2", 2), event("zed", "e2", 3)]
    rows.append(event("yan", "e9", 3))
    inputs = open_inputs(leads=[{"lead_id": "ann"}], events=rows, threads=1)
    assert [(one.rows, one.example.split(":")[0]) for one in inputs.rejects] == [(1, "row 2")]
    write_rejects(inputs, tmp_path / "rejects.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    found = [(line["reason"][:8], line["line_or_row"]) for line in lines]
    assert found == [
        ("an event", "row 2"),
        ("no row i", "row 3"),
        ("no row i", "row 4"),
        ("no row i", "row 5"),
    ]


_EVENTS = st.lists(
    st.builds(
        lambda event_id, day, known, lead: (
            event(event_id, f"2026-03-0{day}", known=known) | {"lead_id": lead}
        ),
        st.sampled_from(["e1", "e2", "e3", "", None]),
        st.integers(1, 4),
        st.sampled_from([None, "2026-03-05", "2026-03-06"]),
        st.sampled_from(["anna", "anna", "nobody", ""]),
    ),
    min_size=1,
    max_size=12,
)


@given(events=_EVENTS, cut=st.integers(0, 12))
def test_files_that_know_their_row_numbers_keep_the_same_events(
    events: list[dict[str, object]], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("events")
    numbered = [row | {"note": str(k)} for k, row in enumerate(events)]
    schema = pa.schema([(name, pa.string()) for name in numbered[0]])
    for name, part in (("a", numbered[:cut]), ("b", numbered[cut:])):
        pq.write_table(pa.Table.from_pylist(part, schema=schema), folder / f"{name}.parquet")
    from_files = opened(events=str(folder / "*.parquet"))
    from_rows = opened(events=numbered)
    assert sorted(column(from_files, "events", "note")) == sorted(column(from_rows, "events", "note"))
    assert reasons(from_files.rejects) == reasons(from_rows.rejects)
