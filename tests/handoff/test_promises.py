"""A promise is due when the minutes say so, and its shares lie where they should."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hours_drawn import business, cases, instants, plain
from hypothesis import assume, given
from hypothesis import strategies as st
from minutes import DAY, MINUTE, at
from minutes import due_at as due_by_minutes

from handraiser.agreement.model import Hours, Promise, PromiseUnit
from handraiser.handoff.calendar import FOREVER, calendar_of
from handraiser.handoff.promises import course, due_at, share_at

HOUR = 60 * MINUTE
SHARES = st.sampled_from([0.01, 0.25, 0.5, 0.8, 1.0, 1.0, 1.5, 2.0, 3.0])


@given(st.data())
def test_business_time_is_due_when_the_minutes_say_so(data: st.DataObject) -> None:
    case = data.draw(cases())
    calendar = calendar_of(case.hours, case.zone, case.closed)
    minutes, running = case.minutes(*case.closed), case.minutes(*case.closed, *case.pauses)
    since = data.draw(instants(case, running.edges()))
    promise = data.draw(business)
    expected = due_by_minutes(promise, since, minutes, running, case.pauses)
    last = minutes.minutes[-1] - DAY
    found = due_at(promise, since, calendar, case.pauses)
    # A close of business may be cut off where the minutes end.
    assert found == expected or (found > last and (expected is None or expected > last))


@given(st.data())
def test_a_share_has_passed_when_so_much_of_the_open_time_has(data: st.DataObject) -> None:
    case = data.draw(cases())
    calendar = calendar_of(case.hours, case.zone, case.closed)
    running = case.minutes(*case.closed, *case.pauses)
    since = data.draw(instants(case, running.edges()))
    promise, share = data.draw(business), data.draw(SHARES)
    if promise.unit is PromiseUnit.BUSINESS:
        whole = promise.length // timedelta(microseconds=1)
    else:
        due = due_at(promise, since, calendar, case.pauses)
        assume(due <= running.minutes[-1])
        whole = running.open_between(since, due)
    expected = running.after(since, round(whole * share))
    found = share_at(promise, since, share, calendar, case.pauses)
    assert found == expected or (expected is None and found > running.minutes[-1])


@given(st.data())
def test_plain_time_is_elapsed_time_without_the_pauses(data: st.DataObject) -> None:
    case = data.draw(cases())
    since = data.draw(instants(case, []))
    promise, share = data.draw(plain), data.draw(SHARES)
    assert due_at(promise, since, None) - since == promise.length // timedelta(microseconds=1)
    round_the_clock = Hours(week=(((0, 1440),),) * 7)
    running = calendar_of(round_the_clock, case.zone, case.pauses)
    length = round(promise.length // timedelta(microseconds=1) * share)
    assert share_at(promise, since, share, None, case.pauses) == running.after(since, length)


@given(st.data())
def test_the_laws_of_promises(data: st.DataObject) -> None:
    case = data.draw(cases())
    calendar = calendar_of(case.hours, case.zone, case.closed)
    edges = case.minutes(*case.closed).edges()
    earlier, later = sorted(data.draw(instants(case, edges)) for _ in range(2))
    promise = data.draw(st.one_of(business, plain))
    runs = course(promise, earlier, calendar, case.pauses)
    assert earlier < runs.due_at
    # Who is handed a lead later need not be faster; a pause brings nothing forward.
    assert runs.due_at <= due_at(promise, later, calendar, case.pauses)
    assert due_at(promise, earlier, calendar) <= runs.due_at
    assert due_at(promise, earlier, calendar, case.pauses[:1]) <= runs.due_at
    assert earlier <= runs.at(0.5) <= runs.at(0.8) <= runs.at(1) <= runs.at(1.5)
    # Nothing falls due in a pause, so that nothing is late the moment that one is over.
    assert all(not begin < runs.due_at <= end for begin, end in case.pauses if end < FOREVER)
    assert runs.due_at == FOREVER or all(not begin < runs.due_at <= end for begin, end in case.pauses)


@given(st.data())
def test_a_pause_while_it_is_closed_moves_no_business_time(data: st.DataObject) -> None:
    case = data.draw(cases())
    calendar = calendar_of(case.hours, case.zone, case.closed)
    edges = case.minutes(*case.closed).edges()
    since, begin = data.draw(instants(case, edges)), data.draw(instants(case, edges))
    promise, share = data.draw(business), data.draw(SHARES)
    pause = (begin, calendar.next_open(begin))
    assert share_at(promise, since, share, calendar, [pause]) == share_at(promise, since, share, calendar)


WEEKDAYS = Hours(week=(*(((540, 1080),),) * 5, (), ()))  # Mon-Fri 9-18
CALENDAR = calendar_of(WEEKDAYS, "UTC")


def days(count: int) -> Promise:
    return Promise(unit=PromiseUnit.BUSINESS_DAYS, days=count)


def hours(count: int) -> Promise:
    return Promise(unit=PromiseUnit.BUSINESS, length=timedelta(hours=count))


def utc(local: str) -> int:
    return at(local, "UTC")


def test_a_business_day_at_whose_close_the_clock_stood_does_not_count() -> None:
    tuesday = utc("2026-03-03 10:00")
    assert due_at(days(1), tuesday, CALENDAR) == utc("2026-03-04 18:00")
    overnight = (utc("2026-03-04 15:00"), utc("2026-03-05 10:00"))
    assert due_at(days(1), tuesday, CALENDAR, [overnight]) == utc("2026-03-05 18:00")
    over_noon = (utc("2026-03-04 11:00"), utc("2026-03-04 15:00"))
    assert due_at(days(1), tuesday, CALENDAR, [over_noon]) == utc("2026-03-04 18:00")


@pytest.mark.parametrize("until", ["2026-03-04 18:00", "2026-03-05 10:00"])
def test_a_company_that_closes_early_has_its_close_of_business_then(until: str) -> None:
    early = calendar_of(WEEKDAYS, "UTC", [(utc("2026-03-04 15:00"), utc(until))])
    assert due_at(days(1), utc("2026-03-03 10:00"), early) == utc("2026-03-04 15:00")


def test_a_day_that_is_closed_from_opening_to_closing_is_no_open_day() -> None:
    whole = calendar_of(WEEKDAYS, "UTC", [(utc("2026-03-04 09:00"), utc("2026-03-04 18:00"))])
    assert due_at(days(1), utc("2026-03-03 10:00"), whole) == utc("2026-03-05 18:00")


def test_what_is_closed_or_paused_from_the_close_of_business_on_moves_none() -> None:
    night = (utc("2026-03-04 18:00"), utc("2026-03-05 09:00"))
    since = utc("2026-03-03 10:00")
    assert due_at(days(1), since, calendar_of(WEEKDAYS, "UTC", [night])) == night[0]
    assert due_at(days(1), since, CALENDAR, [night]) == night[0]
    until_close = (utc("2026-03-04 17:00"), utc("2026-03-04 18:00"))
    assert due_at(days(1), since, CALENDAR, [until_close]) == utc("2026-03-05 18:00")


def test_pauses_that_overlap_count_once() -> None:
    pauses = [
        (utc("2026-03-03 11:00"), utc("2026-03-03 13:00")),
        (utc("2026-03-03 12:00"), utc("2026-03-03 14:00")),
    ]
    since = utc("2026-03-03 10:00")
    assert due_at(hours(2), since, CALENDAR, pauses) == utc("2026-03-03 15:00")


def test_what_is_paused_for_good_is_never_due() -> None:
    since, pause = utc("2026-03-03 10:00"), (utc("2026-03-03 11:00"), FOREVER)
    wall = Promise(unit=PromiseUnit.WALL, length=timedelta(hours=2))
    assert due_at(wall, since, CALENDAR, [pause]) == FOREVER
    assert due_at(hours(2), since, CALENDAR, [pause]) == FOREVER
    assert due_at(days(1), since, CALENDAR, [pause]) == FOREVER
    assert share_at(days(1), since, 0.5, CALENDAR, [pause]) == FOREVER


def test_business_time_without_hours_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="opening hours"):
        due_at(hours(1), 0, None)
