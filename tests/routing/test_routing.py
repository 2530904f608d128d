"""To whom each lead goes, on both databases: by routes, owners, turns, limits and fallbacks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from handraiser.flows.routing import Routed, give, route
from handraiser.store.models import Alarm, Assignment, Company, Handoff, Member, Team, User
from tests.live.company import DAY, HOUR, NOON
from tests.routing.sales_team import (
    agreement_to,
    assigned,
    away,
    episodes,
    give_out,
    somebody,
    team_of,
    wanted,
)

pytestmark = pytest.mark.usefixtures("database")


def owners(found: Sequence[Routed]) -> list[str | None]:
    """Return whom episodes went to, by the first part of the address."""
    names = {user.pk: user.email.partition("@")[0] for user in User.objects.all()}
    return [None if each.owner is None else names[each.owner] for each in found]


def test_a_team_takes_turns_and_goes_on_where_it_was() -> None:
    team = team_of("emea", somebody("ann"), somebody("bo"), somebody("cy"))
    agreement = agreement_to("team emea")
    assert owners(give_out(wanted(agreement, episodes(4)))) == ["ann", "bo", "cy", "ann"]
    found = give_out(wanted(agreement, episodes(2)))
    assert owners(found) == ["bo", "cy"]
    assert [(each.team, each.route) for each in found] == [(team.pk, 0)] * 2


def test_why_is_kept_with_the_assignment() -> None:
    team_of("emea", somebody("ann"), away(somebody("bo")).user)
    (episode,) = episodes(1)
    give_out(wanted(agreement_to("team emea"), [episode]), by="handraiser")
    (kept,) = Assignment.objects.all()
    assert kept.episode == episode
    assert (kept.kind, kept.by, kept.at) == ("route", "handraiser", NOON)
    assert kept.why == (
        "team emea, route 1: ann@made.example's turn (1 of 2 could take it); "
        "passed over: bo@made.example: away until 5 Mar 12:00"
    )


def test_a_person_gets_what_is_theirs_by_name_however_the_address_is_written() -> None:
    somebody("ann")
    assert owners(give_out(wanted(agreement_to("Ann@MADE.example"), episodes(2)))) == ["ann", "ann"]


def test_who_is_away_or_has_left_is_passed_over_for_the_next_who_is_named() -> None:
    away(somebody("ann"))
    somebody("bo", left_at=1)
    somebody("cy")
    to = "ann@made.example, bo@made.example, zoe@made.example, cy@made.example"
    (found,) = give_out(wanted(agreement_to(to), episodes(1)))
    assert owners([found]) == ["cy"]
    assert found.why == (
        "cy@made.example, route 1: cy@made.example; "
        "ann@made.example, route 1: ann@made.example: away until 5 Mar 12:00; "
        "bo@made.example, route 1: bo@made.example: has left; "
        "zoe@made.example, route 1: there is no such user"
    )


def test_somebody_who_is_away_later_or_was_before_is_there() -> None:
    ann = somebody("ann")
    away(ann, NOON - DAY, NOON)
    away(ann, NOON + 1, NOON + DAY)
    assert owners(give_out(wanted(agreement_to("ann@made.example"), episodes(1)))) == ["ann"]


def test_of_whom_time_off_was_handed_over_nothing_is_given_by_a_clock_behind() -> None:
    away(somebody("ann"), NOON + 1, NOON + DAY, handed_over_at=NOON + 1)
    assert owners(give_out(wanted(agreement_to("ann@made.example"), episodes(1)))) == [None]


def test_the_companys_owner_is_whom_its_attribute_names() -> None:
    somebody("ann")
    agreement = agreement_to("company owner")
    assert owners(give_out(wanted(agreement, episodes(1), said="Ann@Made.Example"))) == ["ann"]


@pytest.mark.parametrize("said", [None, "nobody@else.example", "bo@made.example"])
def test_else_it_is_who_has_accepted_a_lead_of_the_company(said: str | None) -> None:
    company, other = Company.objects.create(key="a.example"), Company.objects.create(key="b.example")
    team_of("emea", somebody("ann"))
    somebody("bo", left_at=1)
    give_out(wanted(agreement_to("team emea"), episodes(2, company=company)))
    agreement = agreement_to("company owner")
    (mine,) = episodes(1, company=company)
    assert owners(give_out(wanted(agreement, [mine], said=said), or_stay=True)) == [None]
    Handoff.objects.update(accepted_at=NOON)
    assert owners(give_out(wanted(agreement, [mine], said=said))) == ["ann"]
    assert owners(give_out(wanted(agreement, episodes(1, company=other)))) == [None]


def test_of_several_who_know_the_company_it_is_the_one_of_the_latest_episode() -> None:
    company = Company.objects.create(key="a.example")
    for name, at, stage, ended_at in (
        ("ann", NOON, "sal", None),
        ("bo", NOON + 2, "customer", NOON + 3),
        ("cy", NOON + 3, "lost", NOON + 4),
    ):
        somebody(name)
        (episode,) = episodes(1, at=at, company=company)
        give_out(wanted(agreement_to(f"{name}@made.example"), [episode]))
        Handoff.objects.filter(pk=episode.pk).update(accepted_at=at, stage=stage, ended_at=ended_at)
    agreement = agreement_to("company owner")
    assert owners(give_out(wanted(agreement, episodes(1, company=company)))) == ["bo"]
    away(User.objects.get(email="bo@made.example"))
    assert owners(give_out(wanted(agreement, episodes(1, company=company)))) == ["ann"]


def test_who_has_no_company_is_their_own() -> None:
    somebody("ann")
    (episode,) = episodes(1)
    give_out(wanted(agreement_to("ann@made.example"), [episode]))
    Handoff.objects.update(accepted_at=NOON)
    agreement = agreement_to("company owner")
    assert owners(give_out(wanted(agreement, [episode]))) == ["ann"]
    assert owners(give_out(wanted(agreement, episodes(1)))) == [None]


def test_a_team_that_cannot_has_its_fallback_and_then_the_next_route() -> None:
    boss = somebody("boss")
    team_of("emea", somebody("ann"), fallback=boss, per_day=1)
    somebody("zoe")
    agreement = agreement_to("team emea", "zoe@made.example")
    found = give_out(wanted(agreement, episodes(2)))
    assert owners(found) == ["ann", "boss"]
    assert found[1].why == (
        "fallback of team emea, route 1: boss@made.example; "
        "team emea, route 1: passed over: ann@made.example: 1 of 1 today"
    )
    away(boss)
    (last,) = give_out(wanted(agreement, episodes(1)))
    assert owners([last]) == ["zoe"]
    assert last.route == 1


def test_a_fallback_comes_after_all_whom_the_route_names() -> None:
    team_of("emea", fallback=somebody("boss"))
    somebody("zoe")
    assert owners(give_out(wanted(agreement_to("team emea, zoe@made.example"), episodes(1)))) == ["zoe"]


def test_only_routes_are_taken_that_the_lead_meets() -> None:
    somebody("ann")
    somebody("bo")
    agreement = agreement_to("ann@made.example", "bo@made.example")
    assert owners(give_out(wanted(agreement, episodes(1), 1))) == ["bo"]


def test_whom_nobody_can_take_has_one_alarm_until_somebody_does() -> None:
    team = team_of("emea")
    agreement = agreement_to("team apac", "team emea")
    (episode,) = episodes(1)
    for _ in range(2):
        (found,) = give_out(wanted(agreement, [episode]))
        assert found.owner is None
        assert (found.team, found.route) == (team.pk, 0)
    (alarm,) = Alarm.objects.all()
    assert (alarm.episode, alarm.kind, alarm.opened_at, alarm.closed_at) == (
        episode,
        "unassigned",
        NOON,
        None,
    )
    assert alarm.why == (
        "nobody could take it; team apac, route 1: there is no such team; "
        "team emea, route 2: it has no members"
    )
    Member.objects.create(team=team, user=somebody("ann"))
    give_out(wanted(agreement, [episode]), NOON + 5)
    (alarm,) = Alarm.objects.all()
    assert alarm.closed_at == NOON + 5
    assert [each.user is None for each in Assignment.objects.order_by("id")] == [True, True, False]


def test_who_meets_no_route_has_an_alarm() -> None:
    (episode,) = episodes(1)
    (found,) = give_out([*wanted(agreement_to("team emea"), [episode])][:1])
    assert found.owner is None
    (found,) = give_out([each._replace(routes=()) for each in wanted(agreement_to("team emea"), episodes(1))])
    assert (found.owner, found.team, found.route) == (None, None, None)
    assert found.why == "nobody could take it; it meets no route"


def test_it_is_given_to_another_than_who_had_it() -> None:
    ann, bo = somebody("ann"), somebody("bo")
    team_of("emea", ann, bo)
    agreement = agreement_to("team emea")
    some = episodes(1)
    give_out(wanted(agreement, some))
    barred = {some[0].pk: [ann.pk]}
    (found,) = give_out(wanted(agreement, some), kind="reassign", without=barred)
    assert owners([found]) == ["bo"]
    assert Assignment.objects.latest("id").kind == "reassign"


def test_where_there_is_no_other_it_stays_and_nothing_is_written() -> None:
    ann = somebody("ann")
    team_of("emea", ann)
    some = episodes(1)
    give_out(wanted(agreement_to("team emea"), some))
    more = {"kind": "reassign", "without": {some[0].pk: [ann.pk]}, "or_stay": True}
    (found,) = give_out(wanted(agreement_to("team emea"), some), **more)
    assert found.owner is None
    assert Assignment.objects.count() == 1
    assert not Alarm.objects.exists()


def test_what_is_given_by_hand_closes_the_alarm() -> None:
    ann = somebody("ann")
    some = episodes(1)
    give_out(wanted(agreement_to("team emea"), some))
    give({some[0].pk: ann.pk}, kind="hand", by="m@made.example", why="she asked", now=NOON + 9)
    assert Alarm.objects.get().closed_at == NOON + 9
    last = Assignment.objects.latest("id")
    assert (last.user, last.kind, last.by, last.why) == (ann, "hand", "m@made.example", "she asked")


def test_limits_hold_over_batches_days_and_30_days() -> None:
    team_of("emea", somebody("ann", timezone="America/New_York"), per_day=2, per_30_days=3)
    agreement = agreement_to("team emea")

    def got(count: int, now: int) -> int:
        return sum(each.owner is not None for each in give_out(wanted(agreement, episodes(count)), now))

    assert got(1, NOON) == 1
    assert got(3, NOON + 2 * HOUR) == 1  # two today
    assert got(2, NOON + 14 * HOUR) == 0  # nine in the evening
    assert got(2, NOON + 17 * HOUR + HOUR // 2) == 1  # half past midnight there: three in 30 days
    assert got(2, NOON + 30 * DAY - 1) == 0
    assert got(2, NOON + 30 * DAY) == 1


def test_a_limit_is_of_one_team() -> None:
    ann = somebody("ann")
    team_of("emea", ann, per_day=1)
    team_of("apac", ann, per_day=1)
    agreement = agreement_to("team emea", "team apac")
    found = give_out(wanted(agreement, episodes(3)))
    assert [each.route for each in found if each.owner] == [0, 1]


def test_who_is_open_now_comes_first_by_their_own_hours() -> None:
    late = [[[720, 1440]]] * 7
    early = [[[0, 600]]] * 7
    team_of("emea", somebody("ann", hours=early), somebody("bo", hours=late), somebody("cy"))
    agreement = agreement_to("team emea", hours='{mon-fri: "09:00-17:00"}')
    assert owners(give_out(wanted(agreement, episodes(4)))) == ["bo", "cy", "bo", "cy"]
    night = NOON - 8 * HOUR
    assert owners(give_out(wanted(agreement, episodes(2)), night)) == ["ann", "ann"]


def test_statements_are_as_many_for_a_thousand_as_for_one() -> None:
    company = Company.objects.create(key="a.example")
    team_of("emea", *[somebody(f"u{k}") for k in range(5)], per_day=1_000, per_30_days=900)
    team_of("apac", somebody("zoe"), fallback=somebody("boss"), per_day=2)
    agreement = agreement_to("company owner, boss@made.example", "team emea", "team apac", "team none")
    few = [*wanted(agreement, episodes(1, company=company), 1), *wanted(agreement, episodes(1), 0, 2)]
    many = [
        *wanted(agreement, episodes(500, company=company), 1, 2),
        *wanted(agreement, episodes(500), 0, 2, 3),
    ]
    counts = []
    for some in (few, many):
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            route(some, now=NOON)
        # SQLite writes one row after the other through one prepared statement.
        counts.append(len([each for each in asked if not each["sql"].startswith("INSERT")]))
    assert counts[0] == counts[1]


@settings(max_examples=10)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_in_any_batches_equals_are_one_lead_apart_at_most(batches: list[int]) -> None:
    Assignment.objects.all().delete()
    Handoff.objects.all().delete()
    Team.objects.all().delete()
    users = [User.objects.get_or_create(email=f"u{k}@made.example", created_at=0)[0] for k in range(4)]
    team_of("emea", *users)
    agreement = agreement_to("team emea")
    for count in batches:
        give_out(wanted(agreement, episodes(count)))
        got = assigned()
        assert max(got.values()) - min(got.get(f"u{k}", 0) for k in range(4)) <= 1
    assert sum(assigned().values()) == sum(batches)
