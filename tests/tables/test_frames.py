"""Which objects of Python are read as an input?"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inputs_given import column, lines, mistakes, opened, refused_events, rows, time

from databases import empty_database
from handraiser.facts.inputs import Kind

LEADS = {"lead_id": ["a", "b"], "size": [1.5, None], "vip": [True, False]}


@pytest.mark.parametrize(
    "frame",
    [
        pa.table(LEADS),
        pa.table(LEADS).to_batches()[0],
        pl.DataFrame(LEADS),
        pl.LazyFrame(LEADS),
        pd.DataFrame(LEADS),
        [{"lead_id": "a", "size": 1.5, "vip": True}, {"lead_id": "b", "size": None, "vip": False}],
        ({"lead_id": "a", "size": 1.5, "vip": True}, {"lead_id": "b", "vip": False}),
    ],
    ids=["arrow", "batch", "polars", "lazy", "pandas", "dicts", "tuple"],
)
def test_every_kind_of_frame_is_read(frame: object):
    assert rows(opened(leads=frame), "leads", "row", "lead_id", "size", "vip") == [
        (1, "a", 1.5, True),
        (2, "b", None, False),
    ]


def test_a_reader_of_batches_is_read_though_it_can_be_read_only_once():
    table = pa.table({"lead_id": ["a"], "event": ["A"], "event_id": ["1"], "occurred_at": ["2026-03-01"]})
    inputs = opened(events=pa.table(table).to_reader())
    assert len(rows(inputs, "events", "event")) == len(rows(inputs, "events", "event")) == 1


def test_a_relation_of_another_duckdb_connection_is_read():
    with duckdb.connect() as other:
        other.execute("CREATE TABLE mine AS SELECT 7 AS lead_id, 'x' AS plan")
        inputs = opened(leads=other.sql("SELECT * FROM mine"))
    assert rows(inputs, "leads", "lead_id", "plan") == [("7", "x")]


def test_a_connection_may_be_given():
    with duckdb.connect() as con:
        inputs = opened(con=con)
        assert con.sql("SELECT count(*) FROM leads").fetchall() == [(1,)]
        assert inputs.con is con


def test_the_types_of_pandas_are_read():
    frame = pd.DataFrame(
        {
            "lead_id": [1.0, 2.0, np.nan],
            "created_at": pd.to_datetime(["2026-03-01", None, None]),
            "segment": pd.Categorical(["x", "y", "x"]),
            "size": pd.array([5, None, 7], dtype="Int64"),
            "mixed": [1, "two", None],
            "born": [date(2026, 3, 1), None, None],
            "nothing": [None, None, None],
        },
        index=[9, 9, 9],
    )
    inputs = opened(leads=frame)
    assert rows(inputs, "leads", "lead_id", "created_at", "segment", "size", "mixed", "born", "nothing") == [
        ("1", time("2026-03-01"), "x", 5.0, "1", "2026-03-01", None),
        ("2", None, "y", None, "two", None, None),
    ]
    assert inputs.leads.columns["mixed"].kind is Kind.TEXT


def test_pandas_times_with_a_zone_are_absolute():
    at = pd.to_datetime(["2026-03-01 12:00"]).tz_localize("Europe/Berlin")
    frame = pd.DataFrame({"lead_id": ["a"], "event": ["A"], "occurred_at": at})
    inputs = opened(events=frame, timezone="Asia/Tokyo")
    assert column(inputs, "events", "occurred_at") == [time("2026-03-01T11:00:00Z")]


def test_times_of_python_are_the_text_that_typed_times_are():
    zoned = datetime(2026, 3, 1, 12, 0, 0, 500_000, tzinfo=ZoneInfo("Europe/Berlin"))
    dicts = [{"lead_id": "a", "day": date(2026, 3, 1), "clock": datetime(2026, 3, 1, 12), "zoned": zoned}]
    types = {"day": pa.date32(), "clock": pa.timestamp("us"), "zoned": pa.timestamp("us", "UTC")}
    arrow = pa.Table.from_pylist(dicts, schema=pa.schema({"lead_id": pa.string()} | types))
    said = [("2026-03-01", "2026-03-01T12:00:00", "2026-03-01T11:00:00.5Z")]
    for frame in (dicts, arrow, [{"lead_id": "a", "day": pd.NaT}, *dicts]):
        assert rows(opened(leads=frame), "leads", "day", "clock", "zoned")[-1:] == said


def test_a_whole_number_among_texts_has_no_fraction():
    dicts = [{"lead_id": 7.0, "plan": 5.0}, {"lead_id": "b", "plan": "x"}]
    for frame in (dicts, pd.DataFrame(dicts)):
        assert rows(opened(leads=frame), "leads", "lead_id", "plan") == [("7", "5"), ("b", "x")]


def test_columns_of_pandas_without_a_text_for_a_name_have_their_number_as_one():
    frame = pd.DataFrame({"lead_id": ["a"], 0: [5]})
    assert rows(opened(leads=frame), "leads", "0") == [(5.0,)]


def test_two_columns_of_pandas_with_one_name_are_a_mistake():
    frame = pd.DataFrame([["a", 1, 2]], columns=["lead_id", "x", "x"])
    assert [code for code, _ in mistakes(leads=frame)] == ["HR506"]


def test_the_types_of_arrow_that_duckdb_does_not_know_are_read():
    table = pa.table(
        {
            "lead_id": pa.array(["a"], pa.large_string()),
            "half": pa.array([np.float16(1.5)], pa.float16()),
            "wide": pa.array([7], pa.decimal256(50, 2)),
            "view": pa.array(["x"], pa.string_view()),
            "none": pa.nulls(1),
            "code": pa.array(["y"]).dictionary_encode(),
            "blob": pa.array([b"z"]),
        }
    )
    names = ("lead_id", "half", "wide", "view", "none", "code", "blob")
    assert rows(opened(leads=table), "leads", *names) == [("a", 1.5, 7.0, "x", None, "y", "z")]


def test_an_empty_frame_is_no_rows():
    table = pa.table({"lead_id": pa.array([], pa.string()), "size": pa.array([], pa.int64())})
    inputs = opened(leads=table, companies=pd.DataFrame(), outcomes=pl.DataFrame())
    assert rows(inputs, "leads", "lead_id") == []
    assert rows(inputs, "companies", "company_id") == []


@pytest.mark.parametrize("what", [5, object(), {"lead_id": "a"}, [1, 2], b"leads.csv", None])
def test_anything_else_is_a_mistake(what: object):
    if what is None:
        what = [{"lead_id": "a"}, "leads.csv"]
    ((code, says),) = mistakes(leads=what)
    assert code == "HR510"
    assert "leads" in says


def test_neither_polars_nor_pandas_is_imported_for_other_things():
    program = (
        "import sys, pyarrow as pa\n"
        "from handraiser.tables import open_inputs\n"
        "open_inputs(leads=[{'lead_id': 'a', 'email': 'a@b.c'}], events=pa.table({'lead_id': ['a'], "
        "'event': ['A'], 'occurred_at': ['2026-03-01']}) if False else [])\n"
        "print('polars' in sys.modules)\n"
        "print('pandas' in sys.modules and not __import__('duckdb').__version__.startswith('1.'))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\x1a"), min_size=1, max_size=8)
_CELL = _TEXT.map(lambda text: f"x{text}x")  # no white space around, and never the text of a number or ""
_ROW = st.fixed_dictionaries(
    {
        "lead_id": _CELL | st.none(),
        "event": _CELL,
        "occurred_at": st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31)) | st.none(),
        "event_id": st.sampled_from(["e1", "e2"]) | _CELL | st.none(),
        "known_at": st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)) | st.none(),
        "verdict": st.sampled_from(["human", "machine", "unknown", "other"]) | st.none(),
        "title": _CELL | st.none(),
        "price": st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda x: x + 0.5) | st.none(),
    }
)


@settings(max_examples=30)
@given(st.lists(_ROW, min_size=1, max_size=6))
def test_the_same_rows_are_the_same_events_in_whatever_they_are_given(tmp_path_factory, given_rows):
    folder = tmp_path_factory.mktemp("same")
    types = pa.schema(
        [
            (
                name,
                pa.timestamp("us", "UTC")
                if name.endswith("_at")
                else pa.float64()
                if name == "price"
                else pa.string(),
            )
            for name in given_rows[0]
        ]
    )
    aware = [
        {
            name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
            for name, value in row.items()
        }
        for row in given_rows
    ]
    table = pa.Table.from_pylist(aware, schema=types)
    texts = [
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
        for row in aware
    ]
    pl.DataFrame(texts, schema_overrides={"price": pl.Float64}).write_csv(folder / "events.csv")
    pl.from_arrow(table).write_parquet(folder / "events.parquet")
    lines(folder / "events.jsonl", *texts)
    frames = {
        "arrow": table,
        "polars": pl.from_arrow(table),
        "pandas": table.to_pandas(),
        "dicts": aware,
        "csv": folder / "events.csv",
        "parquet": folder / "events.parquet",
        "jsonl": folder / "events.jsonl",
    }
    read = {name: _all(frame) for name, frame in frames.items()}
    for name, found in read.items():
        assert found == read["arrow"], name


def _all(frame: object) -> tuple[object, object]:
    with empty_database() as con:
        inputs = opened(events=frame, con=con)
        found = con.sql(
            f"SELECT lead_id, event, occurred_at, event_id, known_at, verdict, usable, "
            f'"p:title", CAST("p:price" AS DOUBLE) AS price FROM {inputs.events.relation} ORDER BY ALL'
        ).fetchall()
        return found, sorted(refused_events(inputs))


def test_a_relation_of_a_closed_connection_says_so():
    con = duckdb.connect()
    leads = con.sql("SELECT 'anna' AS lead_id")
    con.close()
    says = (
        "The DuckDB connection that it is from has been closed. Close it afterwards, or give an Arrow table."
    )
    assert mistakes(leads=leads) == [("HR510", says)]


def test_a_reader_that_has_been_read_is_no_empty_input():
    table = pa.table({"lead_id": ["anna"]})
    reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches())
    reader.read_all()
    ((code, says),) = mistakes(leads=reader)
    assert code == "HR504"
    assert says.startswith("This reader of Arrow batches has none left")
    assert mistakes(leads=table.slice(1)) == []
