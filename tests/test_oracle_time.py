"""The oracle's own examples: what counts when, and calendars (AGREEMENT.md 2 and 4, readings 1 to 3)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from oracle_examples import ANN, MICROSECOND, agreement, ask, day, event, outcome, points_of
from oracle_facts import Facts, bucket, instant

# ---- calendar buckets


def local(text: str, zone: str, *, second: bool = False) -> int:
    at = instant(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=int(second)))
    assert at is not None
    return at


def same_bucket(per: str, zone: str, one: int, other: int) -> bool:
    return bucket(one, per, zone) == bucket(other, per, zone)


@pytest.mark.parametrize(
    ("per", "one", "other", "same"),
    [
        ("day", "2026-03-08T00:00", "2026-03-08T23:59:59", True),  # 23 hours long
        ("day", "2026-03-08T23:59:59", "2026-03-09T00:00", False),
        ("week", "2026-03-08T23:00", "2026-03-09T00:00", False),  # Sunday, Monday
        ("week", "2026-03-02T00:00", "2026-03-08T23:00", True),  # Monday, Sunday
        ("week", "2025-12-29T00:00", "2026-01-04T12:00", True),  # a week over the turn of the year
        ("month", "2026-02-28T23:59", "2026-03-01T00:00", False),
        ("month", "2026-03-01T00:00", "2026-03-31T23:00", True),
        ("month", "2025-03-01T00:00", "2026-03-01T00:00", False),
        ("hour", "2026-03-08T01:00", "2026-03-08T01:59", True),
        ("hour", "2026-03-08T01:59", "2026-03-08T03:00", False),  # there is no 02:00 that day
    ],
)
def test_buckets_are_those_of_the_agreements_zone(per, one, other, same):
    zone = "America/New_York"
    assert same_bucket(per, zone, local(one, zone), local(other, zone)) is same


@pytest.mark.parametrize(
    ("zone", "clock", "length"),
    [
        ("America/New_York", "2026-11-01T01:30", 60),
        ("Europe/Berlin", "2026-10-25T02:30", 60),
        ("Australia/Lord_Howe", "2026-04-05T01:45", 30),
    ],
)
def test_an_hour_that_daylight_saving_repeats_is_two_hours(zone, clock, length):
    first, second = local(clock, zone), local(clock, zone, second=True)
    assert second - first == length * 60_000_000
    assert not same_bucket("hour", zone, first, second)
    assert same_bucket("day", zone, first, second)


def test_a_repeated_hour_keeps_one_hit_each():
    text = agreement(
        "{rule: it, event: Visit, points: 1, at_most: 1 per hour}", more="timezone: America/New_York"
    )
    times = ["2026-11-01T05:10+00:00", "2026-11-01T05:50+00:00", "2026-11-01T06:10+00:00"]
    events = [event(datetime.fromisoformat(at)) for at in times]  # 01:10 and 01:50 EDT, 01:10 EST
    assert ask(text, events).score("ann", day(400)).points["it"] == 2.0


def test_months_and_days_are_local_not_utc():
    text = agreement(
        "{rule: it, event: Visit, points: 1, at_most: 1 per month}", more="timezone: Asia/Kolkata"
    )
    # 18:29 UTC is 23:59 on 31 January in Kolkata, 18:30 UTC is midnight
    events = [event(datetime.fromisoformat(f"2026-01-31T{at}+00:00")) for at in ("18:29", "18:30")]
    assert ask(text, events).score("ann", day(400)).points["it"] == 2.0


def test_a_day_of_a_duration_is_24_hours_whatever_the_clock_does():
    text = agreement("{rule: it, event: Visit, points: 1, within: 1 days}", more="timezone: America/New_York")
    oracle = ask(text, [event(datetime.fromisoformat("2026-03-08T05:00+00:00"))])  # midnight of a day of 23 h
    assert oracle.score("ann", datetime.fromisoformat("2026-03-09T04:30+00:00")).points["it"] == 1.0


def test_a_text_without_an_offset_is_utc():
    assert instant("2026-03-01T00:00") == instant("2026-03-01T01:00+01:00")


# ---- when an event begins to count


@pytest.mark.parametrize(
    ("known", "asked", "expected"),
    [
        (5, day(5) - MICROSECOND, 0.0),  # not yet known
        (5, day(5), 7.5),  # age is t − occurred_at: 10 × (1 − 5/20)
        (-5, day(0) - MICROSECOND, 0.0),  # known before it occurred: it counts from when it occurs
        (-5, day(0), 10.0),
    ],
)
def test_an_event_begins_to_count_at_the_later_of_occurred_and_known(known, asked, expected):
    events = [event(day(0), known_at=day(known))]
    assert points_of("event: Visit, points: 10, decay: linear 20 days", events, asked) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        # the one known first stays
        ([event(day(0), event_id="x", n=1, known_at=day(3)), event(day(1), event_id="x", n=2)], [2]),
        # known_at counts for this even where it is before occurred_at
        ([event(day(3), event_id="x", n=1, known_at=day(0)), event(day(1), event_id="x", n=2)], [1]),
        # of equal ones the first in the file
        ([event(day(0), event_id="x", n=1), event(day(0), event_id="x", n=2)], [1]),
        # what is of a lead without a row displaces none
        ([event(day(1), event_id="x", n=1), event(day(0), lead="bob", event_id="x", n=2)], [1]),
        # without an id every event is its own
        ([event(day(0), n=1), event(day(0), n=2)], [1, 2]),
    ],
)
def test_two_events_with_one_id_are_one(events, expected):
    facts = Facts(ANN, (), events, ())
    assert [each.properties["n"] for each in facts.events_of("ann")] == expected


# ---- attributes as of an instant


def lead_size(rows: list[dict[str, object]], at: datetime) -> object:
    facts = Facts([{"lead_id": "ann"} | row for row in rows], (), (), ())
    return facts.lead_attributes("ann", instant(at))["size"]


@pytest.mark.parametrize(
    ("rows", "asked", "expected"),
    [
        ([{"size": 1}], day(-9999), 1),  # holds from the beginning of time
        ([{"size": 1, "valid_from": day(1)}], day(1) - MICROSECOND, None),  # before the first row: NULL
        ([{"size": 1, "valid_from": day(1)}], day(1), 1),
        # the greatest valid_from among the rows that count
        ([{"size": 2, "valid_from": day(2)}, {"size": 1, "valid_from": day(1)}], day(3), 2),
        # a later row that is known only later does not count yet
        (
            [{"size": 1, "valid_from": day(1)}, {"size": 2, "valid_from": day(2), "known_at": day(5)}],
            day(3),
            1,
        ),
        (
            [{"size": 1, "valid_from": day(1)}, {"size": 2, "valid_from": day(2), "known_at": day(5)}],
            day(5),
            2,
        ),
        # an older row that becomes known later changes nothing
        (
            [{"size": 1, "valid_from": day(3)}, {"size": 2, "valid_from": day(2), "known_at": day(5)}],
            day(9),
            1,
        ),
        # of equal ones the later known, whatever its place in the file
        (
            [
                {"size": 1, "valid_from": day(1), "known_at": day(4)},
                {"size": 2, "valid_from": day(1), "known_at": day(3)},
            ],
            day(9),
            1,
        ),
        # then the later in the file
        ([{"size": 1, "valid_from": day(1)}, {"size": 2, "valid_from": day(1)}], day(9), 2),
        # without valid_from it counts from known_at, and gives way to every row that has one
        ([{"size": 1, "known_at": day(2)}], day(2) - MICROSECOND, None),
        ([{"size": 1, "known_at": day(2)}], day(2), 1),
        ([{"size": 1, "known_at": day(9)}, {"size": 2, "valid_from": day(1)}], day(9), 2),
    ],
)
def test_attributes_are_those_of_the_row_that_counts(rows, asked, expected):
    assert lead_size(rows, asked) == expected


def test_a_company_is_the_one_that_the_leads_row_names_at_the_instant():
    leads = [
        {"lead_id": "ann", "company_id": "small", "valid_from": day(0)},
        {"lead_id": "ann", "company_id": "large", "valid_from": day(5)},
        {"lead_id": "ann", "company_id": "ghost", "valid_from": day(9)},
    ]
    companies = [
        {"company_id": "small", "staff": 5},
        {"company_id": "large", "staff": 50},
        {"company_id": "large", "staff": 500, "valid_from": day(7)},
    ]
    rule = "{rule: it, when: company.staff > 0, points: company.staff}"
    oracle = ask(agreement(fit=rule), leads=leads, companies=companies)
    points = [oracle.score("ann", day(n)).points["it"] for n in (-1, 0, 4, 5, 7, 9)]
    assert points == [0.0, 5.0, 5.0, 50.0, 500.0, 0.0]


def test_created_at_is_the_earliest_that_any_row_gives():
    rows = [{"lead_id": "ann", "created_at": at} for at in (day(4), day(2), None)]
    assert Facts(rows, (), (), ()).created_at("ann") == instant(day(2))


# ---- derived attributes


def test_an_unsubscribed_event_holds_until_a_later_subscribed_one():
    events = [
        event(day(1), "Unsubscribed"),
        event(day(3), "Subscribed", known_at=day(6)),
        event(day(5), "Unsubscribed", verdict="machine"),
        event(day(5), "Subscribed", known_at=day(8)),
        event(day(9), "Subscribed"),
    ]
    facts = Facts([{"lead_id": "ann", "valid_from": day(0)}], (), events, ())
    said = {n: facts.unsubscribed("ann", instant(day(n))) for n in (-1, 0, 1, 3, 5, 6, 8, 9)}
    # Nothing is known at −1. At 5 the machine's counts too; of day 5 neither is later than the other.
    assert said == {-1: None, 0: False, 1: True, 3: True, 5: True, 6: True, 8: True, 9: False}


def test_a_column_of_that_name_is_all_there_is():
    leads = [{"lead_id": "ann", "unsubscribed": None}]
    facts = Facts(leads, (), [event(day(0), "Unsubscribed")], ())
    assert facts.lead_attributes("ann", instant(day(1)))["unsubscribed"] is None


def test_a_company_is_a_customer_from_the_first_outcome_of_any_of_its_leads():
    leads = [
        {"lead_id": "ann", "company_id": "c"},
        {"lead_id": "bob", "company_id": "c", "valid_from": day(0)},
        {"lead_id": "bob", "company_id": "d", "valid_from": day(5)},
    ]
    companies = [{"company_id": "c", "valid_from": day(1)}, {"company_id": "d"}]
    outcomes = [outcome(day(3), "customer", lead="bob", agreement="other-product")]
    facts = Facts(leads, companies, (), outcomes)
    said = {n: facts.company_attributes("c", instant(day(n)))["is_customer"] for n in (0, 1, 2, 3, 9)}
    assert said == {0: None, 1: False, 2: False, 3: True, 9: True}
    # Bob takes nothing with him to his next company.
    assert facts.company_attributes("d", instant(day(9)))["is_customer"] is False
    assert facts.company_attributes(None, instant(day(9)))["is_customer"] is None


def test_a_company_without_a_row_is_known_by_its_customer():
    facts = Facts([{"lead_id": "ann", "company_id": "c"}], (), (), [outcome(day(3), "customer")])
    said = [facts.company_attributes("c", instant(day(n)))["is_customer"] for n in (2, 3)]
    assert said == [None, True]


def test_the_kind_of_a_mailbox_is_that_of_its_domain():
    kinds = {}
    for email in ("a@Gmail.com", "b@mailinator.com", "c@acme.example", "nobody", None):
        attributes = Facts([{"lead_id": "ann", "email": email}], (), (), ()).lead_attributes("ann", 0)
        kinds[email] = (attributes["email_domain"], attributes["email_kind"])
    assert kinds == {
        "a@Gmail.com": ("gmail.com", "free"),
        "b@mailinator.com": ("mailinator.com", "disposable"),
        "c@acme.example": ("acme.example", "business"),
        "nobody": (None, None),
        None: (None, None),
    }


# ---- sessions


def sessions(*minutes: float, known: dict[float, float] | None = None) -> list[int]:
    """For each event, in the order given, the number of the event that began its session."""
    late = {at: day(1 + known_at / 1440) for at, known_at in (known or {}).items()}
    events = [event(day(1 + at / 1440), known_at=late.get(at)) for at in minutes]
    facts = Facts(ANN, (), events, ())
    return [facts.session_of(each) for each in facts.events_of("ann")]


def test_thirty_minutes_of_pause_begin_a_new_session():
    assert sessions(0, 29, 58, 88) == [0, 0, 0, 3]  # 88 − 58 is a pause
    assert sessions(88, 58, 0, 29) == [0, 2, 2, 2]  # whatever the order in the file


def test_a_late_event_joins_the_session_nearest_before_it_and_moves_nobody():
    # 40 is a session of its own until 20 becomes known; 20 joins the one before, 40 stays where it is
    assert sessions(0, 40, 20, known={20: 60}) == [0, 1, 0]
    # nothing less than 30 minutes before it: the session of the nearest after it
    assert sessions(0, 60, 35, known={35: 90}) == [0, 1, 1]
    assert sessions(0, 60, 30, known={30: 90}) == [0, 1, 2]
