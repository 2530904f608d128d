"""How does a year pass in a minute? A clock goes from one thing that happens to the next and skips none.

What comes in goes by the intake; the worker resolves, decides and has happen what is due; the sales team says
what it says by the verbs. Nothing is written in any other way.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from handraiser.capture.protocol import Message, read_request
from handraiser.edge.played.cast import leave_and_rest
from handraiser.edge.played.messages import Received
from handraiser.edge.played.selling import Next, Planted, next_of
from handraiser.edge.worker import Worker
from handraiser.flows.firing import fire
from handraiser.flows.intake import IMPORT, Delivery, keep
from handraiser.store.bulk import query
from handraiser.store.models import Handoff

__all__ = ["Year", "import_before"]

_MINUTE, _HOUR, _DAY = 60_000_000, 3_600_000_000, 86_400_000_000
_TICK = 12 * _HOUR  # until what came in is worked on at the latest, where nothing is expected before
_SOON = 20_000_000  # and after what a worker that always works would act on
_RAISING = (b'"Demo Requested"', b'"Trial Started"')
_TOGETHER = 1_000  # items of an import's request


def import_before(before: Sequence[Received], *, now: int) -> None:
    """Bring in what was known before anybody listened, as history."""
    for place in range(0, len(before), _TOGETHER):
        bodies = b",".join(each.body for each in before[place : place + _TOGETHER])
        read = read_request(b'{"batch":[' + bodies + b"]}", kind=None, received_at=now, imported=True)
        keep([Delivery(read.items, IMPORT, now)])


class Year:
    """A time that is played, from an instant until another.

    came      what comes in, in its order
    planted   what is known of the leads, by the ids that the made company has for them
    expected  instants at which somebody becomes an MQL: what came is worked on just then, not hours later
    """

    def __init__(
        self,
        came: Sequence[Received],
        planted: Mapping[str, Planted],
        *,
        since: int,
        until: int,
        expected: Sequence[int] = (),
    ) -> None:
        self.now, self._since, self._until = since, since, until
        self._came, self._planted, self._place = came, planted, 0
        self._worker = Worker(lambda: self.now)
        self._plans: list[tuple[int, int, Next]] = []
        self._number = count()
        self._known: dict[int, tuple[object, ...]] = {}
        raised = [each.at for each in came if any(word in each.body for word in _RAISING)]
        self._awaited = sorted({at + _SOON for at in (*raised, *expected)}, reverse=True)
        self._tick_at = self._daily_at = since

    def play(self, told: Callable[[int], None]) -> None:
        """Have it all happen; `told` is called with the instant now and then."""
        while self.now < self._until:
            self.now = min(self._until, self._soonest())
            if self.now in (self._tick_at, self._until):
                self._work()
                told(self.now)
            while fire(self.now):
                pass
            self._sell()

    def _soonest(self) -> int:
        due = query("SELECT min(due_at) FROM store_deadline WHERE done_at IS NULL AND NOT held")[0][0]
        plan = self._plans[0][0] if self._plans else self._until
        return max(self.now, min(self._tick_at, plan, self._until if due is None else int(due)))

    def _work(self) -> None:
        """Take in what has come, and have the worker do all there is to do."""
        begin = self._place
        while self._place < len(self._came) and self._came[self._place].at <= self.now:
            self._place += 1
        if self._place > begin:
            keep([_delivered(each) for each in self._came[begin : self._place]])
        if self.now >= self._daily_at:
            self._daily_at += _DAY
            leave_and_rest(self.now, since=self._since, until=self._until)
            self._worker.daily()
        self._worker.turn()
        while self._awaited and self._awaited[-1] <= self.now:
            self._awaited.pop()
        self._tick_at = min([self.now + _TICK, *self._awaited[-1:], *self._next_away()])

    def _next_away(self) -> list[int]:
        """Return when the next who is away begins to be, if anybody does: then their leads go to others."""
        sql = "SELECT min(begins_at) FROM store_timeoff WHERE handed_over_at IS NULL AND begins_at > %s"
        return [int(at) for (at,) in query(sql, [self.now]) if at is not None]

    def _sell(self) -> None:
        """Have sales do what it does now, and look at what it has on its desks."""
        while self._plans and self._plans[0][0] <= self.now:
            plan = heapq.heappop(self._plans)[2]
            plan.happen(self.now)
            self._known.pop(plan.episode, None)
        self._plan()

    def _plan(self) -> None:
        """Think of what is next of those hand-offs that are not as they were."""
        sql = "SELECT episode_id, stage, owner_id, round FROM store_handoff WHERE ended_at IS NULL"
        new = [row for row in query(sql) if self._known.get(row[0]) != row[1:]]
        if not new:
            return
        for row in new:
            self._known[row[0]] = row[1:]
        of = [row[0] for row in new]
        self._plans = [each for each in self._plans if each[2].episode not in of]
        heapq.heapify(self._plans)
        handoffs = Handoff.objects.select_related("episode__publication", "owner").in_bulk(of)
        for number in of:
            following = next_of(handoffs[number], self._planted, now=self.now, until=self._until)
            if following is not None:
                heapq.heappush(self._plans, (following.at, next(self._number), following))


def _delivered(came: Received) -> Delivery:
    """Return an item as a request that brought it alone."""
    body = b'{"batch":[' + came.body + b"]}"
    items = read_request(body, kind=None, received_at=came.at).items
    if not all(isinstance(item, Message) for item in items):
        raise AssertionError(f"the made company sends what is no message: {items}")
    return Delivery(items, None, came.at)
