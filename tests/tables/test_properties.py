"""Which further properties does a column `properties` add to an event?"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from inputs_given import column, mistakes, opened, refused_events, rows

from handraiser.facts.inputs import Kind

STRUCTURE = "'anna' AS lead_id, 'A' AS event, TIMESTAMP '2026-03-01' + to_seconds(i) AS occurred_at"


def parquet(tmp_path: Path, properties: list[str], more: str = "") -> Path:
    """Events with these SQL values of `properties`."""
    path = tmp_path / "events.parquet"
    rows_of = " UNION ALL ".join(
        f"SELECT {i} AS i, {value} AS properties" for i, value in enumerate(properties)
    )
    duckdb.sql(f"SELECT {STRUCTURE}, properties{more} FROM ({rows_of})").write_parquet(str(path))
    return path


@pytest.mark.parametrize(
    "values",
    [
        ["{'path': '/a', 'price': 5}", "{'path': '/b', 'price': NULL}"],
        ["MAP {'path': '/a', 'price': '5'}", "MAP {'path': '/b'}"],
        ["""'{"path": "/a", "price": 5}'""", """'{"path": "/b", "price": null}'"""],
        ["""CAST('{"path": "/a", "price": 5}' AS JSON)""", """CAST('{"path": "/b"}' AS JSON)"""],
    ],
)
def test_a_struct_a_map_and_json_text_are_read_alike(tmp_path: Path, values: list[str]):
    inputs = opened(events=parquet(tmp_path, values))
    assert column(inputs, "events", "path") == ["/a", "/b"]
    assert column(inputs, "events", "price") in ([5.0, None], ["5", None])
    assert set(inputs.events.columns) == {"path", "price"}


def test_the_kinds_of_a_struct_are_those_of_its_types(tmp_path: Path):
    value = "{'n': 5, 'b': TRUE, 't': 'x', 'd': DATE '2026-03-01', 'l': [1], 's': {'x': 1}}"
    inputs = opened(events=parquet(tmp_path, [value]))
    kinds = {name: each.kind for name, each in inputs.events.columns.items()}
    assert kinds == {
        "n": Kind.NUMBER,
        "b": Kind.BOOLEAN,
        "t": Kind.TEXT,
        "d": Kind.TEXT,
        "l": Kind.TEXT,
        "s": Kind.TEXT,
    }
    assert rows(inputs, "events", "n", "b", "t", "d", "l", "s") == [
        (5.0, True, "x", "2026-03-01", "[1]", '{"x":1}')
    ]


def test_a_column_beats_a_key(tmp_path: Path):
    inputs = opened(events=parquet(tmp_path, ["""'{"Path": "key", "x": 1}'"""], ", 'column' AS path"))
    assert rows(inputs, "events", "path", "x") == [("column", 1.0)]


def test_keys_named_like_the_columns_of_every_event_are_no_properties(tmp_path: Path):
    inputs = opened(
        events=parquet(tmp_path, ["""'{"lead_id": "x", "verdict": "machine", "event_id": "e", "y": 1}'"""])
    )
    assert set(inputs.events.columns) == {"y"}
    assert rows(inputs, "events", "lead_id", "verdict", "event_id") == [("anna", "unknown", None)]


def test_keys_that_differ_in_case_between_rows_are_one(tmp_path: Path):
    inputs = opened(
        events=parquet(tmp_path, ["""'{"Path": "/a"}'""", """'{"path": "/b"}'""", """'{"PATH": null}'"""])
    )
    assert column(inputs, "events", "path") == ["/a", "/b", None]
    assert refused_events(inputs) == []


@pytest.mark.parametrize(
    "value", ["""'{"Path": "/a", "path": "/b"}'""", """'{"Path": null, "path": "/b"}'"""]
)
def test_keys_that_differ_in_case_within_a_row_are_refused(tmp_path: Path, value: str):
    inputs = opened(events=parquet(tmp_path, [value, """'{"path": "/c"}'"""]))
    assert sorted(column(inputs, "events", "usable")) == [False, True]
    assert refused_events(inputs) == [("properties has keys that differ only in case", 1)]


def test_map_keys_that_differ_in_case_within_a_row_are_refused(tmp_path: Path):
    inputs = opened(events=parquet(tmp_path, ["MAP {'A': 1, 'a': 2}", "MAP {'A': 3}", "MAP {'a': 4}"]))
    assert rows(inputs, "events", "a", "usable")[1:] == [(3.0, True), (4.0, True)]
    assert refused_events(inputs) == [("properties has keys that differ only in case", 1)]


@pytest.mark.parametrize("text", ["[1, 2]", "5", "broken{", '"text"', '{"a": 1'])
def test_properties_that_are_no_json_object_cost_their_row_only(tmp_path: Path, text: str):
    inputs = opened(events=parquet(tmp_path, [f"'{text}'", """'{"path": "/a"}'"""]))
    assert rows(inputs, "events", "path", "usable") == [(None, False), ("/a", True)]
    assert refused_events(inputs) == [("properties is not a JSON object", 1)]


@pytest.mark.parametrize("text", ["NULL", "'null'", "'{}'"])
def test_properties_may_be_missing_from_a_row(tmp_path: Path, text: str):
    inputs = opened(events=parquet(tmp_path, [text, """'{"path": "/a"}'"""]))
    assert rows(inputs, "events", "path", "usable") == [(None, True), ("/a", True)]
    assert refused_events(inputs) == []


def test_properties_of_json_lines_may_be_an_object_or_the_text_of_one():
    event = {"lead_id": "anna", "event": "A"}
    inputs = opened(
        events=[
            {**event, "occurred_at": "2026-03-01", "properties": {"path": "/a"}},
            {**event, "occurred_at": "2026-03-02", "properties": '{"path": "/b"}'},
            {**event, "occurred_at": "2026-03-03", "properties": None},
            {**event, "occurred_at": "2026-03-04", "properties": 5},
        ]
    )
    assert rows(inputs, "events", "path", "usable") == [
        ("/a", True),
        ("/b", True),
        (None, True),
        (None, False),
    ]


@pytest.mark.parametrize("values", [["5", "6"], ["[1]", "[2]"], ["TRUE", "FALSE"]])
def test_a_column_properties_that_can_hold_none_is_a_mistake(tmp_path: Path, values: list[str]):
    assert [code for code, _ in mistakes(events=parquet(tmp_path, values))] == ["HR511"]


def test_properties_without_any_value_are_none(tmp_path: Path):
    inputs = opened(events=parquet(tmp_path, ["CAST(NULL AS INTEGER)"]))
    assert inputs.events.columns == {}


def test_keys_of_a_map_that_are_numbers_are_names(tmp_path: Path):
    inputs = opened(events=parquet(tmp_path, ["MAP {7: 'x', 8: 'y'}", "MAP {7: 'z'}"]))
    assert rows(inputs, "events", "7", "8") == [("x", "y"), ("z", None)]


def test_properties_of_a_frame_are_read():
    table = pa.table(
        {
            "lead_id": ["anna"],
            "event": ["A"],
            "occurred_at": ["2026-03-01"],
            "properties": [{"path": "/a", "nested": {"x": 1}}],
        }
    )
    inputs = opened(events=table)
    assert rows(inputs, "events", "path", "nested") == [("/a", '{"x":1}')]
