"""Days begin at midnight where somebody is; and where there is no midnight, with what comes first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.handoff.local_days import day_beginning_at, day_begins


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2026-08-03", "2026-08-03T00:00"),
        ("Europe/Berlin", "2026-08-03", "2026-08-02T22:00"),
        ("America/New_York", "2026-01-05", "2026-01-05T05:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00"),  # from 0:00 to 1:00
        ("America/Havana", "2026-11-01", "2026-11-01T04:00"),  # 0:00 comes twice
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00"),  # left out: the 31st begins
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30"),  # from 23:30 to 0:30
    ],
)
def test_a_day_begins_with_its_first_instant(zone: str, day: str, begins: str) -> None:
    at = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert day_begins(date.fromisoformat(day), zone) == int(at.timestamp()) * 1_000_000


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    day=st.dates(date(1980, 1, 1), date(2037, 12, 31)),
)
def test_what_begins_a_day_is_told_as_that_day_and_nothing_else_is(zone: str, day: date) -> None:
    at = day_begins(day, zone)
    found = day_beginning_at(at, zone)
    assert found is not None
    assert found >= day
    assert day_beginning_at(at - 1, zone) is None
    assert day_beginning_at(at + 1, zone) is None
