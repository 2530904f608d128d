"""Which of the messages that came in are somebody's who is to be forgotten?"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence

from django.db import connection

from handraiser.flows.erased_traces import Traces
from handraiser.store.bulk import among, change, query, statement

__all__ = ["messages_of", "own_message", "take_out_messages"]

_FURTHER = re.compile(r":[0-9]+\Z")
_ID = "seq, message_id, user_id, anonymous_id, previous_id"


def own_message(event_id: str) -> str:
    """Return the id of the message that an event came in (see `flows.entries`).

    >>> own_message("m7"), own_message("m7:2"), own_message("m:7:0")
    ('m7', 'm7', 'm:7')
    """
    return _FURTHER.sub("", event_id)


def messages_of(people: Collection[int], traces: Traces) -> list[int]:
    """Return the numbers of messages that are of some people: of what they did, and what says who they are.

    A browser may have been another's too: what is known to be of somebody else stays.
    """
    condition, parameters = among("person_id", people)
    done = query(f"SELECT event_id FROM store_activity WHERE {condition}", parameters)
    ids = {own_message(event_id) for (event_id,) in done}
    condition, parameters = among("message_id", ids, "text")
    found = {seq for (seq,) in query(f"SELECT seq FROM store_event WHERE {condition}", parameters)}
    rows = [row for row in _naming(traces) if row[0] not in found]
    others = _done_by_others([row[1] for row in rows], people)
    for seq, message_id, user_id, _, previous_id in rows:
        theirs = user_id in traces.users or previous_id in traces.users
        if theirs or (user_id is None and message_id not in others):
            found.add(seq)
    return sorted(found)


def _naming(traces: Traces) -> list[tuple[int, str, str | None, str | None, str | None]]:
    """Return the messages that name somebody in any way."""
    conditions, given = [], []
    for column, values in (
        ("user_id", traces.users), ("anonymous_id", traces.browsers),
        ("previous_id", traces.users | traces.browsers),
    ):  # fmt: skip
        condition, parameters = among(column, sorted(values), "text")
        conditions.append(condition)
        given += parameters
    position = "strpos" if connection.vendor == "postgresql" else "instr"
    for email in sorted(each.lower() for each in traces.emails):
        conditions.append(f"{position}(lower(body), %s) > 0")
        given.append(email)
    return query(f"SELECT {_ID} FROM store_event WHERE {' OR '.join(conditions)}", given)


def _done_by_others(messages: Sequence[str], people: Collection[int]) -> set[str]:
    """Return those of some messages in which somebody else did something."""
    events = [each for message in messages for each in (message, f"{message}:0", f"{message}:1")]
    condition, parameters = among("event_id", events, "text")
    rows = query(f"SELECT event_id, person_id FROM store_activity WHERE {condition}", parameters)
    return {own_message(event_id) for event_id, person in rows if person not in people} & set(messages)


def take_out_messages(seqs: Collection[int]) -> None:
    """Delete messages, those too that nobody has looked at yet; within the caller's transaction."""
    gone = set(seqs)
    waiting = [(number, json.loads(theirs)) for number, theirs in query("SELECT id, seqs FROM store_arrival")]
    less = [(number, [seq for seq in theirs if seq not in gone]) for number, theirs in waiting]
    changed = [
        (number, left) for (number, left), (_, all_) in zip(less, waiting, strict=True) if left != all_
    ]
    condition, parameters = among("id", [number for number, left in changed if not left])
    statement(f"DELETE FROM store_arrival WHERE {condition}", parameters)
    change(
        "store_arrival", "id", {"seqs": "jsonb"},
        [(number, json.dumps(left)) for number, left in changed if left],
    )  # fmt: skip
    condition, parameters = among("seq", gone)
    statement(f"DELETE FROM store_event WHERE {condition}", parameters)
