"""Which events make a visit."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from handraiser.capture.visits import KEPT, PAUSE, Visit, visit_of
from handraiser.scoring.hits import SESSION_PAUSE

MINUTE = 60_000_000


def ids(*minutes: float) -> list[str]:
    """Of which visit each event is, in the order in which they came."""
    visits: tuple[Visit, ...] = ()
    found = []
    for minute in minutes:
        visit, visits = visit_of(int(minute * MINUTE), visits, name="v")
        found.append(visit)
    return found


def test_the_pause_is_that_of_files() -> None:
    assert PAUSE == SESSION_PAUSE


def test_a_pause_of_thirty_minutes_begins_a_new_visit_and_a_shorter_one_does_not() -> None:
    first, second, third = ids(0, 29.9, 59.9)
    assert first == second != third


def test_a_late_event_goes_to_the_visit_before_it_though_the_one_after_is_nearer() -> None:
    assert ids(0, 50, 25) == ["v-0", f"v-{50 * MINUTE}", "v-0"]
    assert ids(0, 50, 26) == ["v-0", f"v-{50 * MINUTE}", "v-0"]


def test_a_late_event_with_nothing_before_it_goes_to_the_visit_after() -> None:
    assert ids(40, 20) == [f"v-{40 * MINUTE}"] * 2
    # From then on the visit begins with it.
    assert ids(40, 20, 0) == [f"v-{40 * MINUTE}"] * 3
    assert ids(40, 10) == [f"v-{40 * MINUTE}", f"v-{10 * MINUTE}"]


def test_two_visits_that_a_late_event_brings_together_stay_two() -> None:
    first, second, between, after = ids(0, 50, 25, 51)
    assert first == between
    assert second == after != first


def test_of_many_visits_the_latest_are_kept_in_order_of_time() -> None:
    visits: tuple[Visit, ...] = ()
    for hour in range(20):
        _, visits = visit_of(hour * 60 * MINUTE, visits, name="v")
    assert [visit.first for visit in visits] == [hour * 60 * MINUTE for hour in range(20 - KEPT, 20)]
    # One that comes later than that is a visit of its own, and the others are still known.
    alone, after = visit_of(0, visits, name="v")
    assert alone == "v-0"
    assert after == visits


_MINUTES = st.lists(st.integers(0, 240), max_size=12)


def visits_by_hand(minutes: list[int]) -> list[int]:
    """The number of the visit of each event, from all events before it (decision 0001, 2)."""
    found: list[int] = []
    for place, now in enumerate(minutes):
        there = list(enumerate(minutes[:place]))
        before = [(at, -n) for n, at in there if now - 30 < at <= now]
        after = [(at, n) for n, at in there if now < at < now + 30]
        if before:
            found.append(found[-max(before)[1]])
        else:
            found.append(found[min(after)[1]] if after else place)
    return found


@given(_MINUTES.filter(lambda minutes: len(set(visits_by_hand(minutes))) <= KEPT))
def test_visits_are_those_of_files_whatever_the_order(minutes: list[int]) -> None:
    by_hand, found = visits_by_hand(minutes), ids(*minutes)
    assert [found.index(each) for each in found] == [by_hand.index(each) for each in by_hand]


@given(st.lists(st.integers(0, 24 * 60), max_size=60).map(sorted))
def test_in_order_a_visit_ends_where_thirty_minutes_pass(minutes: list[int]) -> None:
    found = ids(*minutes)
    for place in range(1, len(minutes)):
        assert (found[place] == found[place - 1]) == (minutes[place] - minutes[place - 1] < 30)
    assert len(set(found)) == sum(
        place == 0 or minutes[place] - minutes[place - 1] >= 30 for place in range(len(minutes))
    )


@given(_MINUTES)
def test_visits_never_overlap(minutes: list[int]) -> None:
    visits: tuple[Visit, ...] = ()
    for minute in minutes:
        _, visits = visit_of(minute * MINUTE, visits, name="v")
        assert len(visits) <= KEPT
        assert all(a.last < b.first for a, b in pairwise(visits))
