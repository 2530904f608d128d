"""Which of the messages that came in are somebody's who is to be forgotten?"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from handraiser.flows.erased_traces import Traces
from handraiser.store.bulk import among, change, query, statement

__all__ = ["messages_of", "own_message", "take_out_messages"]

_FURTHER = re.compile(r":[0-9]+\Z")
_ID = "seq, message_id, user_id, anonymous_id, previous_id"


class _Message(NamedTuple):
    seq: int
    message_id: str
    user_id: str | None
    anonymous_id: str | None
    previous_id: str | None


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
    rows = [row for row in _naming(traces) if row.seq not in found]
    others = _done_by_others([row.message_id for row in rows], people)
    browsers = _browsers_of_others({row.anonymous_id for row in rows if row.anonymous_id}, people)
    for row in rows:
        theirs = row.user_id in traces.users or row.previous_id in traces.users
        anybodys = row.user_id is None and row.message_id not in others and row.anonymous_id not in browsers
        if theirs or anybodys:
            found.add(row.seq)
    return sorted(found)


def _naming(traces: Traces) -> list[_Message]:
    """Return the messages that name somebody in any way."""
    conditions, given = [], []
    ids = {
        "user_id": traces.users,
        "anonymous_id": traces.browsers,
        "previous_id": traces.users | traces.browsers,
    }
    for column, values in ids.items():
        condition, parameters = among(column, sorted(values), "text")
        conditions.append(condition)
        given += parameters
    position = "strpos" if connection.vendor == "postgresql" else "instr"
    for email in sorted(each.lower() for each in traces.emails):
        conditions.append(f"{position}(lower(body), %s) > 0")
        given.append(email)
    found = query(f"SELECT {_ID}, body FROM store_event WHERE {' OR '.join(conditions)}", given)
    rows = [(_Message(*row), body) for *row, body in found]
    pattern = traces.in_words()
    return [row for row, body in rows if _has_ids(row, ids) or (traces.emails and pattern.search(body))]


def _has_ids(message: _Message, ids: Mapping[str, Collection[str]]) -> bool:
    return any(getattr(message, column) in values for column, values in ids.items())


def _browsers_of_others(browsers: Collection[str], people: Collection[int]) -> set[str]:
    """Return those of some browsers that are known to be somebody else's now."""
    condition, parameters = among("value", sorted(browsers), "text")
    sql = f"SELECT value, person_id FROM store_identifier WHERE kind = 'anonymous' AND {condition}"
    return {value for value, person in query(sql, parameters) if person not in people}


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
