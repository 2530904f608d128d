"""The cases that the agreement language works out, and those that other systems got wrong."""

from __future__ import annotations

from typing import Any

import pytest
from handoffs_said import agreement_on
from minutes import at

from handraiser.agreement.durations import read_promise
from handraiser.agreement.wrong import Wrong
from handraiser.handoff.clocks import Clock, business_between, dues

NEW_YORK = "America/New_York"
NINE_TO_SIX = {"mon-fri": "09:00-18:00"}
TEN_TO_SIX = {"mon-fri": "10:00-18:00"}


def due(
    handed: str, promise: str, hours: dict[str, Any], *, timezone: str = NEW_YORK, owner: str = ""
) -> int:
    """When it is due to accept a lead that is handed off at this local time."""
    clock = Clock(agreement_on({"hours": hours, "accept_within": promise}, timezone), False, None, "")
    (found,) = dues(clock, since=at(handed, timezone))
    return found.due_at


def here(local: str) -> int:
    return at(local, NEW_YORK)


# AGREEMENT.md, section 10. 2 March 2026 is a Monday.


def test_a_lead_of_saturday_is_due_an_hour_after_monday_opens() -> None:
    assert due("2026-03-07 15:00", "1 business hour", NINE_TO_SIX) == here("2026-03-09 10:00")


def test_what_is_left_of_a_promise_on_friday_evening_runs_on_monday_morning() -> None:
    assert due("2026-03-06 17:50", "30 business minutes", NINE_TO_SIX) == here("2026-03-09 09:20")


def test_ten_business_hours_from_wednesday_afternoon_end_on_thursday_afternoon() -> None:
    assert due("2026-03-04 15:00", "10 business hours", TEN_TO_SIX) == here("2026-03-05 17:00")


def test_ten_business_hours_from_wednesday_evening_end_on_friday_noon() -> None:
    assert due("2026-03-04 20:00", "10 business hours", TEN_TO_SIX) == here("2026-03-06 12:00")


# An open CRM adds a day where one is closed, but keeps the time of day (RESEARCH.md, section 2).


@pytest.mark.parametrize("clock", ["07:00", "15:00", "20:00"])
def test_at_what_time_of_a_closed_day_a_lead_comes_is_all_one(clock: str) -> None:
    assert due(f"2026-03-07 {clock}", "1 business hour", NINE_TO_SIX) == here("2026-03-09 10:00")


# A router of leads has `1 day 10 hours`, of which the day is 24 hours on the wall (same section).


def test_a_promise_does_not_mix_days_and_hours() -> None:
    assert isinstance(read_promise("1 day 10 hours"), Wrong)
    assert isinstance(read_promise("1 business day 10 business hours"), Wrong)


def test_a_day_is_24_hours_and_a_business_day_ends_when_business_does() -> None:
    assert due("2026-03-04 15:00", "1 day", TEN_TO_SIX) == here("2026-03-05 15:00")
    assert due("2026-03-04 15:00", "1 business day", TEN_TO_SIX) == here("2026-03-05 18:00")
    assert due("2026-03-04 20:00", "1 business day", TEN_TO_SIX) == here("2026-03-06 18:00")


# Time zones (RESEARCH.md, section 3, 21).


def test_shortly_before_local_midnight_it_is_still_the_day_that_it_is_there() -> None:
    # In UTC it is Saturday by then.
    late = {"mon-fri": "09:00-24:00"}
    assert due("2026-03-06 23:30", "15 business minutes", late) == here("2026-03-06 23:45")
    assert due("2026-03-05 23:30", "1 business day", late) == here("2026-03-07 00:00")
    assert due("2026-03-06 23:30", "1 business hour", late) == here("2026-03-09 09:30")


def test_a_lead_is_not_late_because_it_is_night_where_its_owner_is() -> None:
    hours = {"mon-fri": "09:00-18:00", "timezone": "owner"}
    kolkata = "Asia/Kolkata"
    # Handed off at half past eleven in the morning of New York, ten at night in Kolkata.
    handed = here("2026-03-03 11:30")
    clock = Clock(agreement_on({"hours": hours, "accept_within": "1 business hour"}), False, None, kolkata)
    assert [each.due_at for each in dues(clock, since=handed)] == [at("2026-03-04 10:00", kolkata)]
    assert business_between(clock, handed, at("2026-03-04 09:20", kolkata)) == 20 * 60_000_000


def test_on_the_day_on_which_clocks_change_an_open_hour_is_still_an_hour() -> None:
    berlin = {"mon-sun": "00:00-24:00"}
    # 29 March 2026 has 23 hours, 25 October has 25.
    assert due("2026-03-29 00:00", "23 business hours", berlin, timezone="Europe/Berlin") == at(
        "2026-03-30 00:00", "Europe/Berlin"
    )
    assert due("2026-10-25 00:00", "25 business hours", berlin, timezone="Europe/Berlin") == at(
        "2026-10-26 00:00", "Europe/Berlin"
    )


# Weekends, off hours and lunch (same section, 22).

WITH_LUNCH = {"mon-fri": "09:00-12:30, 13:30-18:00"}


def test_nobody_is_late_over_lunch() -> None:
    assert due("2026-03-03 12:15", "30 business minutes", WITH_LUNCH) == here("2026-03-03 13:45")
    assert due("2026-03-03 12:30", "30 business minutes", WITH_LUNCH) == here("2026-03-03 14:00")
    assert due("2026-03-03 13:29", "30 business minutes", WITH_LUNCH) == here("2026-03-03 14:00")


def test_a_promise_that_ends_when_lunch_begins_is_due_before_lunch() -> None:
    assert due("2026-03-03 12:00", "30 business minutes", WITH_LUNCH) == here("2026-03-03 12:30")


def test_nobody_is_late_at_night() -> None:
    assert due("2026-03-03 22:00", "30 business minutes", WITH_LUNCH) == here("2026-03-04 09:30")
    assert due("2026-03-04 03:00", "30 business minutes", WITH_LUNCH) == here("2026-03-04 09:30")


def test_a_weekend_and_a_holiday_after_it_are_passed_over() -> None:
    hours = NINE_TO_SIX | {"holidays": "US"}
    # Memorial Day is the Monday after.
    assert due("2026-05-22 17:30", "1 business hour", hours) == here("2026-05-26 09:30")
    assert due("2026-05-22 17:30", "1 business day", hours) == here("2026-05-26 18:00")


def test_a_lead_that_waits_for_days_when_nobody_works_is_answered_in_no_open_time() -> None:
    clock = Clock(agreement_on({"hours": NINE_TO_SIX, "accept_within": "1 business hour"}), False, None, "")
    assert business_between(clock, here("2026-03-06 18:00"), here("2026-03-09 09:00")) == 0
    assert business_between(clock, here("2026-03-06 17:00"), here("2026-03-09 09:30")) == 90 * 60_000_000
