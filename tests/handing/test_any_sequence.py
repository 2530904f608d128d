"""Whatever happens in whatever order, and whoever dies meanwhile, every episode is as it should be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from handraiser.errors import Mistakes
from handraiser.flows import logging_work, verdicts
from handraiser.flows.examining_sales import examine_sales
from handraiser.flows.undoing import undo
from handraiser.flows.unjoin import unjoin
from handraiser.store.bulk import query
from handraiser.store.due import due_differing
from handraiser.store.models import Handoff, Join, Member, Team, User
from tests.live.company import DAY, HOUR, SECOND, Live, send, using
from tests.servers import Cluster, Database, sqlite_database

AGREEMENT = """
agreement: %s
fit: {rules: []}
engagement:
  rules:
    - {rule: paper, event: Content Downloaded, points: 10, within: 9 days}
    - {rule: demo, event: Demo Requested, points: 1}
qualify: {mql: score >= %s, hand_raise: demo, never: company.is_customer}
handoff:
  hours: {mon-fri: "09:00-12:30, 13:30-18:00", holidays: DE, timezone: owner}
  accept_within: 4 business hours
  contact_within: 1 business day
  hand_raise: {accept_within: 30 minutes}
  follow_up: [{do: call, within: 1 business hour}, {do: email, within: 2 days}]
  remind_at: [50%%]
  escalate_at: [{at: 100%%, to: manager}, {at: 150%%, to: reassign}]
  expire_after: 6 days
  route: [{to: "company owner, team one"}]
recycle:
  reasons: {not_ready: {}, later: {requalify_after: 3 days}, spam: {disqualify: true}, expired: {}}
"""
PEOPLE = ("ann", "bob", "cem")
SELLERS = ("kim@made.example", "lee@made.example")
HISTORIES = ("store_move", "store_assignment", "store_logentry", "store_outcome", "store_audit")


class Killed(Exception):  # noqa: N818  it is no error of theirs
    """The process has died before a statement."""


class Sales(RuleBasedStateMachine):
    """A company that sells, in which anything may happen next."""

    new_database: Callable[[], Database]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(using(type(self).new_database()))
        self.live = Live(AGREEMENT % ("one", 20), AGREEMENT % ("two", 10))
        boss = User.objects.create(email="boss@made.example", role="manager", created_at=0)
        team = Team.objects.create(name="one", manager=boss)
        for each in SELLERS:
            user = User.objects.create(email=each, role="sales", created_at=0, manager=boss)
            Member.objects.create(team=team, user=user, per_day=3)
        self.live.hear(*({"type": "identify", "userId": each} for each in PEOPLE))
        self.sent = 0
        self.grown = {table: [] for table in HISTORIES}  # type: dict[str, list[tuple[Any, ...]]]

    def teardown(self) -> None:
        self.stack.close()

    @rule(who=st.sampled_from(PEOPLE), demo=st.booleans())
    def somebody_does_something(self, who: str, demo: bool) -> None:
        self.live.track({"userId": who}, "Demo Requested" if demo else "Content Downloaded")

    @rule(who=st.sampled_from(PEOPLE))
    def a_visitor_with_an_address_does_something(self, who: str) -> None:
        browser = {"anonymousId": f"of {who}"}
        email = {"email": f"{who}@corp.example"}
        self.live.hear({"type": "identify", "traits": email, **browser})
        self.live.track(browser, "Content Downloaded")

    @rule(who=st.sampled_from(PEOPLE))
    def it_turns_out_who_that_was(self, who: str) -> None:
        self.live.hear({"type": "identify", "userId": who, "traits": {"email": f"{who}@corp.example"}})

    @rule()
    def a_wrong_join_is_undone(self) -> None:
        join = Join.objects.filter(undone_at=None).order_by("-pk").first()
        if join is not None:
            unjoin(join.pk, by="test", now=self.live.clock.at)

    @rule(length=st.sampled_from([SECOND, HOUR, DAY, 4 * DAY, 10 * DAY]))
    def time_passes(self, length: int) -> None:
        self.live.later(length)

    @rule(data=st.data())
    def sales_says_something(self, data: st.DataObject) -> None:
        episodes = list(Handoff.objects.order_by("pk").values_list("pk", flat=True))
        if not episodes:
            return
        of, now = data.draw(st.sampled_from(episodes)), self.live.clock.at
        common = {"by": data.draw(st.sampled_from(["boss@made.example", *SELLERS])), "now": now}
        reason = data.draw(st.sampled_from(["not_ready", "later", "spam"]))
        says: list[Callable[[], object]] = [
            lambda: verdicts.accept(of, **common),
            lambda: verdicts.recycle(of, reason=reason, **common),
            lambda: verdicts.open_opportunity(of, amount=9.0, **common),
            lambda: verdicts.win(of, **common),
            lambda: verdicts.lose(of, **common),
            lambda: verdicts.reopen(of, **common),
            lambda: logging_work.log(of, kind="call", **common),
            lambda: logging_work.pause(of, why="waits for the lead", **common),
            lambda: logging_work.resume(of, **common),
            lambda: logging_work.assign(of, to=SELLERS[of % 2], **common),
            lambda: undo(of, **common),
        ]
        chosen = data.draw(st.sampled_from(range(len(says))))
        try:
            says[chosen]()
        except Mistakes:
            return  # it is not allowed, and changes nothing

    @rule(statements=st.integers(0, 90), who=st.sampled_from(PEOPLE), hours=st.sampled_from([0, 1, 30]))
    def the_worker_dies_over_its_work(self, statements: int, who: str, hours: int) -> None:
        self.sent += 1
        did = {"type": "track", "event": "Content Downloaded", "properties": {}, "userId": who}
        send([{"messageId": f"k{self.sent}", **did}], self.live.clock.at)
        self.live.later(hours * HOUR)
        left = [statements]

        def until(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return execute(sql, params, many, context)

        with connection.execute_wrapper(until):
            try:
                self.live.worker.turn()
            except Killed:
                connection.close()

    @invariant()
    def it_is_settled(self) -> None:
        assert due_differing() == []
        self.live.worker.settle()
        now = self.live.clock.at
        at_most_one_is_open()
        whoever_was_handed_off_is_somebodys_or_has_an_alarm()
        assert examine_sales(now) == []
        due = "SELECT 1 FROM store_deadline WHERE done_at IS NULL AND NOT held AND due_at <= %s"
        assert query(due, [now]) == []
        ended = (
            "SELECT 1 FROM store_deadline AS deadline JOIN store_handoff AS handoff "
            "ON handoff.episode_id = deadline.episode_id WHERE ended_at IS NOT NULL AND done_at IS NULL"
        )
        assert query(ended) == []
        for table, before in self.grown.items():
            after = query(f"SELECT id FROM {table} ORDER BY id")
            assert after[: len(before)] == before
            self.grown[table] = after


def at_most_one_is_open() -> None:
    sql = (
        "SELECT person.root_id, handoff.agreement FROM store_handoff AS handoff "
        "JOIN store_episode AS episode ON episode.id = handoff.episode_id "
        "JOIN store_person AS person ON person.id = episode.lead_id WHERE ended_at IS NULL "
        "GROUP BY person.root_id, handoff.agreement HAVING count(*) > 1"
    )
    assert query(sql) == []


def whoever_was_handed_off_is_somebodys_or_has_an_alarm() -> None:
    sql = (
        "SELECT episode_id, owner_id IS NOT NULL, EXISTS (SELECT 1 FROM store_alarm AS alarm "
        "WHERE alarm.episode_id = handoff.episode_id AND kind = 'unassigned' AND closed_at IS NULL) "
        "FROM store_handoff AS handoff WHERE ended_at IS NULL AND handed_at IS NOT NULL"
    )
    for episode, owned, alarmed in query(sql):
        assert bool(owned) is not bool(alarmed), episode


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_happens_every_episode_is_in_order(
    kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    def new_database() -> Database:
        if kind == "sqlite":
            return sqlite_database(Path(tmp_path_factory.mktemp("any")))
        cluster: Cluster = request.getfixturevalue("cluster")
        return cluster.database()

    machine = type("OfOneKind", (Sales,), {"new_database": staticmethod(new_database)})
    few = max(2, settings.default.max_examples // 8)
    run_state_machine_as_test(machine, settings=settings(max_examples=few, stateful_step_count=25))
