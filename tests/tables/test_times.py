"""Which instants do the cells of an input mean?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from inputs_given import column, mistakes, opened, refused_events, rows, time

from handraiser.agreement.hours import known_zones
from handraiser.tables.wallclock import _steps


def event(at: object, **more: object) -> dict[str, object]:
    return {"lead_id": "anna", "event": "Page Viewed", "occurred_at": at, **more}


def instants(*given: object, timezone: str = "UTC") -> list[object]:
    inputs = opened(events=[event(at) for at in given], timezone=timezone, deduplicate=False)
    return [at if usable else None for at, usable in rows(inputs, "events", "occurred_at", "usable")]


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00"),
        ("2026-03-01 10:00:00", "2026-03-01T10:00:00"),
        ("2026-03-01T10:00", "2026-03-01T10:00:00"),
        ("2026-03-01T10:00Z", "2026-03-01T10:00:00"),
        ("2026-03-01 10:00+02:00", "2026-03-01T08:00:00"),
        ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00"),
        ("2026-03-01T10:00:00+0200", "2026-03-01T08:00:00"),
        ("2026-03-01T10:00:00-05", "2026-03-01T15:00:00"),
        ("2026-03-01T10:00:00+05:30", "2026-03-01T04:30:00"),
        ("2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00.500000"),
        ("2026-03-01T10:00:00.123456", "2026-03-01T10:00:00.123456"),
        ("2026-03-01T10:00:00.123456999Z", "2026-03-01T10:00:00.123456"),
        ("2024-02-29", "2024-02-29T00:00:00"),
        ("1900-01-01", "1900-01-01T00:00:00"),
        ("2200-12-31T23:59:59.999999Z", "2200-12-31T23:59:59.999999"),
        ("1960-06-01T00:00:00.0000019", "1960-06-01T00:00:00.000001"),
        ("  2026-03-01T10:00:00Z ", "2026-03-01T10:00:00"),
        ("2026-03-01 ", "2026-03-01T00:00:00"),
        ("\t2026-03-01\t", "2026-03-01T00:00:00"),
        (" 2026-03-01 10:00 ", "2026-03-01T10:00:00"),
        ("2026-03-01 10:00:00.5\t ", "2026-03-01T10:00:00.500000"),
    ],
)
def test_a_time_in_iso_8601_is_read(text: str, means: str):
    assert instants(text) == [time(means)]


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-13-01",
        "2026-00-10",
        "2025-02-29",
        "31/12/2026",
        "2026/03/01",
        "2026-3-1",
        "infinity",
        "epoch",
        "now",
        "2026-03-01T25:00:00Z",
        "2026-03-01T10:60:00Z",
        "2026-03-01T10:00:60Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T10",
        "2026-03-01T10:00:00+25:00",
        "2026-03-01T10:00:00 Europe/Berlin",
        "2026-03-01T10:00:00Z trailing",
        "20260301T100000Z",
        "12000-01-01",
        "2026-03-01 (BC)",
        "yesterday",
        "٢٠٢٦-٠٣-٠١",
        "46022.4375",
    ],
)
def test_a_text_that_is_no_time_is_refused(text: str):
    inputs = opened(events=[event(text)])
    assert column(inputs, "events", "usable") == [False]
    assert refused_events(inputs) == [("occurred_at is not a time such as 2026-03-01T10:00:00Z", 1)]


@pytest.mark.parametrize("text", ["1899-12-31T23:59:59Z", "0000-01-01", "2201-01-01", "9999-12-31"])
def test_a_time_outside_the_years_1900_to_2200_is_refused(text: str):
    assert refused_events(opened(events=[event(text)])) == [
        ("occurred_at is outside the years 1900 to 2200", 1)
    ]


def test_the_ends_of_the_years_are_those_of_utc():
    assert instants("1900-01-01T00:30:00+01:00", "2200-12-31T23:30:00-01:00") == [None, None]


def test_epoch_numbers_in_a_text_are_refused_with_what_they_look_like():
    inputs = opened(events=[event("1772359200"), event("1772359200000"), event("2026-03-01")])
    assert refused_events(inputs) == [
        (f"occurred_at is a number that looks like epoch {unit}; write it as 2026-03-01T10:00:00Z", 1)
        for unit in ("milliseconds", "seconds")
    ]


@pytest.mark.parametrize(
    ("numbers", "unit", "function"),
    [
        ([1772359200, 1772359201], "epoch seconds", "to_timestamp"),
        ([1772359200.5], "epoch seconds", "to_timestamp"),
        ([1772359200000], "epoch milliseconds", "epoch_ms"),
        ([1772359200000000], "epoch microseconds", "make_timestamp"),
    ],
)
def test_a_column_of_numbers_is_a_mistake_that_says_how_to_make_times_of_them(
    numbers: list[float], unit: str, function: str
):
    ((code, says),) = mistakes(events=[event(number) for number in numbers])
    assert code == "HR507"
    assert unit in says
    assert f"with {function}(" in says


def test_a_column_of_small_numbers_is_a_mistake_without_a_guess():
    ((code, says),) = mistakes(events=[event(7)])
    assert code == "HR507"
    assert "epoch" not in says


def test_every_typed_time_means_the_same_instant(tmp_path: Path):
    for kind in ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPTZ", "VARCHAR"):
        path = tmp_path / f"{kind}.parquet"
        duckdb.sql(
            "SET TimeZone = 'UTC'; SELECT 'anna' AS lead_id, 'A' AS event, "
            f"CAST('2026-03-01 10:00:00' AS {kind}) AS occurred_at"
        ).write_parquet(str(path))
        assert column(opened(events=path), "events", "occurred_at") == [time("2026-03-01T10:00:00Z")], kind


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_nanoseconds_are_cut_off_before_and_after_1970(zone: str | None):
    at = pa.array([-1, 1_999], type=pa.timestamp("ns", tz=zone))
    table = pa.table({"lead_id": ["a", "a"], "event": ["A", "A"], "occurred_at": at})
    assert column(opened(events=table), "events", "occurred_at") == [-1, 1]


def test_a_timestamp_in_nanoseconds_with_a_zone_is_text_in_utc_where_text_is_asked_for():
    at = pa.array([1_772_359_200_000_005_999], type=pa.timestamp("ns", tz="Europe/Berlin"))
    leads = pa.table({"lead_id": ["a"], "since": at})
    assert column(opened(leads=leads), "leads", "a:since") == ["2026-03-01T10:00:00.000005Z"]


def test_a_date_is_its_midnight():
    assert instants(date(2026, 3, 1)) == [time("2026-03-01")]
    table = pa.table({"lead_id": ["a"], "event": ["A"], "occurred_at": pa.array([date(2026, 3, 1)])})
    inputs = opened(events=table, timezone="America/New_York")
    assert column(inputs, "events", "occurred_at") == [time("2026-03-01T05:00:00Z")]


@pytest.mark.parametrize(
    "kind", ["TIMESTAMP", "TIMESTAMPTZ", "DATE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"]
)
def test_infinite_and_absurd_typed_times_are_refused_and_stop_nothing(kind: str):
    absurd = "'infinity', '-infinity', '5000-01-01', '0044-03-15'"
    if kind == "TIMESTAMP_NS":
        absurd = "'infinity', '-infinity', '1677-10-01', '2250-01-01'"
    relation = duckdb.sql(
        "SET TimeZone = 'UTC'; SELECT 'anna' AS lead_id, 'A' AS event, "
        f"CAST(unnest([{absurd}, '2026-03-01']) AS {kind}) AS occurred_at"
    )
    inputs = opened(events=relation)
    assert sorted(column(inputs, "events", "usable")) == [False] * 4 + [True]
    assert sum(count for _, count in refused_events(inputs)) == 4


@pytest.mark.parametrize("kind", ["naive", "text"])
def test_a_time_without_an_offset_is_in_the_zone_that_is_named(kind: str):
    at: object = datetime(2026, 7, 1, 12) if kind == "naive" else "2026-07-01T12:00:00"
    assert instants(at, timezone="America/New_York") == [time("2026-07-01T16:00:00Z")]


def test_a_time_with_an_offset_is_absolute_whatever_zone_is_named():
    aware = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
    given = ["2026-07-01T12:00:00Z", "2026-07-01T14:00:00+02:00", aware]
    assert instants(*given, timezone="America/New_York") == [
        time("2026-07-01T03:00:00Z"),
        time("2026-07-01T12:00:00Z"),
        time("2026-07-01T12:00:00Z"),
    ]


def test_of_an_hour_that_comes_twice_the_first_is_meant():
    assert instants("2026-11-01T01:30:00", timezone="America/New_York") == [time("2026-11-01T05:30:00Z")]


def test_a_time_in_the_hour_that_is_left_out_is_read_with_the_offset_before_it():
    assert instants("2026-03-08T02:30:00", timezone="America/New_York") == [time("2026-03-08T07:30:00Z")]


_ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "UTC",
)


@settings(max_examples=25)
@given(
    st.sampled_from(_ZONES),
    st.lists(st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30)), min_size=1, max_size=20),
)
def test_wall_clocks_are_read_as_python_reads_them(zone: str, clocks: list[datetime]):
    table = pa.table({"lead_id": ["a"] * len(clocks), "event": ["A"] * len(clocks), "occurred_at": clocks})
    inputs = opened(events=table, timezone=zone)
    expected = sorted(time(clock.replace(tzinfo=ZoneInfo(zone)).isoformat()) for clock in clocks)
    assert column(inputs, "events", "occurred_at") == expected
    inputs.con.close()


@settings(max_examples=25)
@given(st.sampled_from(sorted(known_zones())), st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31)))
def test_the_steps_of_every_zone_are_its_offsets(zone: str, clock: datetime):
    second = int((clock - datetime(1970, 1, 1)).total_seconds())
    offset = [offset for since, offset in _steps(zone) if since <= second][-1]
    assert timedelta(seconds=offset) == clock.replace(tzinfo=ZoneInfo(zone), microsecond=0).utcoffset()


@settings(max_examples=25)
@given(st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30), timezones=st.timezones()))
def test_whatever_python_writes_is_read_back(at: datetime):
    offset = at.utcoffset()
    assume(offset is not None and offset.seconds % 60 == 0)
    assert instants(at.isoformat()) == [time(at.isoformat())]


def test_known_at_that_cannot_be_read_makes_an_event_unusable():
    inputs = opened(events=[event("2026-03-01", known_at="soon"), event("2026-03-02", known_at=None)])
    assert rows(inputs, "events", "usable", "known_at") == [(False, None), (True, None)]
    assert refused_events(inputs) == [("known_at is not a time such as 2026-03-01T10:00:00Z", 1)]


def test_known_at_that_is_a_typed_infinity_makes_an_event_unusable(tmp_path: Path):
    path = tmp_path / "e.parquet"
    duckdb.sql(
        "SELECT 'anna' AS lead_id, 'A' AS event, TIMESTAMP '2026-03-01' AS occurred_at, "
        "TIMESTAMP 'infinity' AS known_at"
    ).write_parquet(str(path))
    assert column(opened(events=path), "events", "usable") == [False]


def test_a_time_column_without_any_value_is_as_good_as_none(tmp_path: Path):
    path = tmp_path / "e.parquet"
    duckdb.sql(
        "SELECT 'anna' AS lead_id, 'A' AS event, TIMESTAMP '2026-03-01' AS occurred_at, "
        "CAST(NULL AS INTEGER) AS known_at"
    ).write_parquet(str(path))
    assert rows(opened(events=path), "events", "usable", "known_at") == [(True, None)]


@pytest.mark.parametrize("name", ["valid_from", "known_at"])
def test_an_attribute_row_with_a_time_that_cannot_be_read_is_refused(name: str):
    inputs = opened(leads=[{"lead_id": "anna", name: "soon"}, {"lead_id": "ben", name: "2026-03-01"}])
    assert rows(inputs, "leads", "lead_id", name) == [("ben", time("2026-03-01"))]
    assert [(each.input, each.reason, each.rows) for each in inputs.rejects] == [
        ("leads", f"{name} is not a time such as 2026-03-01T10:00:00Z", 1)
    ]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("soon", "is not a time such as 2026-03-01T10:00:00Z"),
        ("9999-12-31", "is outside the years 1900 to 2200"),
        ("1772359200", "is a number that looks like epoch seconds; write it as 2026-03-01T10:00:00Z"),
    ],
)
def test_when_a_lead_was_created_costs_no_row_of_it_but_is_doubted(given: str, wrong: str):
    inputs = opened(leads=[{"lead_id": "anna", "created_at": given}, {"lead_id": "", "created_at": given}])
    assert rows(inputs, "leads", "lead_id", "created_at") == [("anna", None)]
    assert [(each.reason, each.rows, each.used) for each in inputs.rejects] == [
        (f"created_at {wrong}; taken as unknown", 1, True),
        ("there is no lead_id", 1, False),
    ]


def test_when_a_company_was_created_costs_no_row_of_it():
    inputs = opened(companies=[{"company_id": "acme", "created_at": "long ago"}])
    assert rows(inputs, "companies", "company_id", "created_at") == [("acme", None)]
    assert inputs.rejects == []


def test_an_aware_datetime_of_python_is_absolute():
    assert instants(datetime(2026, 3, 1, 10, tzinfo=UTC), timezone="Asia/Tokyo") == [
        time("2026-03-01T10:00:00Z")
    ]


def test_an_unknown_time_zone_is_a_mistake_with_the_nearest_name():
    ((code, says),) = mistakes(timezone="America/NewYork")
    assert code == "HR508"
    assert "America/New_York" in says


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Factory", "right/UTC", "build/etc/localtime"])
def test_a_zone_that_is_another_on_each_machine_is_none(zone: str):
    assert [code for code, _ in mistakes(timezone=zone)] == ["HR508"]
