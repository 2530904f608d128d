"""A month of traffic: what live showed is what a replay of what is stored gives, at any instant."""

from __future__ import annotations

import pytest

from handraiser.flows.dirty import mark_stale_dirty
from handraiser.store.bulk import query
from tests.live.company import Clock, publish, send, worker
from tests.live.comparing import SHOWN, compare_episodes, compare_handoffs, compare_standings
from tests.live.traffic import AGREEMENTS, BEGIN, DAY, MONTHS, month
from tests.servers import Database


@pytest.mark.parametrize("which", MONTHS)
def test_a_month_shown_live_is_the_month_replayed(database: Database, which: int) -> None:
    seed = 2 * which + (database.vendor == "postgresql")
    clock = Clock(BEGIN)
    publications = dict(zip(publish(AGREEMENTS, BEGIN), AGREEMENTS, strict=True))
    workers = [worker(clock), worker(clock)]
    shown: dict[int, list[tuple[object, ...]]] = {}
    for number, delivery in enumerate(month(seed=seed)):
        clock.at = max(clock.at, delivery.received_at)
        send(delivery.items, delivery.received_at)
        if number % 3 == 0:
            workers[number % 2].turn()
        if number % 150 == 149:
            clock.at += 5
            workers[0].settle()
            mark_stale_dirty(clock.at, looked_at_before=clock.at)
            workers[1].settle()
            shown[clock.at] = query(SHOWN)
    clock.at += DAY
    workers[0].settle()
    compare_standings(shown, publications)
    compare_episodes(publications)
    compare_handoffs()
