"""A week of open hours is written in the one line that it is read from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraiser.agreement.hours import read_week, write_week

_MINUTES = st.sets(st.integers(0, 24 * 60), max_size=8).map(sorted)
_DAYS = _MINUTES.map(lambda at: tuple(zip(at[::2], at[1::2], strict=False)))


@given(st.lists(_DAYS, min_size=7, max_size=7).filter(any))
def test_what_is_written_is_read_as_the_same_week(week: list[tuple[tuple[int, int], ...]]) -> None:
    assert read_week(write_week(week)) == tuple(week)


@pytest.mark.parametrize(
    "line", ["mon-sun 00:00-24:00", "mon-thu 09:00-12:30, 13:30-18:00; fri 09:00-15:00", "mon 08:00-09:00"]
)
def test_days_that_are_alike_are_written_together(line: str) -> None:
    week = read_week(line)
    assert isinstance(week, tuple)
    assert write_week(week) == line


def test_a_week_in_which_nothing_is_open_is_empty() -> None:
    assert write_week([()] * 7) == ""
