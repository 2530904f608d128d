"""When is something told again?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handraiser.connectors.ladder import ATTEMPTS, SECOND, pause, tried_again_at

MINUTE, HOUR = 60 * SECOND, 3_600 * SECOND
WAITS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24))]


def test_each_attempt_is_a_rung_later_and_up_to_a_tenth_more() -> None:
    for attempts, wait in enumerate(WAITS, start=1):
        for key in ("msg_1", "msg_2", "msg_3"):
            due = tried_again_at(key, attempts, now=1_000)
            assert due is not None
            assert wait <= due - 1_000 <= wait * 1.1
            assert due == tried_again_at(key, attempts, now=1_000)


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({tried_again_at(f"msg_{k}", 2, now=0) for k in range(50)}) > 40


def test_after_the_last_rung_it_is_given_up() -> None:
    assert tried_again_at("msg_1", ATTEMPTS - 1, now=0) is not None
    assert tried_again_at("msg_1", ATTEMPTS, now=0) is None


def test_who_asks_to_be_left_alone_is_for_a_day_at_most() -> None:
    assert tried_again_at("msg_1", 1, now=0, retry_after=3_600) == HOUR
    assert tried_again_at("msg_1", 1, now=0, retry_after=10**9) == 24 * HOUR
    assert tried_again_at("msg_1", 9, now=0, retry_after=1) >= 24 * HOUR


@given(st.integers(0, 10**15), st.integers(0, 10**12))
def test_a_rest_is_never_longer_than_what_a_message_waits_by_itself(now: int, failing: int) -> None:
    rest = pause(now=now + failing, failing_since=now, busy=False) - now - failing
    assert 2 * SECOND <= rest <= 5 * MINUTE
    assert rest <= max(2 * SECOND, failing)


def test_who_fails_for_the_first_time_does_not_rest() -> None:
    assert pause(now=7, failing_since=None, busy=False) == 7


def test_who_is_busy_rests_as_a_whole() -> None:
    assert pause(now=0, failing_since=None, busy=True) == 30 * SECOND
    assert pause(now=0, failing_since=None, busy=True, retry_after=7) == 7 * SECOND
    assert pause(now=0, failing_since=None, busy=True, retry_after=10**9) == HOUR
