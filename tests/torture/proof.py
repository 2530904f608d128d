"""Is all there that was acknowledged, once, and has it been decided as it would have been in peace?"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from handraiser.capture.activity import read_message
from handraiser.store.bulk import query
from tests.live.company import using
from tests.live.comparing import SHOWN, compare_episodes, compare_handoffs, compare_standings
from tests.servers import Database

__all__ = ["prove", "settle"]

_INSTANTS = 100  # that standings are compared at
_WAIT = 300.0  # seconds for all that is left to be decided


def settle(database: Database) -> float:
    """Return after how many seconds nothing waits any more: no arrival, no lead, no claim."""
    begun = time.monotonic()
    while left := _left(database):
        assert time.monotonic() - begun < _WAIT, f"this does not come to an end: {left}"
        time.sleep(0.05)
    return time.monotonic() - begun


def _left(database: Database) -> dict[str, Any]:
    waiting = {name: database.one(f"SELECT count(*) FROM store_{name}") for name in ("arrival", "dirty")}
    return waiting if any(waiting.values()) else {}


def prove(
    database: Database, *, acknowledged: set[str], sent: set[str], say: Callable[[str], None], least: int = 5
) -> None:
    """Hold what is stored to what was acknowledged, and what was decided to a replay.

    least  how many episodes and standings there are at the least, so that something has been proven
    """
    with using(database):
        stored = _messages(acknowledged, sent)
        activities = _activities()
        _people()
        publications = dict(query("SELECT id, text FROM store_publication ORDER BY id"))
        shown: dict[int, list[tuple[object, ...]]] = defaultdict(list)
        for row in query(SHOWN):
            shown[int(row[-1])].append(row)
        busiest = sorted(shown, key=lambda at: len(shown[at]))[-_INSTANTS:]
        standings = compare_standings({at: shown[at] for at in busiest}, publications, least=least)
        _every_lead_stands(len(publications))
        episodes = compare_episodes(publications, least=least)
        told = compare_handoffs()
        assert told > least
    say(
        f"{len(acknowledged)} of {len(sent)} messages acknowledged, {stored} stored once, "
        f"{activities} things done written down once; {standings} standings, {episodes} episodes and {told} "
        "messages to sales are those of the replay."
    )


def _messages(acknowledged: set[str], sent: set[str]) -> int:
    found = Counter(name for (name,) in query("SELECT message_id FROM store_event"))
    assert not [name for name, times in found.items() if times > 1], "stored twice"
    assert acknowledged <= found.keys(), f"lost: {sorted(acknowledged - found.keys())[:10]}"
    assert found.keys() <= sent, "stored, but never sent"
    assert query("SELECT count(*) FROM store_reject") == [(0,)]
    assert query("SELECT count(*) FROM store_arrival") == query("SELECT count(*) FROM store_dirty") == [(0,)]
    return len(found)


def _activities() -> int:
    """Compare what was written down with what each message says."""
    rows = query(
        "SELECT message_id, kind, event, user_id, anonymous_id, group_id, previous_id, body FROM store_event"
    )
    expected: Counter[str] = Counter()
    for name, kind, event, user_id, anonymous_id, group_id, previous_id, body in rows:
        said = read_message(
            kind, body.encode(), event=event, user_id=user_id, anonymous_id=anonymous_id, group_id=group_id,
            previous_id=previous_id,
        )  # fmt: skip
        if said.event is not None:
            expected[name] += 1
            expected.update(f"{name}:{place}" for place, _ in enumerate(said.further, 1))
    found = Counter(name for (name,) in query("SELECT event_id FROM store_activity"))
    assert found == expected
    return len(found)


def _people() -> None:
    """Every user is one lead of their own, and nothing is known of anybody twice."""
    users = query(
        "SELECT value, root_id FROM store_identifier JOIN store_person AS person ON person.id = person_id "
        "WHERE kind = 'user'"
    )
    told = {user for (user,) in query("SELECT DISTINCT user_id FROM store_event WHERE user_id IS NOT NULL")}
    assert {user for user, _ in users} == told
    assert len({lead for _, lead in users}) == len(users)
    for table, of in (("personpatch", "person_id"), ("companypatch", "company_id")):
        once = f"{of}, known_at, valid_from"  # a company that is derived from an address holds from elsewhen
        twice = query(f"SELECT {once} FROM store_{table} GROUP BY {once} HAVING count(*) > 1")
        assert not twice, (table, twice)


def _every_lead_stands(publications: int) -> None:
    missing = query(
        "SELECT id FROM store_person WHERE root_id = id AND lead_since IS NOT NULL "
        "AND (SELECT count(*) FROM store_standing WHERE lead_id = store_person.id) <> %s",
        [publications],
    )
    assert not missing, missing
