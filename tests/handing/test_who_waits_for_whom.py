"""A worker decides leads while sales, a clock or a CRM says something of them: nobody waits for ever.

Each of the two has a connection of its own. Who comes second comes at a known point of the first, who goes
on as soon as the database says that somebody waits for a lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from handraiser.errors import Mistakes
from handraiser.flows.destinations import remove
from handraiser.flows.firing import fire
from handraiser.flows.hearing import Heard, hear
from handraiser.flows.held import hold
from handraiser.flows.moving import Verdict
from handraiser.flows.reassigning import reassign
from handraiser.flows.resolve import resolve_arrivals
from handraiser.flows.teams import remove_team
from handraiser.flows.undoing import undo
from handraiser.flows.verdicts import win
from handraiser.lifecycle.stages import Stage
from handraiser.store.models import Assignment, Handoff, Outcome, User
from tests.handing.test_mqls_with_sales import somewhere, team
from tests.live.company import DAY, SECOND, Live, send, using
from tests.servers import Cluster, Database, until

_WAIT = 30.0
BOSS = "manager@made.example"
SALES = """
agreement: sales
fit: {rules: []}
engagement: {rules: [{rule: paper, event: Content Downloaded, points: 10, within: 9 days}]}
qualify: {mql: score >= 20, never: company.is_customer}
handoff:
  accept_within: 1 hour
  escalate_at: [{at: 150%, to: reassign}]
  expire_after: 6 days
  route: [{to: team small}]
recycle: {reasons: {not_ready: {}, expired: {}}}
"""
# What the worker has locked by then: who is new to it, in order.
MINE = "SELECT lead_id, version FROM store_dirty WHERE claimed_by"


@pytest.fixture
def concurrent(cluster: Cluster) -> Iterator[Database]:
    """A database that several write to at once; SQLite has one writer."""
    made = cluster.database()
    with using(made):
        yield made


class Pausing:
    """Lets somebody else go on at the first statement that has some words in it, and waits for a word."""

    def __init__(self, words: str, *, before: bool = False) -> None:
        self.words, self.before = words, before
        self.reached, self.goes_on = Event(), Event()

    def __call__(
        self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any
    ) -> Any:
        if self.words not in sql or self.reached.is_set():
            return execute(sql, parameters, many, context)
        if self.before:
            self._pause()
        done = execute(sql, parameters, many, context)
        if not self.before:
            self._pause()
        return done

    def _pause(self) -> None:
        self.reached.set()
        assert self.goes_on.wait(_WAIT)


class Doing:
    """Something that is done in a thread, with a connection of its own."""

    def __init__(self, what: Callable[[], Any], pausing: Pausing | None = None) -> None:
        self.came: Any = None
        self._what, self._pausing = what, pausing
        self._thread = Thread(target=self._do)
        self._thread.start()

    def _do(self) -> None:
        try:
            if self._pausing is None:
                self.came = self._what()
            else:
                with connection.execute_wrapper(self._pausing):
                    self.came = self._what()
        except BaseException as error:  # noqa: BLE001  told to the test
            self.came = error
        finally:
            connection.close()

    def end(self) -> Any:
        """Return what came of it; what was raised is raised here."""
        self._thread.join(_WAIT)
        assert not self._thread.is_alive()
        if isinstance(self.came, BaseException):
            raise self.came
        return self.came


def somebody_waits(database: Database) -> None:
    """Return as soon as somebody waits for a lock that another has."""
    until(
        lambda: database.one(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND datname = current_database()"
        ),
        says="nobody waits for anybody",
    )


def downloads(live: Live, count: int, *, of: int = 1) -> None:
    """Have several leads of whom something is new, which no worker has looked at yet."""
    said = {"type": "track", "event": "Content Downloaded", "properties": {}}
    now = live.clock.at
    send(
        [said | {"messageId": f"{now}-{k}-{n}", "userId": f"u{k}"} for k in range(count) for n in range(of)],
        now,
    )
    live.later(SECOND)
    resolve_arrivals()


def colleagues(live: Live) -> Handoff:
    """Have four leads of one company, the last of them an MQL; return the hand-off."""
    for k in range(4):
        live.identify({"userId": f"u{k}"}, email=f"p{k}@corp.example")
    for _ in range(2):
        live.track({"userId": "u3"}, "Content Downloaded")
    return Handoff.objects.get()


def company(live: Live) -> tuple[Handoff, User]:
    """Have sales, and an MQL with colleagues."""
    team("small", "kim@made.example", "lee@made.example")
    User.objects.filter(email=BOSS).update(role="manager")
    return colleagues(live), User.objects.get(email=BOSS)


def test_who_wins_a_customer_waits_in_order_for_who_decides_its_colleagues(concurrent: Database) -> None:
    live = Live(SALES)
    handoff, _ = company(live)
    downloads(live, 4)
    # Both have the leads locked, or the one the first three and the other the last.
    before_deciding, one_locked = Pausing(MINE, before=True), Pausing("INTO store_dirty")
    decides = Doing(lambda: live.worker.qualifier.qualify(live.clock.at), before_deciding)
    assert before_deciding.reached.wait(_WAIT)
    wins = Doing(lambda: win(handoff.pk, by=BOSS, now=live.clock.at).stage, one_locked)
    assert one_locked.reached.wait(_WAIT)
    before_deciding.goes_on.set()
    somebody_waits(concurrent)
    one_locked.goes_on.set()
    assert (decides.end(), wins.end()) == (4, Stage.CUSTOMER)


def test_who_takes_back_that_one_was_won_waits_in_the_same_order(concurrent: Database) -> None:
    live = Live(SALES)
    handoff, _ = company(live)
    win(handoff.pk, by=BOSS, now=live.clock.at)
    live.worker.settle()
    downloads(live, 4)
    before_deciding, one_locked = Pausing(MINE, before=True), Pausing(" store_dirty SET claimed_until = 0")
    decides = Doing(lambda: live.worker.qualifier.qualify(live.clock.at), before_deciding)
    assert before_deciding.reached.wait(_WAIT)
    takes_back = Doing(lambda: undo(handoff.pk, by=BOSS, now=live.clock.at).stage, one_locked)
    assert one_locked.reached.wait(_WAIT)
    before_deciding.goes_on.set()
    somebody_waits(concurrent)
    one_locked.goes_on.set()
    # What it had seen of the one is no longer so, and of the others it is.
    assert (decides.end(), takes_back.end()) == (4, "mql")


def test_what_is_due_at_once_of_an_episode_waits_for_no_team_that_who_decides_needs(
    concurrent: Database,
) -> None:
    live = Live(SALES)
    team("small", "kim@made.example", "lee@made.example")
    downloads(live, 1, of=2)
    live.worker.settle()
    live.later(7 * DAY)  # nobody worked for a week: it is to go to another, and has expired
    downloads(live, 4, of=3)
    decided = Pausing(MINE)
    decides = Doing(lambda: live.worker.qualifier.qualify(live.clock.at), decided)
    assert decided.reached.wait(_WAIT)
    fires = Doing(lambda: fire(live.clock.at))
    somebody_waits(concurrent)
    decided.goes_on.set()
    decides.end()
    assert fires.end() >= 2
    first = Handoff.objects.earliest("pk")
    assert (first.stage, Assignment.objects.filter(episode=first.pk).count()) == ("recycled", 1)


def test_what_a_crm_says_while_an_episode_begins_is_of_that_episode(concurrent: Database) -> None:
    live = Live(SALES)
    team("small", "kim@made.example", "lee@made.example")
    live.track({"userId": "u0"}, "Content Downloaded")
    lead = live.lead("user", "u0")
    downloads(live, 1)
    # By now it has looked for what was said before.
    looked = Pausing("FROM store_outcome WHERE episode_id IS NULL")
    decides = Doing(lambda: live.worker.qualifier.qualify(live.clock.at), looked)
    assert looked.reached.wait(_WAIT)
    customer = Verdict(Stage.LEAD)
    says = Doing(lambda: hear(lead, "customer", customer, through="crm", now=live.clock.at))
    somebody_waits(concurrent)
    looked.goes_on.set()
    assert decides.end() == 1
    handoff, outcome = Handoff.objects.get(), says.end()
    handoff.refresh_from_db()
    kept = Outcome.objects.get()
    assert outcome == Heard(lead, (kept.pk,))
    assert (handoff.stage, kept.episode_id) == ("customer", handoff.pk)


def test_a_team_is_taken_away_after_who_gives_its_leads_to_others(concurrent: Database) -> None:
    live = Live(SALES)
    team("small", "kim@made.example", "lee@made.example")
    for _ in range(2):
        live.track({"userId": "u0"}, "Content Downloaded")
    handoff = Handoff.objects.get()
    held = Pausing("FROM store_team", before=True)  # the hand-off is held by then, and the team is not

    def gives() -> bool:
        with transaction.atomic():
            hold(handoff.pk)
            return reassign(handoff.pk, None, kind="reassign", by="eve", why="", now=live.clock.at)

    given = Doing(gives, held)
    assert held.reached.wait(_WAIT)
    removes = Doing(lambda: remove_team("small", who="eve", now=live.clock.at))
    somebody_waits(concurrent)
    held.goes_on.set()
    assert given.end() is True
    removes.end()
    was = handoff.owner_id
    handoff.refresh_from_db()
    assert handoff.team_id is None
    assert handoff.owner_id not in (was, None)


def test_a_destination_is_not_taken_away_under_who_writes_to_it(concurrent: Database) -> None:
    live = Live(SALES)
    team("small", "kim@made.example")
    somewhere()
    downloads(live, 1, of=2)
    written = Pausing("INTO store_outgoing")
    decides = Doing(lambda: live.worker.qualifier.qualify(live.clock.at), written)
    assert written.reached.wait(_WAIT)
    removes = Doing(lambda: remove("hook", drop=False, who="eve", now=live.clock.at))
    somebody_waits(concurrent)
    written.goes_on.set()
    assert decides.end() == 1
    with pytest.raises(Mistakes, match="1 message waits for hook"):
        removes.end()
    assert remove("hook", drop=True, who="eve", now=live.clock.at).waiting == 1
