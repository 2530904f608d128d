"""Which deadlines follow from an agreement, and from which of its promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from handoffs_said import agreement_on
from hypothesis import given
from hypothesis import strategies as st
from minutes import DAY, MINUTE, at

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.handoff.calendar import FOREVER
from handraiser.handoff.clocks import KINDS, Clock, Due, business_between, dues

EXAMPLE = load(Path(__file__).parents[1] / "agreement" / "example.yaml")
AMERICAS, EMEA = 0, 1
HOUR = 60 * MINUTE
TUESDAY = "2026-03-03 10:00"


def here(local: str) -> int:
    return at(local, "America/New_York")


def clock(
    agreement: Agreement, *, hand_raise: bool = False, route: int | None = None, zone: str = ""
) -> Clock:
    return Clock(agreement, hand_raise, route, zone)


def when_due(found: list[Due]) -> dict[str, int]:
    """When each promise is due, by what is promised."""
    return {f"{due.kind} {due.step}": due.due_at for due in found if due.act in ("due", "expire")}


def accept_due(clock: Clock, handed: str = TUESDAY) -> int:
    return when_due(dues(clock, since=here(handed), kinds={"accept"}))["accept 0"]


def test_the_example_promises_what_it_says() -> None:
    found = when_due(dues(clock(EXAMPLE, route=AMERICAS), since=here(TUESDAY)))
    assert found == {
        "accept 0": here("2026-03-03 15:00"),  # four hours but for lunch
        "contact 0": here("2026-03-04 10:00"),
        "follow_up 0": here("2026-03-03 11:00"),
        "follow_up 1": here("2026-03-04 18:00"),
        "follow_up 2": here("2026-03-06 15:00"),  # Friday closes early
        "expire 0": here("2026-03-03 10:00") + 14 * DAY,
    }


def test_each_promise_is_reminded_of_due_and_escalated_at_its_own_shares() -> None:
    found = dues(clock(EXAMPLE, route=AMERICAS), since=here(TUESDAY), kinds={"accept"})
    assert [(due.act, due.share, due.to, due.due_at) for due in found] == [
        ("remind", 0.5, "", here("2026-03-03 12:00")),
        ("remind", 0.8, "", here("2026-03-03 14:12")),
        ("due", 1.0, "", here("2026-03-03 15:00")),
        ("escalate", 1.0, "manager", here("2026-03-03 15:00")),
        ("escalate", 1.5, "reassign", here("2026-03-03 17:00")),
    ]


def test_who_raised_a_hand_is_promised_more() -> None:
    found = when_due(dues(clock(EXAMPLE, hand_raise=True, route=AMERICAS), since=here(TUESDAY)))
    assert found["accept 0"] == here("2026-03-03 10:30")
    assert found["contact 0"] == here("2026-03-03 11:00")
    assert found["follow_up 1"] == here("2026-03-04 18:00")


HOURS = '{mon-fri: "09:00-18:00"}'


@pytest.mark.parametrize(
    ("hand_raise", "route", "expected"),
    [
        (False, None, "14:00"),
        (False, 0, "12:00"),
        (False, 1, "14:00"),
        (True, None, "11:00"),
        (True, 0, "11:00"),
        (True, 1, "11:00"),
        (True, 2, "10:15"),
    ],
)
def test_which_promise_holds(hand_raise: bool, route: int | None, expected: str) -> None:
    agreement = agreement_on(f"""
        hours: {HOURS}
        accept_within: 4 business hours
        hand_raise: {{accept_within: 60 business minutes}}
        route:
          - {{when: lead.a = 1, to: team a, accept_within: 2 hours}}
          - {{when: lead.a = 2, to: team b, contact_within: 1 hour}}
          - {{to: team c, accept_within: 15 minutes}}
    """)
    assert accept_due(clock(agreement, hand_raise=hand_raise, route=route)) == here(f"2026-03-03 {expected}")


def test_of_two_promises_the_first_to_be_due_holds_whatever_they_count() -> None:
    agreement = agreement_on(f"""
        hours: {HOURS}
        hand_raise: {{accept_within: 3 hours}}
        route: [{{to: team a, accept_within: 1 business hour}}]
    """)
    raised = clock(agreement, hand_raise=True, route=0)
    assert accept_due(raised) == here("2026-03-03 11:00")
    assert accept_due(raised, "2026-03-03 20:00") == here("2026-03-03 23:00")
    # Its shares are those of its own time.
    (half,) = dues(
        clock(
            agreement_on(f"""
                hours: {HOURS}
                hand_raise: {{accept_within: 3 hours}}
                route: [{{to: team a, accept_within: 1 business hour}}]
                remind_at: [50%]
            """),
            hand_raise=True,
            route=0,
        ),
        since=here("2026-03-03 20:00"),
    )[:1]
    assert half.due_at == here("2026-03-03 21:30")


def test_a_hand_raise_without_a_promise_of_its_own_has_what_holds_for_others() -> None:
    agreement = agreement_on(f"""
        hours: {HOURS}
        contact_within: 2 business hours
        hand_raise: {{accept_within: 30 minutes}}
    """)
    found = when_due(dues(clock(agreement, hand_raise=True), since=here(TUESDAY)))
    assert found == {"accept 0": here("2026-03-03 10:30"), "contact 0": here("2026-03-03 12:00")}


def test_a_routes_own_hours_hold_for_all_that_is_counted() -> None:
    agreement = agreement_on(f"""
        hours: {HOURS}
        accept_within: 1 business hour
        follow_up: [{{do: call, within: 1 business day}}]
        route:
          - {{when: lead.a = 1, to: team a, hours: {{mon-fri: "12:00-15:00", timezone: Europe/Berlin}}}}
          - {{to: team b}}
    """)
    handed = here("2026-03-03 05:30")  # half past eleven in Berlin
    assert when_due(dues(clock(agreement, route=0), since=handed)) == {
        "accept 0": at("2026-03-03 13:00", "Europe/Berlin"),
        "follow_up 0": at("2026-03-04 15:00", "Europe/Berlin"),
    }
    assert when_due(dues(clock(agreement, route=1), since=handed)) == {
        "accept 0": here("2026-03-03 10:00"),
        "follow_up 0": here("2026-03-04 18:00"),
    }


@pytest.mark.parametrize(
    ("timezone", "owner", "counts_in"),
    [
        ("", "Asia/Kolkata", "America/New_York"),
        (", timezone: Europe/Berlin", "Asia/Kolkata", "Europe/Berlin"),
        (", timezone: owner", "Asia/Kolkata", "Asia/Kolkata"),
        (", timezone: owner", "", "America/New_York"),
    ],
)
def test_in_whose_zone_it_is_counted(timezone: str, owner: str, counts_in: str) -> None:
    agreement = agreement_on(f"""
        hours: {{mon-fri: "09:00-18:00"{timezone}}}
        accept_within: 1 business hour
    """)
    sunday = here("2026-03-01 12:00")
    found = when_due(dues(clock(agreement, zone=owner), since=sunday))
    assert found["accept 0"] == at("2026-03-02 10:00", counts_in)


def test_a_reassignment_begins_to_accept_anew_and_nothing_else() -> None:
    route = clock(EXAMPLE, route=AMERICAS)
    first = dues(route, since=here(TUESDAY))
    anew = here("2026-03-04 09:00")
    again = dues(route, since=here(TUESDAY), round=1, round_since=anew)
    assert [due for due in again if due.kind != "accept"] == [due for due in first if due.kind != "accept"]
    accept = [due for due in again if due.kind == "accept"]
    assert {due.round for due in accept} == {1}
    assert when_due(accept)["accept 0"] == here("2026-03-04 14:00")
    assert (
        dues(route, since=here(TUESDAY), round=1, round_since=here("2026-03-04 09:00"), kinds=["accept"])
        == accept
    )


def test_a_pause_moves_all_that_is_not_yet_due() -> None:
    agreement = agreement_on(f"""
        hours: {HOURS}
        accept_within: 1 business hour
        contact_within: 4 business hours
        expire_after: 14 days
    """)
    pause = (here("2026-03-03 12:00"), here("2026-03-04 12:00"))
    assert when_due(dues(clock(agreement), since=here(TUESDAY), pauses=[pause])) == {
        "accept 0": here("2026-03-03 11:00"),
        "contact 0": here("2026-03-04 14:00"),
        "expire 0": here(TUESDAY) + 15 * DAY,
    }


def test_what_would_never_be_due_is_left_out() -> None:
    pause = (here("2026-03-03 12:00"), FOREVER)
    found = dues(clock(EXAMPLE, route=AMERICAS), since=here(TUESDAY), pauses=[pause])
    assert {(due.kind, due.act) for due in found if due.kind != "follow_up"} == {("accept", "remind")}
    assert max(due.due_at for due in found) == pause[0]


def test_what_is_said_twice_happens_once() -> None:
    agreement = agreement_on("""
        accept_within: 1 hour
        remind_at: [50%, 50%]
        escalate_at: [{at: 100%, to: manager}, {at: 100%, to: manager}, {at: 100%, to: reassign}]
    """)
    found = dues(clock(agreement), since=0)
    assert [(due.act, due.to) for due in found] == [
        ("remind", ""),
        ("due", ""),
        ("escalate", "manager"),
        ("escalate", "reassign"),
    ]


def test_without_promises_nothing_is_due() -> None:
    assert dues(clock(agreement_on("{remind_at: [50%]}")), since=0) == []


def test_business_time_is_not_due_where_no_hours_hold() -> None:
    agreement = agreement_on(f"""
        accept_within: 1 business hour
        contact_within: 2 hours
        route: [{{when: lead.a = 1, to: team a, hours: {HOURS}}}]
    """)
    found = when_due(dues(clock(agreement), since=here(TUESDAY)))
    assert found == {"contact 0": here("2026-03-03 12:00")}
    assert clock(agreement).calendar() is None
    assert business_between(clock(agreement), 0, HOUR) is None
    assert set(when_due(dues(clock(agreement, route=0), since=here(TUESDAY)))) == {"accept 0", "contact 0"}


def test_open_time_between_two_instants_leaves_pauses_out() -> None:
    route = clock(EXAMPLE, route=AMERICAS)
    since, until = here(TUESDAY), here("2026-03-04 10:00")
    assert business_between(route, since, until) == 8 * HOUR
    pause = (here("2026-03-03 12:00"), here("2026-03-03 14:00"))
    assert business_between(route, since, until, [pause]) == 7 * HOUR


def test_what_is_promised_is_told_in_order() -> None:
    told = clock(EXAMPLE, hand_raise=True, route=EMEA).promised()
    assert [(each.kind, each.step, each.do) for each in told] == [
        ("accept", 0, "accept"),
        ("contact", 0, "contact"),
        ("follow_up", 0, "call"),
        ("follow_up", 1, "email"),
        ("follow_up", 2, "call"),
    ]
    assert [len(each.within) for each in told] == [2, 1, 1, 1, 1]


@given(
    st.builds(
        Clock,
        st.just(EXAMPLE),
        st.booleans(),
        st.sampled_from([None, AMERICAS, EMEA]),
        st.sampled_from(["", "Asia/Kolkata", "America/Los_Angeles"]),
    ),
    st.integers(here("2026-01-01 00:00"), here("2027-01-01 00:00")),
    st.sets(st.sampled_from(KINDS)),
    st.integers(0, 3),
)
def test_deadlines_are_told_apart_and_come_in_order(
    clock: Clock, since: int, kinds: set[str], round: int
) -> None:
    begun = since + round * DAY
    found = dues(clock, since=since, round=round, kinds=kinds, round_since=begun)
    assert len({due[:-1] for due in found}) == len(found)
    assert [due.due_at for due in found] == sorted(due.due_at for due in found)
    assert all(due.due_at > (begun if due.kind == "accept" else since) for due in found)
    assert {due.kind for due in found} == kinds
    assert {(due.kind, due.round) for due in found} == {
        (kind, round if kind == "accept" else 0) for kind in kinds
    }
    assert all(isinstance(due.due_at, int) for due in found)
