"""Open time is what the clocks on the wall show, minute by minute, whatever they are set to."""

from __future__ import annotations

import pytest
from hours_drawn import Case, cases, instants
from hypothesis import given
from hypothesis import strategies as st
from minutes import DAY, MINUTE, Minutes, at

from handraiser.agreement.model import Hours
from handraiser.handoff.calendar import FOREVER, Calendar, calendar_of

HOUR = 60 * MINUTE


def drawn(data: st.DataObject) -> tuple[Case, Calendar, Minutes]:
    case = data.draw(cases())
    return case, calendar_of(case.hours, case.zone, case.closed), case.minutes(*case.closed)


@given(st.data())
def test_open_time_between_two_instants_is_that_of_the_minutes_between(data: st.DataObject) -> None:
    case, calendar, minutes = drawn(data)
    since, until = sorted(data.draw(instants(case, minutes.edges())) for _ in range(2))
    assert calendar.open_between(since, until) == minutes.open_between(since, until)
    assert calendar.open_between(until, since) == 0


@given(st.data())
def test_so_much_open_time_has_passed_when_the_minutes_say_so(data: st.DataObject) -> None:
    case, calendar, minutes = drawn(data)
    since, until = sorted(data.draw(instants(case, minutes.edges())) for _ in range(2))
    length = data.draw(
        st.one_of(
            st.just(minutes.open_between(since, until)),
            st.integers(0, 2 * DAY),
            st.integers(0, 2_880).map(lambda count: count * MINUTE),
        )
    )
    found, expected = calendar.after(since, length), minutes.after(since, length)
    # Where the minutes do not reach so far, all that they say is that it is later.
    assert found == expected or (expected is None and found > minutes.minutes[-1])


@given(st.data())
def test_it_is_open_when_the_minute_is(data: st.DataObject) -> None:
    case, calendar, minutes = drawn(data)
    instant = data.draw(instants(case, minutes.edges()))
    expected = minutes.next_open(instant)
    found = calendar.next_open(instant)
    assert found == expected or (expected is None and found > minutes.minutes[-1])
    assert calendar.is_open(instant) == (expected == instant)


@given(st.data())
def test_business_closes_with_the_last_open_minute_of_each_local_date(data: st.DataObject) -> None:
    case, calendar, minutes = drawn(data)
    since = data.draw(instants(case, minutes.edges()))
    # The last of these days is cut off by the end of the minutes.
    expected = [close for close in minutes.closes(since) if close < minutes.minutes[-1] - DAY]
    found = [close for close, _ in zip(calendar.closes(since), expected, strict=False)]
    assert found == expected


@given(st.data())
def test_the_laws_of_open_time(data: st.DataObject) -> None:
    case, calendar, minutes = drawn(data)
    first, second, third = sorted(data.draw(instants(case, minutes.edges())) for _ in range(3))
    whole = calendar.open_between(first, third)
    assert whole == calendar.open_between(first, second) + calendar.open_between(second, third)
    # By then it has passed, and not a microsecond before.
    reached = calendar.after(first, whole)
    assert reached <= third
    assert calendar.open_between(first, reached) == whole
    assert whole == 0 or calendar.open_between(first, reached - 1) == whole - 1
    assert calendar.after(first, whole) <= calendar.after(second, whole) <= calendar.after(second, whole + 1)
    assert calendar.next_open(first) <= calendar.next_open(second)
    assert calendar.without([(second, third)]).after(first, whole) >= reached


@given(st.data())
def test_in_which_order_stretches_are_closed_is_all_one(data: st.DataObject) -> None:
    case, calendar, _ = drawn(data)
    order = data.draw(st.permutations(case.closed))
    one_by_one = calendar_of(case.hours, case.zone)
    for stretch in order:
        one_by_one = one_by_one.without([stretch])
    assert one_by_one == calendar


def week(*intervals: tuple[int, int], days: range = range(7)) -> tuple[tuple[tuple[int, int], ...], ...]:
    return tuple(intervals if day in days else () for day in range(7))


NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("interval", "day", "hours"),
    [
        ((60, 240), "2026-03-08", 2.0),  # 02:00 to 03:00 is skipped
        ((135, 165), "2026-03-08", 0.0),
        ((135, 195), "2026-03-08", 0.25),
        ((0, 1440), "2026-03-08", 23.0),
        ((60, 240), "2026-11-01", 4.0),  # 01:00 to 02:00 comes twice
        ((75, 105), "2026-11-01", 1.0),
        ((90, 180), "2026-11-01", 2.0),  # half past one to two, and half past one to three
        ((0, 1440), "2026-11-01", 25.0),
        ((540, 1080), "2026-11-01", 9.0),
    ],
)
def test_an_interval_is_as_long_as_the_clocks_show_it(
    interval: tuple[int, int], day: str, hours: float
) -> None:
    calendar = calendar_of(Hours(week=week(interval)), NEW_YORK)
    midnight = at(f"{day} 00:00", NEW_YORK)
    assert calendar.open_between(midnight, midnight + 30 * HOUR) - calendar.open_between(
        at(f"{day} 23:59", NEW_YORK) + MINUTE, midnight + 30 * HOUR
    ) == int(hours * HOUR)


def test_in_an_hour_that_comes_twice_both_are_open_and_it_is_closed_between() -> None:
    calendar = calendar_of(Hours(week=week((90, 105))), NEW_YORK)
    summer, winter = at("2026-11-01 01:30 @-04:00", NEW_YORK), at("2026-11-01 01:30 @-05:00", NEW_YORK)
    assert calendar.after(summer, 30 * MINUTE) == winter + 15 * MINUTE
    assert calendar.next_open(summer + 15 * MINUTE) == winter
    assert next(zip(calendar.closes(summer - DAY), range(1), strict=False))[0] == winter + 15 * MINUTE


@pytest.mark.parametrize(("opens", "closes"), [(120, 180), (135, 165)])
def test_a_day_whose_hours_are_skipped_is_no_open_day(opens: int, closes: int) -> None:
    calendar = calendar_of(Hours(week=week((opens, closes))), NEW_YORK)
    saturday, monday = (at(f"2026-03-{day} 00:00", NEW_YORK) for day in ("07", "09"))
    assert next(calendar.closes(saturday)) == monday + closes * MINUTE
    assert calendar.next_open(saturday + DAY) == monday + opens * MINUTE


def test_a_day_that_was_skipped_in_the_calendar_is_no_open_day() -> None:
    calendar = calendar_of(Hours(week=week((540, 1020))), "Pacific/Apia")
    since = at("2011-12-29 10:00", "Pacific/Apia")
    assert next(calendar.closes(since)) == at("2011-12-31 17:00", "Pacific/Apia")
    assert calendar.after(since, 8 * HOUR) == at("2011-12-31 10:00", "Pacific/Apia")


@pytest.mark.parametrize(
    "calendar",
    [
        calendar_of(Hours(week=week()), NEW_YORK),
        calendar_of(Hours(week=week((540, 1020))), NEW_YORK, [(0, FOREVER)]),
    ],
    ids=["no day of the week", "closed for ever"],
)
def test_where_it_is_never_open_nothing_ever_comes_to_pass(calendar: Calendar) -> None:
    since = at("2026-03-02 10:00", NEW_YORK)
    assert calendar.next_open(since) == FOREVER
    assert calendar.after(since, 1) == FOREVER
    assert calendar.after(since, 0) == since
    assert list(calendar.closes(since)) == []
    assert calendar.open_between(since, since + 365 * DAY) == 0
    assert not calendar.is_open(since)


def test_a_calendar_that_closes_for_good_is_open_until_then() -> None:
    since, end = at("2026-03-02 09:00", NEW_YORK), at("2026-03-04 12:00", NEW_YORK)
    calendar = calendar_of(Hours(week=week((540, 1020))), NEW_YORK, [(end, FOREVER)])
    assert calendar.after(since, 19 * HOUR) == end
    assert calendar.after(since, 19 * HOUR + 1) == FOREVER
    assert calendar.is_open(end - 1)
    assert not calendar.is_open(end)
    assert list(calendar.closes(since)) == [at("2026-03-03 17:00", NEW_YORK), end]
    assert calendar.open_between(since, since + 365 * DAY) == 19 * HOUR


def test_centuries_away_it_is_closed() -> None:
    calendar = calendar_of(Hours(week=week((540, 1020))), NEW_YORK)
    since = at("2026-03-02 09:00", NEW_YORK)
    assert calendar.after(since, 365 * 300 * 8 * HOUR) == at("2325-12-19 17:00", NEW_YORK)
    assert calendar.after(since, 365 * 900 * 8 * HOUR) == FOREVER
    assert calendar.after(FOREVER, HOUR) == FOREVER
    assert not calendar.is_open(FOREVER)


def test_forty_business_days_and_a_month_of_business_time_are_reckoned_not_walked() -> None:
    calendar = calendar_of(Hours(week=week((540, 1020), days=range(5)), holidays=("US",)), NEW_YORK)
    since = at("2026-03-02 09:00", NEW_YORK)
    closes = calendar.closes(since)
    # Eight weeks without a holiday.
    assert [next(closes) for _ in range(40)][-1] == at("2026-04-27 17:00", NEW_YORK)
    # Memorial Day, Juneteenth and Independence Day, which is observed on a Friday.
    assert calendar.after(since, 30 * 24 * HOUR) == at("2026-07-08 17:00", NEW_YORK)
