"""Which messages are to be sent now, and what becomes of them?

A message is had by one deliverer for a while, which goes on having it as long as it lives; who dies leaves it
to another, under the same key. A destination is told of one lead one thing after the other: what comes first
has to be delivered, or given up, before the next is had by anybody. Nothing is sent here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet

from handraiser.connectors.answers import Answer, Outcome
from handraiser.connectors.ladder import SECOND, pause, tried_again_at
from handraiser.connectors.sending import Target
from handraiser.flows.sealing import SealedError, opened
from handraiser.store.bulk import among, change, query, statement
from handraiser.store.models import Audit, Destination

__all__ = ["LEASE", "Came", "Job", "claim", "give_back", "go_on_having", "settle", "target_of", "to_be_told"]

LEASE = 60 * SECOND
_HOPELESS = 5 * 86_400 * SECOND  # a destination that takes nothing for so long is told nothing more
_TRIED = 5  # times at least, lately: what failed long ago says little of today
_THOUGHT = ["failing_since", "rests_until", "disabled_at", "disabled_why"]
_SIGNED = ("webhook",)
_CLOSED = ("slack", "teams")  # whose addresses are secret themselves


class Job(NamedTuple):
    """A message that this deliverer has, and the attempts there were before."""

    number: int
    key: str
    payload: dict[str, Any]
    attempts: int


class Came(NamedTuple):
    """What came of sending a message, and when; of a destination."""

    destination: int
    job: Job
    answer: Answer
    at: int


# ---- having messages


def to_be_told(now: int) -> list[Destination]:
    """Return the destinations for which there is something to send now that nobody has."""
    sql = (
        "SELECT id FROM store_destination AS destination WHERE disabled_at IS NULL AND rests_until <= %s "
        "AND EXISTS (SELECT 1 FROM store_outgoing AS outgoing WHERE outgoing.destination_id = destination.id "
        "AND done_at IS NULL AND due_at <= %s AND claimed_until <= %s)"
    )
    numbers = [number for (number,) in query(sql, [now, now, now])]
    return list(Destination.objects.filter(pk__in=numbers).order_by("pk")) if numbers else []


def claim(destination: int, most: int, *, by: str, now: int) -> list[Job]:
    """Return messages that are had by this name from now on: of each lead the first that waits, if due."""
    # Looked up row by row in an index: joined, PostgreSQL compares all that wait with all that wait.
    first = (
        "id = (SELECT waits.id FROM store_outgoing AS waits "
        "WHERE waits.destination_id = outgoing.destination_id AND waits.lead = outgoing.lead "
        "AND waits.done_at IS NULL ORDER BY waits.id LIMIT 1)"
    )
    skipping = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with transaction.atomic():
        rows = query(
            "SELECT id, key, payload, attempts FROM store_outgoing AS outgoing WHERE destination_id = %s "
            f"AND done_at IS NULL AND due_at <= %s AND claimed_until <= %s AND {first} "
            f"ORDER BY due_at, id LIMIT %s{skipping}",
            [destination, now, now, most],
        )
        jobs = [Job(number, key, _read(payload), attempts) for number, key, payload, attempts in rows]
        if jobs:
            condition, parameters = among("id", [job.number for job in jobs])
            statement(
                f"UPDATE store_outgoing SET claimed_until = %s, claimed_by = %s WHERE {condition}",
                [now + LEASE, by, *parameters],
            )
    return jobs


def go_on_having(numbers: Iterable[int], *, by: str, now: int) -> None:
    """Have messages for longer that are still being sent."""
    condition, parameters = among("id", numbers)
    statement(
        "UPDATE store_outgoing SET claimed_until = %s "
        f"WHERE claimed_by = %s AND done_at IS NULL AND {condition}",
        [now + LEASE, by, *parameters],
    )


def give_back(numbers: Iterable[int], *, by: str) -> None:
    """Leave messages to others that were not sent."""
    condition, parameters = among("id", numbers)
    statement(
        "UPDATE store_outgoing SET claimed_until = 0, claimed_by = '' "
        f"WHERE claimed_by = %s AND done_at IS NULL AND {condition}",
        [by, *parameters],
    )


def target_of(destination: Destination, now: int) -> Target:
    """Return how a destination is told now: where, and signed with what."""
    try:
        if destination.kind in _CLOSED:
            return Target(destination.kind, opened(destination.secret))
        if destination.kind not in _SIGNED:
            return Target(destination.kind)
        secrets = [opened(destination.secret)]
        if destination.old_secret and (destination.old_secret_until or 0) > now:
            secrets.append(opened(destination.old_secret))
        return Target(destination.kind, destination.address, secrets)
    except SealedError as error:
        return Target(destination.kind, broken=str(error))


# ---- what became of them


def settle(came: Sequence[Came], *, by: str) -> None:
    """Write down what came of messages that were had by this name, and what is thought of destinations."""
    if not came:
        return
    with transaction.atomic():
        there = _locked({each.destination for each in came})
        came = [each for each in came if each.destination in there]  # else it was removed meanwhile
        before = {number: _thought(each) for number, each in there.items()}
        mine = _still_mine(came, by)
        for each in sorted(came, key=lambda each: each.at):
            destination = there[each.destination]
            late = each.job.number not in mine
            # What somebody else has by now may be sent a second time; that it arrived is known all the same.
            if not late or each.answer.outcome is Outcome.DELIVERED:
                _judge(destination, each)
        _write_done([each for each in came if each.answer.outcome is Outcome.DELIVERED])
        _write_failed([each for each in came if each.job.number in mine], there)
        for number, destination in there.items():
            if _thought(destination) != before[number]:
                destination.save(update_fields=_THOUGHT)


def _locked(numbers: Iterable[int]) -> dict[int, Destination]:
    rows = Destination.objects.filter(pk__in=sorted(numbers)).order_by("pk")
    return {row.pk: row for row in _locking(rows)}


def _locking(rows: QuerySet[Destination]) -> QuerySet[Destination]:
    """Return rows that others may refer to meanwhile, and not change."""
    return rows.select_for_update(no_key=True) if connection.vendor == "postgresql" else rows


def _thought(destination: Destination) -> list[object]:
    return [getattr(destination, name) for name in _THOUGHT]


def _still_mine(came: Sequence[Came], by: str) -> set[int]:
    condition, parameters = among("id", [each.job.number for each in came])
    sql = f"SELECT id FROM store_outgoing WHERE claimed_by = %s AND done_at IS NULL AND {condition}"
    return {number for (number,) in query(sql, [by, *parameters])}


def _judge(destination: Destination, came: Came) -> None:
    """Change what is thought of a destination by what it has answered."""
    answer, at = came.answer, came.at
    if answer.outcome is Outcome.DELIVERED:
        destination.failing_since = None
        return
    if answer.outcome is Outcome.REFUSED:  # of this message alone
        return
    since, busy = destination.failing_since, answer.outcome is Outcome.BUSY
    rests = pause(now=at, failing_since=since, busy=busy, retry_after=answer.retry_after)
    since = destination.failing_since = at if since is None else since
    destination.rests_until = max(destination.rests_until, rests)
    if answer.outcome is Outcome.GONE:
        _disable(destination, f"it answered {answer.says}", at)
    elif at - since >= _HOPELESS and came.job.attempts + 1 >= _TRIED:
        _disable(destination, f"it has taken nothing for five days; at last {answer.says}", at)


def _disable(destination: Destination, why: str, at: int) -> None:
    if destination.disabled_at is None:
        destination.disabled_at, destination.disabled_why = at, why
        Audit.objects.create(
            at=at, who="handraiser", did="disabled a destination", subject=f"destination {destination.name}",
            details={"why": why},
        )  # fmt: skip


def _write_done(came: Sequence[Came]) -> None:
    rows = [(each.job.number, each.at, True, each.job.attempts + 1, 0, "", "") for each in came]
    columns = {
        "done_at": "bigint", "delivered": "boolean", "attempts": "integer", "claimed_until": "bigint",
        "claimed_by": "text", "error": "text",
    }  # fmt: skip
    change("store_outgoing", "id", columns, rows)


def _write_failed(came: Sequence[Came], there: dict[int, Destination]) -> None:
    """Have messages tried again, or given up."""
    rows, waits = [], []
    for each in came:
        if each.answer.outcome is Outcome.DELIVERED:
            continue
        attempts, again = each.job.attempts + 1, None
        if each.answer.outcome in (Outcome.FAILED, Outcome.BUSY):
            asked = each.answer.retry_after
            again = tried_again_at(each.job.key, attempts, now=each.at, retry_after=asked)
        if again is not None:
            again = max(again, there[each.destination].rests_until)
            waits.append((again, each.job.number))
        due, done = (each.at, each.at) if again is None else (again, None)
        rows.append((each.job.number, due, done, attempts, 0, "", each.answer.says))
    columns = {
        "due_at": "bigint", "done_at": "bigint", "attempts": "integer", "claimed_until": "bigint",
        "claimed_by": "text", "error": "text",
    }  # fmt: skip
    change("store_outgoing", "id", columns, rows)
    for again, number in waits:
        _have_later_ones_wait(number, again)


def _have_later_ones_wait(number: int, until: int) -> None:
    """Have what comes behind a message wait with it: nobody looks at it again and again meanwhile."""
    statement(
        "UPDATE store_outgoing SET due_at = %s WHERE done_at IS NULL AND due_at < %s AND id > %s "
        "AND (destination_id, lead) = (SELECT destination_id, lead FROM store_outgoing WHERE id = %s)",
        [until, until, number, number],
    )


def _read(payload: Any) -> dict[str, Any]:
    # SQLite keeps JSON as text.
    found: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return found
