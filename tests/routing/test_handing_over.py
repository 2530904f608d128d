"""Who leaves, or is away: their leads go on to others, once, and have an alarm where nobody else is there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from handraiser.flows.leaving import remove_user
from handraiser.flows.timeoff import hand_over
from handraiser.flows.verdicts import accept
from handraiser.store.models import Alarm, Assignment, Handoff, Team, TimeOff, User
from tests.live.company import DAY, NOON, SECOND, Live, using
from tests.routing.sales_team import away, somebody, team_of
from tests.servers import Cluster

_AGREEMENT = """
agreement: made
fit: {rules: []}
engagement:
  rules: [{rule: visit, event: Page Viewed, points: 60}]
qualify: {mql: score > 50}
handoff:
  accept_within: 1 hour
  route: [{to: team emea}]
"""


def with_leads(live: Live, count: int) -> None:
    """Have some become MQLs, who are handed off."""
    for k in range(count):
        who = {"userId": f"lead{k}"}
        live.identify(who, email=f"lead{k}@customer.example")
        live.track(who, "Page Viewed", path="/")


SOME = 25  # that go to others in one transaction
MINUTE = 60 * SECOND


def many_of_ann(live: Live) -> User:
    """Have Ann have some leads more than go to others in one transaction, and Bo none."""
    ann, bo = somebody("ann"), somebody("bo")
    team_of("emea", ann)
    visits = [
        {"type": "track", "userId": f"lead{k}", "event": "Page Viewed", "properties": {"path": "/"}}
        for k in range(SOME + 5)
    ]
    known = [{"type": "identify", "userId": f"lead{k}"} for k in range(SOME + 5)]
    live.hear(*known, *visits)
    Team.objects.get(name="emea").members.create(user=bo)
    return ann


class Between:
    """Does something when the first transaction that gives leads to others has ended."""

    def __init__(self, what: Callable[[], object]) -> None:
        self.done, self._what = False, what

    def __call__(
        self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any
    ) -> Any:
        if "UPDATE store_handoff SET" in sql and not self.done:
            self.done = True
            transaction.on_commit(self._what)
        return execute(sql, parameters, many, context)


class Killed(Between):
    """Is killed there."""

    def __init__(self) -> None:
        super().__init__(self._die)

    def _die(self) -> None:
        raise KeyboardInterrupt


def owners() -> list[str | None]:
    """Return who owns each hand-off, by the first part of the address."""
    rows = Handoff.objects.order_by("episode_id").values_list("owner__email", flat=True)
    return [None if email is None else email.partition("@")[0] for email in rows]


@pytest.mark.usefixtures("database")
class TestOnBothDatabases:
    def test_an_mql_goes_to_the_team(self) -> None:
        team_of("emea", somebody("ann"), somebody("bo"))
        with_leads(Live(_AGREEMENT), 3)
        assert owners() == ["ann", "bo", "ann"]

    def test_leads_of_who_leaves_go_to_others(self) -> None:
        team_of("emea", somebody("ann"), somebody("bo"), somebody("cy"))
        live = Live(_AGREEMENT)
        with_leads(live, 4)
        gone = remove_user("ann@made.example", who="m@made.example", now=live.clock.at)
        assert (gone.given, gone.nobodys) == (2, 0)
        assert owners() == ["bo", "bo", "cy", "cy"]
        last = Assignment.objects.latest("id")
        assert (last.kind, last.by) == ("reassign", "m@made.example")
        assert last.why.startswith("ann@made.example has left; team emea, route 1: ")

    def test_what_nobody_else_can_take_is_nobodys_and_has_an_alarm(self) -> None:
        team_of("emea", somebody("ann"))
        live = Live(_AGREEMENT)
        with_leads(live, 2)
        gone = remove_user("ann@made.example", who="m@made.example", now=live.clock.at)
        assert (gone.given, gone.nobodys) == (0, 2)
        assert owners() == [None, None]
        alarms = list(Alarm.objects.filter(closed_at=None))
        assert len(alarms) == 2
        assert {each.why for each in alarms} == {"ann@made.example has left, and nobody else could take it"}

    def test_when_time_off_begins_the_cover_gets_the_leads_once(self) -> None:
        ann, bo = somebody("ann"), somebody("bo")
        team_of("emea", ann)
        live = Live(_AGREEMENT)
        with_leads(live, 2)
        off = away(ann, live.clock.at + DAY, live.clock.at + 2 * DAY, cover=bo)
        assert hand_over(live.clock.at) == 0
        assert owners() == ["ann", "ann"]
        live.clock.at += DAY
        assert hand_over(live.clock.at) == 1
        assert hand_over(live.clock.at) == 0
        assert owners() == ["bo", "bo"]
        off.refresh_from_db()
        assert off.handed_over_at == live.clock.at
        assert Assignment.objects.filter(kind="cover", user=bo).count() == 2

    def test_without_a_cover_who_is_there_it_goes_by_the_routes(self) -> None:
        ann, bo, cy = somebody("ann"), somebody("bo"), somebody("cy")
        team_of("emea", ann, cy)
        live = Live(_AGREEMENT)
        with_leads(live, 2)
        away(ann, live.clock.at, live.clock.at + DAY, cover=bo)
        away(bo, live.clock.at, live.clock.at + DAY)
        assert hand_over(live.clock.at) == 2
        assert owners() == ["cy", "cy"]

    def test_where_there_is_no_other_leads_stay_with_who_is_away(self) -> None:
        ann = somebody("ann")
        team_of("emea", ann)
        live = Live(_AGREEMENT)
        with_leads(live, 1)
        away(ann, live.clock.at, live.clock.at + DAY)
        assert hand_over(live.clock.at) == 1
        assert owners() == ["ann"]

    def test_a_worker_goes_on_with_the_leads_of_who_has_left_where_another_was_killed(self) -> None:
        live = Live(_AGREEMENT)
        ann = many_of_ann(live)
        with connection.execute_wrapper(Killed()), pytest.raises(KeyboardInterrupt):
            remove_user("ann@made.example", who="m@made.example", now=live.clock.at)
        ann.refresh_from_db()
        assert ann.left_at == live.clock.at
        assert owners() == ["bo"] * SOME + ["ann"] * 5
        live.later(2 * MINUTE)
        live.worker.settle()
        assert owners() == ["bo"] * (SOME + 5)
        last = Assignment.objects.latest("id")
        assert (last.kind, last.by) == ("reassign", "handraiser")
        assert last.why.startswith("ann@made.example has left; team emea, route 1: ")

    def test_a_worker_goes_on_with_the_leads_of_who_is_away_where_another_was_killed(self) -> None:
        live = Live(_AGREEMENT)
        off = away(many_of_ann(live), live.clock.at, live.clock.at + DAY)
        with connection.execute_wrapper(Killed()), pytest.raises(KeyboardInterrupt):
            hand_over(live.clock.at)
        off.refresh_from_db()
        assert off.handed_over_at is None
        assert owners() == ["bo"] * SOME + ["ann"] * 5
        assert (hand_over(live.clock.at), hand_over(live.clock.at)) == (1, 0)
        assert owners() == ["bo"] * (SOME + 5)

    @pytest.mark.parametrize("leaves", [True, False])
    def test_a_verdict_gets_through_while_many_leads_go_to_others(self, leaves: bool) -> None:
        live = Live(_AGREEMENT)
        ann = many_of_ann(live)
        last = Handoff.objects.latest("pk").pk
        between = Between(lambda: accept(last, by="bo@made.example", now=live.clock.at))
        away(ann, live.clock.at, live.clock.at + DAY) if not leaves else None
        with connection.execute_wrapper(between):
            if leaves:
                gone = remove_user("ann@made.example", who="m@made.example", now=live.clock.at)
                assert (gone.given, gone.nobodys, gone.stuck) == (SOME + 5, 0, 0)
            else:
                assert hand_over(live.clock.at) == 1
        assert between.done
        assert Handoff.objects.get(pk=last).stage == "sal"
        assert owners() == ["bo"] * (SOME + 5)

    def test_time_off_that_is_over_before_anybody_looked_hands_nothing_over(self) -> None:
        ann = somebody("ann")
        team_of("emea", ann, somebody("bo"))
        live = Live(_AGREEMENT)
        with_leads(live, 1)
        away(ann, NOON - DAY, live.clock.at)
        assert hand_over(live.clock.at) == 1
        assert owners() == ["ann"]


@pytest.fixture
def postgres(cluster: Cluster) -> Iterator[None]:
    with using(cluster.database()):
        yield


@pytest.mark.usefixtures("postgres")
def test_several_workers_hand_over_each_time_off_once() -> None:
    crew = [somebody(f"u{k}") for k in range(6)]
    team_of("emea", *crew)
    live = Live(_AGREEMENT)
    with_leads(live, 12)
    for user in crew[:4]:
        away(user, live.clock.at, live.clock.at + DAY)
    done: list[int] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while count := hand_over(live.clock.at, most=1):
                done.append(count)
        except BaseException as error:  # noqa: BLE001  told to the test below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sum(done) == 4
    assert not TimeOff.objects.filter(handed_over_at=None).exists()
    assert set(owners()) == {"u4", "u5"}
    assert Assignment.objects.filter(kind="reassign").count() == 8
    assert User.objects.filter(handoffs__isnull=False).distinct().count() == 2
