"""How are JSON Lines and lists of dicts read?"""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from inputs_given import EVENTS, column, lines, mistakes, opened, refused_events, rows, time

from handraiser.facts.inputs import Kind


def event(**more: object) -> dict[str, object]:
    return {"lead_id": "anna", "event": "A", "occurred_at": "2026-03-01T10:00:00Z", **more}


def test_objects_are_rows_and_their_keys_columns(tmp_path: Path):
    path = lines(tmp_path / "leads.jsonl", {"lead_id": "a", "employees": 50}, {"lead_id": "b", "vip": True})
    inputs = opened(leads=path)
    assert rows(inputs, "leads", "row", "lead_id", "employees", "vip") == [
        (1, "a", 50.0, None),
        (2, "b", None, True),
    ]


@pytest.mark.parametrize("name", ["leads.ndjson", "leads.jsonl.gz", "leads.NDJSON.GZ"])
def test_every_ending_of_json_lines_is_read(tmp_path: Path, name: str):
    path = tmp_path / name
    text = b'\xef\xbb\xbf{"lead_id": "a"}\r\n\r\n   \r\n{"lead_id": "b"}'
    path.write_bytes(gzip.compress(text) if name.lower().endswith("gz") else text)
    inputs = opened(leads=path)
    assert column(inputs, "leads", "lead_id") == ["a", "b"]
    assert inputs.rejects == []


def test_each_broken_line_is_refused_with_its_reason_and_costs_no_other(tmp_path: Path):
    path = lines(
        tmp_path / "events.jsonl", event(), "{broken", "[1, 2]", '"text"', "null", event(), '{"a": 1}{"b": 2}'
    )
    inputs = opened(events=path)
    assert column(inputs, "events", "usable").count(True) == 2
    assert refused_events(inputs) == [("the line is not a JSON object", 3), ("the line is not JSON", 2)]


@pytest.mark.parametrize(
    "text",
    [
        '[{"lead_id": "a"}]',
        '[{"lead_id": "a"},\n {"lead_id": "b"}]\n',
        '\n[\n  {\n    "lead_id": "a"\n  }\n]',
        '[{"lead_id": "' + "a" * 2_000_000 + '"}]',
    ],
)
def test_one_list_is_no_json_lines(tmp_path: Path, text: str):
    path = tmp_path / "leads.jsonl"
    path.write_text(text)
    ((code, says),) = mistakes(leads=path)
    assert (code, says.partition(";")[0]) == ("HR503", "The file is one JSON list")


def test_a_list_on_the_first_line_costs_no_other(tmp_path: Path):
    path = lines(tmp_path / "leads.jsonl", '[{"lead_id": "a"}]', {"lead_id": "b"})
    inputs = opened(leads=path)
    assert column(inputs, "leads", "lead_id") == ["b"]
    assert [each.reason for each in inputs.rejects] == ["the line is not a JSON object"]


def test_a_broken_line_of_leads_is_kept_as_it_stood(tmp_path: Path):
    inputs = opened(leads=lines(tmp_path / "leads.jsonl", {"lead_id": "a"}, '{"lead_id": "b",, }'))
    assert [(each.reason, each.example) for each in inputs.rejects] == [
        ("the line is not JSON", 'leads.jsonl line 2: {"lead_id": "b",, }')
    ]


def test_a_line_that_is_not_utf_8_is_refused(tmp_path: Path):
    path = tmp_path / "leads.jsonl"
    path.write_bytes(b'{"lead_id": "a"}\n{"lead_id": "M\xfcller"}\n{"lead_id": "c"}\n')
    inputs = opened(leads=path)
    assert column(inputs, "leads", "lead_id") == ["a", "c"]
    assert inputs.rejects[0].example == r'leads.jsonl line 2: {"lead_id": "M\xfcller"}'


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([1, 2.5, None], Kind.NUMBER, [1.0, 2.5, None]),
        ([12345678901234567890123, -1], Kind.NUMBER, [1.2345678901234568e22, -1.0]),
        ([True, None, False], Kind.BOOLEAN, [True, None, False]),
        (["x", "", None], Kind.TEXT, ["x", "", None]),
        ([1, "x", True, None], Kind.TEXT, ["1", "x", "true", None]),
        ([1, True], Kind.TEXT, ["1", "true"]),
        ([[1, 2], {"a": None}], Kind.TEXT, ["[1,2]", '{"a":null}']),
        ([None], Kind.TEXT, [None]),
        (['say "hi"', "a\\b", "\u00fc\U0001f600"], Kind.TEXT, ['say "hi"', "a\\b", "\u00fc\U0001f600"]),
        ([0.1, 1e-7, 1e300], Kind.NUMBER, [0.1, 1e-7, 1e300]),
    ],
)
@pytest.mark.parametrize("where", ["column", "properties"])
def test_the_values_of_a_key_have_one_kind_over_all_rows(
    tmp_path: Path, values: list[object], kind: Kind, read: list[object], where: str
):
    at = [f"2026-03-01T10:00:{index:02}Z" for index in range(len(values))]
    wrapped = [{"x": value} if where == "column" else {"properties": {"x": value}} for value in values]
    path = lines(
        tmp_path / "events.jsonl",
        *(event(**each, occurred_at=at[index]) for index, each in enumerate(wrapped)),
    )
    inputs = opened(events=path)
    assert inputs.events.columns["x"].kind is kind
    assert column(inputs, "events", "x") == read


@pytest.mark.parametrize(
    ("given", "read"),
    [(7, "7"), (7.0, "7"), (7.5, "7.5"), ("7", "7"), (" 7", " 7"), (True, "true"), (10**22, str(10**22))],
)
@pytest.mark.parametrize("beside", [8, "text"])
def test_an_id_that_is_a_whole_number_has_no_fraction(
    tmp_path: Path, given: object, read: str, beside: object
):
    inputs = opened(leads=lines(tmp_path / "leads.jsonl", {"lead_id": given}, {"lead_id": beside}))
    assert column(inputs, "leads", "lead_id")[0] == read


@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_id_is_refused(tmp_path: Path, missing: object):
    inputs = opened(
        leads=lines(tmp_path / "leads.jsonl", {"lead_id": missing, "x": 1}, {"lead_id": "b"}, {"x": 2})
    )
    assert column(inputs, "leads", "lead_id") == ["b"]
    assert [(each.reason, each.rows) for each in inputs.rejects] == [("there is no lead_id", 2)]


def test_keys_that_differ_in_case_only_are_a_mistake_even_in_different_lines(tmp_path: Path):
    path = lines(tmp_path / "leads.jsonl", {"lead_id": "a", "Plan": 1}, {"lead_id": "b", "plan": 2})
    ((code, says),) = mistakes(leads=path)
    assert code == "HR506"
    assert "`Plan`, `plan`" in says


@pytest.mark.parametrize("key", ["a.b", 'say "hi"', "a/b", "a~b", "$.x", "*", "[0]", "0", "ü", " spaced "])
def test_keys_may_hold_every_sign(tmp_path: Path, key: str):
    path = lines(tmp_path / "events.jsonl", event(properties={key: 1, "other": 2}))
    inputs = opened(events=path)
    assert column(inputs, "events", key.strip().lower()) == [1.0]
    path = lines(tmp_path / "events.jsonl", event(**{key: 1}))
    assert column(opened(events=path), "events", key.strip().lower()) == [1.0]


def test_empty_keys_and_keys_with_a_nul_are_left_out(tmp_path: Path):
    path = lines(tmp_path / "events.jsonl", event(properties={"": 1, "a\0b": 2, "fine": 3}, **{"": 4}))
    assert set(opened(events=path).events.columns) == {"fine"}


def test_many_keys_are_found_like_few(tmp_path: Path):
    path = lines(
        tmp_path / "events.jsonl",
        event(properties={f"k/{n}": n for n in range(300)}),
        event(properties={"k/7": "x"}),
    )
    inputs = opened(events=path)
    assert len(inputs.events.columns) == 300
    assert inputs.events.columns["k/8"].kind is Kind.NUMBER
    assert column(inputs, "events", "k/7") == ["7", "x"]


def test_a_file_of_blank_lines_is_no_rows(tmp_path: Path):
    path = lines(tmp_path / "events.jsonl", "", "  ")
    assert rows(opened(events=path), "events", "lead_id") == []


def test_a_file_of_broken_lines_only_has_no_columns(tmp_path: Path):
    path = lines(tmp_path / "leads.jsonl", "broken")
    assert mistakes(leads=path) == [
        (
            "HR505",
            "There is no column lead_id. Check that it is the file you mean: nothing in it could be read.",
        )
    ]


def test_an_empty_list_is_no_rows():
    inputs = opened(events=[], outcomes=[])
    assert rows(inputs, "events", "lead_id") == []
    assert rows(inputs, "outcomes", "lead_id") == []


def test_values_of_python_are_what_they_mean():
    row = {
        "lead_id": UUID(int=7),
        "price": Decimal("1.50"),
        "born": date(2026, 3, 1),
        "created_at": datetime(2026, 3, 1, 10, tzinfo=UTC),
        "nothing": float("nan"),
        "tags": ("a", {"b": 1}),
    }
    inputs = opened(leads=[row])
    assert rows(inputs, "leads", "lead_id", "price", "born", "created_at", "nothing", "tags") == [
        (str(UUID(int=7)), 1.5, "2026-03-01", time("2026-03-01T10:00:00Z"), None, '["a",{"b":1}]')
    ]


def test_numbers_of_numpy_are_numbers():
    numpy = pytest.importorskip("numpy")
    inputs = opened(leads=[{"lead_id": numpy.int64(7), "x": numpy.float64(1.5), "y": numpy.bool_(True)}])
    assert rows(inputs, "leads", "lead_id", "x", "y") == [("7", 1.5, True)]


def test_a_long_line_between_others_is_refused_wherever_it_stands(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    row = json.dumps(EVENTS[0] | {"note": "a" * 980}) + "\n"
    long = json.dumps(EVENTS[0] | {"note": "b" * 40_000_000}) + "\n"
    path.write_text(long + row * 10 + long + row, encoding="utf-8")
    inputs = opened(events=path)
    assert refused_events(inputs) == [("the line is longer than 2 MB", 2)]
    kept = inputs.con.sql(f"SELECT place, length(raw) > 4e7 FROM {inputs.refused['events'].unread}")
    assert kept.fetchall() == [("events.jsonl line 1", True), ("events.jsonl line 12", True)]
    assert inputs.con.sql("SELECT count(*) FROM events").fetchall() == [(11,)]


def test_a_file_whose_line_never_ends_is_no_file_of_lines(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"lead_id": "anna"} ' * 6_000_000)
    ((code, says),) = mistakes(events=path)
    assert code == "HR503"
    assert says.startswith("It has a line of 120 MB. Write a row on each line")


def test_many_keys_are_read_whether_rows_have_all_of_them_or_few(tmp_path: Path):
    wide = {f"k{place}": place if place % 2 else "x" for place in range(500)}
    every = lines(tmp_path / "every.jsonl", {"lead_id": "a"} | wide, {"lead_id": "b"} | wide)
    inputs = opened(leads=every)
    assert rows(inputs, "leads", "k0", "k1", "k498", "k499") == [("x", 1.0, "x", 499.0)] * 2
    some = [{"lead_id": f"l{place}", f"k{place}": place} for place in range(500)]
    inputs = opened(leads=lines(tmp_path / "some.jsonl", *some))
    assert rows(inputs, "leads", "k0", "k499")[::499] == [(0.0, None), (None, 499.0)]


def test_more_keys_than_can_be_columns_are_a_mistake(tmp_path: Path):
    some = [EVENTS[0] | {f"k{place}": place} for place in range(2_001)]
    inside = [EVENTS[0] | {"properties": {f"k{place}": place}} for place in range(2_001)]
    for given in (
        lines(tmp_path / "some.jsonl", *some),
        lines(tmp_path / "inside.jsonl", *inside),
        some,
        inside,
    ):
        ((code, says),) = mistakes(events=given)
        assert code == "HR513"
        assert re.match(r"Its objects have 2,00[14] different keys, more than 2,000\.", says)
