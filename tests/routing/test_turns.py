"""Whose turn it is in a team: fair, within limits, nobody who is not there, and the same every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from handraiser.agreement.model import Hours
from handraiser.handoff.availability import Ready, Seller, ready
from handraiser.handoff.turns import MONTH, Choice, Given, Member, Queue

HOUR, DAY = 3_600_000_000, 86_400_000_000
MONDAY = 1_772_409_600_000_000  # 2026-03-02, midnight UTC
OFFICE = (((9 * 60, 17 * 60),),) * 5 + ((), ())
NINE_TO_FIVE = Hours(week=OFFICE)


def seller(user: int, **more: object) -> Seller:
    return Seller(user, f"user {user}", **more)  # type: ignore[arg-type]


def team(*weights: int, **limits: int | None) -> Queue:
    return Queue([Member(k, seller(k), weight=weight, **limits) for k, weight in enumerate(weights)])


def at(now: int, hours: Hours | None = None, zone: str = "UTC") -> Callable[[Seller], Ready]:
    return lambda somebody: ready(somebody, hours, zone, now)


def users(queue: Queue, leads: int, now: int = MONDAY, hours: Hours | None = None) -> list[int | None]:
    """Return who gets each of some leads at one instant."""
    return [_user(queue.next(at(now, hours), now)) for _ in range(leads)]


def _user(choice: Choice) -> int | None:
    return None if choice.member is None else choice.member.seller.user


def test_equals_take_turns_in_the_order_in_which_they_joined() -> None:
    assert users(team(1, 1, 1), 7) == [0, 1, 2, 0, 1, 2, 0]


def test_who_weighs_twice_gets_twice_as_many_and_not_in_a_row() -> None:
    assert users(team(2, 1, 1), 8) == [0, 1, 2, 0, 0, 1, 2, 0]


@given(st.integers(1, 12), st.integers(0, 300))
def test_equals_are_never_more_than_one_lead_apart(members: int, leads: int) -> None:
    queue, counts = team(*[1] * members), Counter(range(members))
    for user in users(queue, leads):
        counts[user] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


@given(st.lists(st.integers(1, 16), min_size=1, max_size=8), st.integers(1, 400))
def test_leads_are_shared_by_weight(weights: list[int], leads: int) -> None:
    counts = Counter(users(team(*weights), leads))
    # Of each as many as a whole lead of theirs is worth.
    for one, mine in enumerate(weights):
        for other, theirs in enumerate(weights):
            apart = abs(counts[one] / mine - counts[other] / theirs)
            assert apart <= 1 / mine + 1 / theirs + 1e-6


@given(st.lists(st.integers(1, 30), min_size=2, max_size=6), st.data())
def test_in_any_batches_it_is_as_one_at_a_time(batches: list[int], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=6))
    whole = users(team(*weights), sum(batches))
    turn, turns = 0, [0] * len(weights)
    parts: list[int | None] = []
    for leads in batches:
        members = [Member(k, seller(k), weight=each, turn=turns[k]) for k, each in enumerate(weights)]
        queue = Queue(members, turn)
        parts += users(queue, leads)
        turn, turns = queue.turn, [member.turn for member in members]
    assert parts == whole


def test_who_was_away_does_not_make_up_for_it() -> None:
    away = seller(0, times_off=((MONDAY, MONDAY + DAY),))
    queue = Queue([Member(0, away), Member(1, seller(1))])
    assert users(queue, 10) == [1] * 10
    assert users(queue, 4, MONDAY + DAY) == [0, 1, 0, 1]


def test_who_was_full_does_not_make_up_for_it() -> None:
    queue = Queue([Member(0, seller(0), per_day=1), Member(1, seller(1))])
    assert users(queue, 6) == [0, 1, 1, 1, 1, 1]
    assert users(queue, 3, MONDAY + DAY) == [0, 1, 1]


@given(st.lists(st.frozensets(st.integers(0, 4)), min_size=1, max_size=60))
def test_whoever_else_comes_and_goes_who_stays_is_one_lead_apart_at_most(
    absent: list[frozenset[int]],
) -> None:
    queue = team(1, 1, 1, 1, 1)
    counts: Counter[int | None] = Counter()
    here = set(range(5))
    for away in absent:
        here -= away
        counts[_user(queue.next(at(MONDAY), MONDAY, without=away))] += 1
        stayed = [counts[user] for user in here]
        assert max(stayed, default=0) - min(stayed, default=0) <= 1


@given(st.lists(st.frozensets(st.integers(0, 4)), min_size=1, max_size=60))
def test_who_was_away_is_two_leads_apart_at_most_from_others_since(absent: list[frozenset[int]]) -> None:
    queue = team(1, 1, 1, 1, 1)
    got = [_user(queue.next(at(MONDAY), MONDAY, without=away)) for away in absent]
    for one in range(5):
        for other in range(one):
            begun = 0
            for place, away in enumerate(absent):
                if one in away or other in away:
                    begun = place + 1
                counts = Counter(got[begun : place + 1])
                assert abs(counts[one] - counts[other]) <= 2


def test_who_joins_does_not_get_what_others_got_before() -> None:
    queue = team(1, 1)
    users(queue, 20)
    grown = Queue([*queue.members, Member(2, seller(2))], queue.turn)
    assert Counter(users(grown, 9)) == {0: 3, 1: 3, 2: 3}


def test_limits_count_what_was_given_before() -> None:
    full = Member(0, seller(0), per_day=5, given=Given({MONDAY: 5}))
    worn = Member(1, seller(1), per_30_days=9, given=Given(in_month=8))
    assert users(Queue([full, worn]), 2, MONDAY + HOUR) == [1, None]


def test_a_day_is_that_of_where_somebody_is() -> None:
    eve = MONDAY + 23 * HOUR  # Tuesday has begun in Berlin, and not in New York
    berlin, york = seller(0, zone="Europe/Berlin"), seller(1, zone="America/New_York")
    queue = Queue([Member(0, berlin, per_day=1), Member(1, york, per_day=1)])
    assert users(queue, 3, MONDAY + 12 * HOUR) == [0, 1, None]
    assert users(queue, 2, eve) == [0, None]


def test_30_days_roll() -> None:
    queue = team(1, per_30_days=1)
    assert users(queue, 1, MONDAY) == [0]
    assert users(queue, 1, MONDAY + MONTH - 1) == [None]
    assert users(queue, 1, MONDAY + MONTH) == [0]


def test_who_is_open_comes_first() -> None:
    berlin, york = seller(0, zone="Europe/Berlin"), seller(1, zone="America/New_York")
    hours = Hours(week=OFFICE, timezone="owner")
    queue = Queue([Member(0, berlin), Member(1, york)])
    assert users(queue, 3, MONDAY + 9 * HOUR, hours) == [0, 0, 0]
    assert users(queue, 2, MONDAY + 15 * HOUR, hours) == [1, 0]  # ten in the morning, and four
    assert users(queue, 3, MONDAY + 20 * HOUR, hours) == [1, 1, 1]


def test_where_nobody_is_open_those_come_first_who_open_within_a_day_of_the_first() -> None:
    saturday = MONDAY + 5 * DAY
    tuesdays = seller(2, week=((), ((540, 1020),), (), (), (), (), ()))
    york = seller(1, zone="America/New_York")
    hours = Hours(week=OFFICE, timezone="owner")
    queue = Queue([Member(0, seller(0)), Member(1, york), Member(2, tuesdays)])
    # Mondays at nine in London and New York; Tuesday at nine is a day later exactly, and so one of them.
    assert users(queue, 6, saturday, hours) == [0, 1, 2, 0, 1, 2]
    wednesdays = seller(2, week=((), (), ((540, 1020),), (), (), (), ()))
    queue = Queue([Member(0, seller(0)), Member(1, york), Member(2, wednesdays)])
    assert users(queue, 4, saturday, hours) == [0, 1, 0, 1]


def test_holidays_of_ones_own_are_closed() -> None:
    unity_day = MONDAY + 215 * DAY + 10 * HOUR  # 2026-10-03 is a Saturday: hours of every day here
    daily = Hours(week=(((540, 1020),),) * 7)
    german = seller(0, holidays=("DE",))
    assert users(Queue([Member(0, german), Member(1, seller(1))]), 3, unity_day, daily) == [1, 1, 1]


def test_who_never_opens_gets_it_rather_than_nobody() -> None:
    assert users(Queue([Member(0, seller(0, week=((),) * 7))]), 1) == [0]


def test_it_says_whose_turn_it_is_and_who_was_passed_over() -> None:
    kim, lee = Seller(1, "Kim"), Seller(2, "Lee", times_off=((0, MONDAY + 3 * DAY),))
    max_, ann, bo = Seller(3, "Max"), Seller(4, "Ann", left=True), Seller(5, "Bo")
    queue = Queue(
        [
            Member(1, lee),
            Member(2, max_, per_day=5, given=Given({MONDAY: 5})),
            Member(3, kim),
            Member(4, ann),
            Member(5, bo, active=False),
            Member(6, Seller(6, "Cy")),
        ]
    )
    assert queue.next(at(MONDAY), MONDAY, without={6}).why == (
        "Kim's turn (1 of 6 could take it); passed over: Lee: away until 5 Mar; Max: 5 of 5 today; "
        "Ann: has left; Bo: takes no leads of this team now; Cy: has had it"
    )


def test_times_off_that_touch_are_one() -> None:
    lee = Seller(1, "Lee", times_off=((MONDAY + DAY, MONDAY + 3 * DAY), (0, MONDAY + DAY)))
    assert ready(lee, None, "UTC", MONDAY).why_not == "away until 5 Mar"
    assert ready(lee, None, "America/New_York", MONDAY).why_not == "away until 4 Mar 19:00"
    assert not ready(lee, None, "UTC", MONDAY + 3 * DAY).why_not


class Crew:
    """Members as a test draws them."""

    def __init__(self, drawn: Sequence[tuple[int, int | None, int | None, bool, bool, bool]]) -> None:
        self.members = [
            Member(
                k,
                seller(k, left=left, times_off=((MONDAY, MONDAY + DAY),) if away else ()),
                weight=weight,
                per_day=per_day,
                per_30_days=per_30_days,
                active=active,
            )
            for k, (weight, per_day, per_30_days, active, left, away) in enumerate(drawn)
        ]


CREWS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.none() | st.integers(1, 5),
        st.none() | st.integers(1, 8),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=8,
).map(Crew)


@given(CREWS, st.lists(st.integers(0, 12 * HOUR), max_size=60))
def test_nobody_is_given_more_than_their_limits_or_anything_while_not_there(
    crew: Crew, pauses: list[int]
) -> None:
    queue, now = Queue(crew.members), MONDAY
    got: dict[int, list[int]] = {member.seller.user: [] for member in crew.members}
    for pause in pauses:
        now += pause
        user = _user(queue.next(at(now), now))
        if user is None:
            continue
        member = crew.members[user]
        assert member.active
        assert not member.seller.left
        assert not any(begins <= now < ends for begins, ends in member.seller.times_off)
        got[user].append(now)
        today = [each for each in got[user] if each // DAY == now // DAY]
        month = [each for each in got[user] if each > now - MONTH]
        assert member.per_day is None or len(today) <= member.per_day
        assert member.per_30_days is None or len(month) <= member.per_30_days


@given(CREWS, st.integers(1, 40))
def test_nobody_gets_it_only_when_nobody_could(crew: Crew, leads: int) -> None:
    queue = Queue(crew.members)
    for _ in range(leads):
        choice = queue.next(at(MONDAY), MONDAY)
        could = [
            member
            for member in crew.members
            if member.active
            and not member.seller.left
            and not member.seller.times_off
            and not member.full(at(MONDAY)(member.seller), MONDAY)
        ]
        assert choice.member is not None or not could
