"""Which columns does an input need, and what is said when they are not there?"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from inputs_given import EVENTS, LEADS, column, mistakes, opened, reasons, refused_events, rows, time

from handraiser.errors import Mistakes
from handraiser.facts.inputs import Kind


def test_all_mistakes_of_all_inputs_are_shown_at_once(tmp_path: Path):
    (tmp_path / "leads.csv").write_text("Lead ID,email\n1,a\n")
    (tmp_path / "events.csv").write_text("lead,event name,when\n1,A,2026-03-01\n")
    with pytest.raises(Mistakes) as raised:
        opened(
            leads=tmp_path / "leads.csv",
            events=tmp_path / "events.csv",
            companies=tmp_path / "nothing.csv",
            outcomes=[{"lead_id": "1", "stage": "customer", "at": 5}],
        )
    said = {(Path(each.at.file).name, each.code) for each in raised.value.diagnostics}
    assert said == {
        ("leads.csv", "HR505"),
        ("events.csv", "HR505"),
        ("nothing.csv", "HR501"),
        ("<outcomes>", "HR507"),
    }
    assert len(raised.value.diagnostics) == 6


@pytest.mark.parametrize("near", ["Lead ID", "leadid", "LeadId", "lead-id", "lead_ids"])
def test_a_missing_column_is_said_with_the_nearest_name(near: str):
    assert mistakes(leads=[{near: "1", "email": "a"}]) == [
        (
            "HR505",
            f"There is no column lead_id. There is `{near}`: rename it to lead_id, if that is what it is.",
        )
    ]


def test_a_missing_column_without_a_near_name_is_said_with_those_there_are():
    assert mistakes(leads=[{"x": "1", "y": "a"}]) == [
        ("HR505", "There is no column lead_id. It has `x`, `y`: rename the one that is lead_id.")
    ]


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("leads", {"lead_id"}),
        ("companies", {"company_id"}),
        ("events", {"lead_id", "event", "occurred_at"}),
        ("outcomes", {"lead_id", "stage", "at"}),
    ],
)
def test_each_input_needs_its_columns(name: str, needed: set[str]):
    said = mistakes(**{name: [{"zzz": 1}]})
    assert {says.split(".")[0].removeprefix("There is no column ") for _, says in said} == needed


def test_names_are_matched_whatever_their_case_and_without_white_space():
    inputs = opened(leads=pa.table({" LEAD_ID ": ["a"], "Job Title ": ["boss"]}))
    assert rows(inputs, "leads", "lead_id", "job title") == [("a", "boss")]
    assert inputs.leads.columns["job title"].name == "Job Title"


def test_columns_that_differ_in_case_only_are_a_mistake_in_every_kind_of_file(tmp_path: Path):
    (tmp_path / "a.csv").write_text("lead_id,Plan,PLAN\n1,a,b\n")
    table = pa.table([["1"], ["a"], ["b"]], names=["lead_id", "Plan", "PLAN"])
    # DuckDB cannot write two such columns, so the file is made by hand.
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, tmp_path / "b.parquet")
    for given in (
        tmp_path / "a.csv",
        tmp_path / "b.parquet",
        table,
        [{"lead_id": "1", "Plan": 1, "PLAN": 2}],
    ):
        ((code, says),) = mistakes(leads=given)
        assert code == "HR506"
        assert "Plan" in says


def test_nested_columns_of_parquet_are_no_columns_of_the_same_name(tmp_path: Path):
    path = tmp_path / "a.parquet"
    duckdb.sql(
        "SELECT 'a' AS lead_id, {'lead_id': 1, 'Plan': {'x': [1]}} AS s, [{'lead_id': 1}] AS l, 'p' AS plan"
    ).write_parquet(str(path))
    assert rows(opened(leads=path), "leads", "lead_id", "plan") == [("a", "p")]


@pytest.mark.parametrize(
    ("value", "kind", "read"),
    [
        ("CAST(7 AS TINYINT)", Kind.NUMBER, 7.0),
        ("CAST(7 AS UBIGINT)", Kind.NUMBER, 7.0),
        ("CAST(7 AS HUGEINT)", Kind.NUMBER, 7.0),
        ("CAST(7.5 AS FLOAT)", Kind.NUMBER, 7.5),
        ("CAST(7.5 AS DECIMAL(10, 2))", Kind.NUMBER, 7.5),
        ("CAST('nan' AS DOUBLE)", Kind.NUMBER, None),
        ("CAST('-infinity' AS FLOAT)", Kind.NUMBER, None),
        ("TRUE", Kind.BOOLEAN, True),
        ("'text'", Kind.TEXT, "text"),
        ("CAST('a' AS ENUM('a', 'b'))", Kind.TEXT, "a"),
        ("DATE '2026-03-01'", Kind.TEXT, "2026-03-01"),
        ("TIMESTAMP '2026-03-01 10:00:00'", Kind.TEXT, "2026-03-01T10:00:00"),
        ("TIMESTAMP '2026-03-01 10:00:00.5'", Kind.TEXT, "2026-03-01T10:00:00.5"),
        ("TIMESTAMPTZ '2026-03-01 10:00:00+02'", Kind.TEXT, "2026-03-01T08:00:00Z"),
        ("TIME '10:00:00'", Kind.TEXT, "10:00:00"),
        ("[1, 2]", Kind.TEXT, "[1,2]"),
        ("{'a': 1}", Kind.TEXT, '{"a":1}'),
        ("MAP {'a': 1}", Kind.TEXT, '{"a":1}'),
        (
            "CAST('0b1d5b3e-0000-4000-8000-000000000000' AS UUID)",
            Kind.TEXT,
            "0b1d5b3e-0000-4000-8000-000000000000",
        ),
        ("CAST('plain' AS BLOB)", Kind.TEXT, "plain"),
    ],
)
@pytest.mark.parametrize("how", ["parquet", "relation"])
def test_a_typed_value_is_a_number_a_boolean_or_text(
    tmp_path: Path, value: str, kind: Kind, read: object, how: str
):
    relation = duckdb.sql(f"SELECT 'a' AS lead_id, {value} AS x")
    given: object = relation
    if how == "parquet":
        given = tmp_path / "leads.parquet"
        relation.write_parquet(str(given))
    inputs = opened(leads=given)
    assert inputs.leads.columns["x"].kind is kind
    assert column(inputs, "leads", "x") == [read]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("7", "7"),
        ("CAST(7 AS DOUBLE)", "7"),
        ("CAST(7.5 AS DOUBLE)", "7.5"),
        ("CAST(1e17 AS DOUBLE)", "100000000000000000"),
        ("CAST(-7 AS FLOAT)", "-7"),
        ("CAST(7 AS DECIMAL(10, 2))", "7"),
        ("CAST(12345678901234567890 AS UBIGINT)", "12345678901234567890"),
        ("' 007 '", " 007 "),
        ("CAST('0b1d5b3e-0000-4000-8000-000000000000' AS UUID)", "0b1d5b3e-0000-4000-8000-000000000000"),
    ],
)
def test_a_typed_id_is_text_and_a_whole_one_has_no_fraction(tmp_path: Path, value: str, read: str):
    path = tmp_path / "leads.parquet"
    duckdb.sql(f"SELECT {value} AS lead_id, {value} AS company_id").write_parquet(str(path))
    assert rows(opened(leads=path), "leads", "lead_id", "company_id") == [(read, read)]


@pytest.mark.parametrize("value", ["''", "CAST(NULL AS VARCHAR)", "CAST('nan' AS DOUBLE)", "NULL"])
def test_a_typed_id_that_is_empty_is_missing(tmp_path: Path, value: str):
    path = tmp_path / "leads.parquet"
    duckdb.sql(f"SELECT {value} AS lead_id").write_parquet(str(path))
    inputs = opened(leads=path)
    assert rows(inputs, "leads", "lead_id") == []
    assert reasons(inputs.rejects) == [("there is no lead_id", 1)]


def test_an_event_without_lead_name_or_time_is_not_usable_and_is_refused():
    fine = EVENTS[0]
    broken = [{**fine, "lead_id": None}, {**fine, "event": ""}, {**fine, "occurred_at": None}]
    inputs = opened(events=[*broken, fine])
    assert sorted(column(inputs, "events", "usable")) == [False, False, False, True]
    assert refused_events(inputs) == [
        ("there is no event", 1),
        ("there is no lead_id", 1),
        ("there is no occurred_at", 1),
    ]


@pytest.mark.parametrize("verdict", ["human", "machine", "unknown", None])
def test_a_verdict_that_is_known_is_taken(verdict: str | None):
    inputs = opened(events=[{**EVENTS[0], "verdict": verdict}])
    assert rows(inputs, "events", "verdict", "usable") == [(verdict or "unknown", True)]
    assert refused_events(inputs) == []


@pytest.mark.parametrize("verdict", ["Machine", "bot", "HUMAN"])
def test_any_other_verdict_counts_as_unknown_and_is_said(verdict: str):
    inputs = opened(events=[{**EVENTS[0], "verdict": verdict}])
    assert rows(inputs, "events", "verdict", "usable") == [("unknown", True)]
    (reject,) = inputs.rejects
    assert reject.used
    assert reject.reason == "verdict is not human, machine or unknown; it counts as unknown"


def test_event_columns_that_are_not_given_are_null():
    inputs = opened()
    assert rows(inputs, "events", "event_id", "known_at", "verdict") == [(None, None, "unknown")]
    assert inputs.events.has == {"lead_id", "event", "occurred_at"}


def test_ids_are_attributes_and_the_times_of_a_row_are_not():
    inputs = opened(leads=[{"lead_id": "a", "company_id": "c", "created_at": "2026-03-01", "known_at": None}])
    assert set(inputs.leads.columns) == {"lead_id", "company_id"}
    assert inputs.leads.has == {"lead_id", "company_id", "created_at", "known_at"}


def test_attributes_named_like_our_own_columns_are_attributes():
    row = {"lead_id": "a", "row": 1, "refused": "x", "raw": "y", "place": "z", "reason": "r", "usable": True}
    inputs = opened(leads=[row], events=[{**EVENTS[0], "usable": "no", "raw": 5, "part": "p", "broken": "b"}])
    assert rows(inputs, "leads", "refused", "raw", "place", "reason", "usable") == [
        ("x", "y", "z", "r", True)
    ]
    assert rows(inputs, "events", "raw", "part", "broken") == [(5.0, "p", "b")]
    assert inputs.con.sql(f"SELECT {inputs.leads.columns['row'].sql} FROM leads").fetchall() == [(1.0,)]


def test_outcomes_have_a_stage_a_time_and_further_facts():
    given = {
        "lead_id": 1,
        "stage": "lost",
        "at": "2026-03-01",
        "reason": "no_budget",
        "agreement": "crm",
        "amount": 5,
    }
    inputs = opened(outcomes=[given])
    names = ("row", "lead_id", "stage", "at", "reason", "agreement", "amount")
    assert rows(inputs, "outcomes", *names) == [(1, "1", "lost", time("2026-03-01"), "no_budget", "crm", 5.0)]
    assert set(inputs.outcomes.columns) == {"amount"}


@pytest.mark.parametrize(
    ("stage", "near"),
    [("Customer", "customer"), ("acepted", "accepted"), ("SQL", "sql"), ("dissqualified", "disqualified")],
)
def test_an_unknown_stage_is_refused_with_the_nearest_one(stage: str, near: str):
    inputs = opened(outcomes=[{"lead_id": "a", "stage": stage, "at": "2026-03-01"}])
    assert rows(inputs, "outcomes", "stage") == []
    assert reasons(inputs.rejects) == [(f"stage is unknown; the nearest is {near}", 1)]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"stage": None}, "there is no stage"),
        ({"lead_id": ""}, "there is no lead_id"),
        ({"at": None}, "there is no at"),
        ({"at": "2026-02-30"}, "at is not a time such as 2026-03-01T10:00:00Z"),
    ],
)
def test_an_outcome_without_lead_stage_or_time_is_refused(changed: dict[str, object], reason: str):
    inputs = opened(outcomes=[{"lead_id": "a", "stage": "sql", "at": "2026-03-01", **changed}])
    assert reasons(inputs.rejects) == [(reason, 1)]


def test_leads_know_the_domain_and_the_kind_of_their_mailbox():
    leads = [
        {"lead_id": "1", "email": "Ann.Lee@Gmail.com"},
        {"lead_id": "2", "email": "ben@acme.example"},
        {"lead_id": "3", "email": "no address"},
        {"lead_id": "4", "email": None},
        {"lead_id": "5", "email": " cleo@mailinator.com\n"},
    ]
    inputs = opened(leads=leads)
    assert rows(inputs, "leads", "row", "email_domain", "email_kind") == [
        (1, "gmail.com", "free"),
        (2, "acme.example", "business"),
        (3, None, None),
        (4, None, None),
        (5, "mailinator.com", "disposable"),
    ]


def test_a_mailbox_that_the_data_give_is_left_alone():
    inputs = opened(leads=[{"lead_id": "1", "email": "a@gmail.com", "Email_Kind": "mine"}])
    assert rows(inputs, "leads", "email_kind", "email_domain") == [("mine", "gmail.com")]


def test_without_an_email_there_is_no_mailbox():
    assert set(opened(leads=LEADS).leads.columns) == {"lead_id"}


def test_one_input_may_be_files_of_several_kinds(tmp_path: Path):
    (tmp_path / "a.csv").write_text("lead_id,size,vip\n1,5,true\n")
    duckdb.sql("SELECT 2 AS lead_id, 6.0 AS size, TRUE AS vip, 7 AS more").write_parquet(
        str(tmp_path / "b.parquet")
    )
    (tmp_path / "c.jsonl").write_text('{"lead_id": 3, "size": 7, "vip": false}\n')
    inputs = opened(leads=[tmp_path / "a.csv", tmp_path / "b.parquet", tmp_path / "c.jsonl"])
    assert rows(inputs, "leads", "row", "lead_id", "size", "vip", "more") == [
        (1, "1", "5", "true", None),
        (2, "2", "6", "true", 7.0),
        (3, "3", "7", "false", None),
    ]


def test_several_parquet_files_may_have_different_columns(tmp_path: Path):
    duckdb.sql("SELECT 1 AS lead_id, 'x' AS a").write_parquet(str(tmp_path / "1.parquet"))
    duckdb.sql("SELECT 2 AS Lead_id, 5 AS b").write_parquet(str(tmp_path / "2.parquet"))
    inputs = opened(leads=str(tmp_path / "*.parquet"))
    assert rows(inputs, "leads", "lead_id", "a", "b") == [("1", "x", None), ("2", None, 5.0)]


def test_a_parquet_file_may_have_columns_that_duckdb_has_a_meaning_for(tmp_path: Path):
    path = tmp_path / "leads.parquet"
    duckdb.sql(
        "SELECT '' AS lead_id, 'f' AS filename, 'n' AS file_row_number, 3 AS file_index"
    ).write_parquet(str(path))
    inputs = opened(leads=path)
    assert inputs.rejects[0].example.startswith("leads.parquet row 1: ")
