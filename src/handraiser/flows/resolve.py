"""Whose are the messages that came in, and what do they say of whom?

One worker at a time: who somebody is depends on everything before. What a message says is written down as
known after everything by which its lead may have been decided. So what is stored, replayed, decides as it was
decided when it came.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import DataError, Error, IntegrityError, ProgrammingError, transaction

from handraiser.capture.activity import Said, read_message
from handraiser.capture.addresses import company_domain
from handraiser.capture.consent import Purpose
from handraiser.flows.agreed import categories
from handraiser.flows.entries import Entries
from handraiser.flows.ledger import Ledger
from handraiser.flows.taking import Heard, take
from handraiser.store.bulk import among, insert, query
from handraiser.store.locks import READING, RESOLVING, alone, one_of_many, times_alone

__all__ = ["resolve_arrivals"]

_log = logging.getLogger(__name__)
_MOST = 10_000  # messages of a transaction: others who write wait for it
_ARRIVALS = 100  # that are asked for at once: each may be of 2,500 messages
_TOGETHER = 2_000  # that are read at once
_BYTES = 32 * 1024 * 1024  # of messages as they came, about: taken apart it is more
_TOO_MUCH = "54"  # PostgreSQL: a limit of its own is exceeded, by what is to be written
_OF_NO_USE = "It cannot be taken apart or written down; the log of the worker says why."


class _Waiting(NamedTuple):
    """A message that nobody has looked at yet, by its number and that of the arrival it came with."""

    arrival: int
    seq: int


def resolve_arrivals(*, most: int = _MOST) -> int:
    """Write down whose the oldest messages are and what they say; return how many these were.

    0 where there are none, or where another worker is about it.
    """
    with one_of_many(READING) as mine:
        return _resolve(most) if mine else 0


def _resolve(most: int) -> int:
    waiting = _oldest(most)[:most]
    if not waiting:
        return 0
    # Taking messages apart takes longest, and nobody who writes has to wait for it.
    some, heard = _read_some(waiting)
    done = 0
    halves = [some]
    while halves:
        some = halves.pop()
        try:
            done += _settle(some, heard)
        except Exception as error:
            if not _is_of_messages(error):
                raise
            middle = len(some) // 2
            if middle:
                halves += [some[middle:], some[:middle]]
                continue
            (one,) = some
            _log.exception("The message %s cannot be written down; it is refused.", heard[one.seq].message_id)
            done += _settle(some, {one.seq: heard[one.seq]._replace(said=None)})
    return done


def _oldest(most: int) -> list[_Waiting]:
    """Return so many messages that wait, or somewhat more; all that there are, if these are fewer."""
    waiting: list[_Waiting] = []
    last = 0
    while len(waiting) < most:
        sql = "SELECT id, seqs FROM store_arrival WHERE id > %s ORDER BY id LIMIT %s"
        arrivals = query(sql, [last, _ARRIVALS])
        for last, seqs in arrivals:
            waiting += [_Waiting(last, seq) for seq in json.loads(seqs)]
        if len(arrivals) < _ARRIVALS:
            break
    return waiting


def _is_of_messages(error: Exception) -> bool:
    """Return whether it is what some message says that fails, not the database or the machine.

    Where tables are not as they should be, every message fails, and all of them can wait.
    """
    if isinstance(error, IntegrityError | DataError):
        return True
    if isinstance(error, Error):
        state = getattr(error.__cause__, "sqlstate", None)
        if state is None:
            return isinstance(error, ProgrammingError)  # it did not come as far as the database
        return str(state).startswith(_TOO_MUCH)
    return not isinstance(error, OSError | MemoryError)


def _settle(some: Sequence[_Waiting], heard: Mapping[int, Heard]) -> int:
    """Write down what some messages say, and that they do not wait any more; return how many did."""
    before = times_alone()
    # Where everybody who writes would wait for it, what they say is looked up before. Should who somebody is
    # have been decided otherwise meanwhile, it is looked up anew.
    found = None if before is None else _looked_up([heard[each.seq] for each in some])
    with transaction.atomic():
        if times_alone() != before:
            found = None
        alone(RESOLVING)
        still = _taken(some)
        resolved = [heard[each.seq] for each in some if each in still]
        if found is None or len(resolved) < len(some):
            found = _looked_up(resolved)
        entries, ledger = found
        entries.write(ledger)
    return len(resolved)


def _taken(some: Sequence[_Waiting]) -> set[_Waiting]:
    """Take messages out of their arrivals; return those that were in there still."""
    of: dict[int, set[int]] = {}
    for each in some:
        of.setdefault(each.arrival, set()).add(each.seq)
    condition, parameters = among("id", of)
    rows = query(f"DELETE FROM store_arrival WHERE {condition} RETURNING id, seqs, received_at", parameters)
    found = {number: json.loads(seqs) for number, seqs, _ in rows}
    left = {number: [seq for seq in seqs if seq not in of[number]] for number, seqs in found.items()}
    rest = [(number, json.dumps(left[number]), at) for number, _, at in rows if left[number]]
    insert("store_arrival", {"id": "bigint", "seqs": "jsonb", "received_at": "bigint"}, rest)
    return {_Waiting(number, seq) for number, seqs in found.items() for seq in seqs if seq in of[number]}


def _read_some(waiting: Sequence[_Waiting]) -> tuple[Sequence[_Waiting], dict[int, Heard]]:
    """Return the first messages, as many as may be in memory at once, and what they say."""
    heard: dict[int, Heard] = {}
    size = 0
    for read in range(0, len(waiting), _TOGETHER):
        if size > _BYTES:
            return waiting[:read], heard
        more, bytes_read = _read([each.seq for each in waiting[read : read + _TOGETHER]])
        heard |= more
        size += bytes_read
    return waiting, heard


def _read(seqs: Sequence[int]) -> tuple[dict[int, Heard], int]:
    """Return what messages say, by their numbers, and how long they are."""
    condition, parameters = among("seq", seqs)
    rows = query(
        "SELECT seq, message_id, occurred_at, received_at, imported, kind, event, user_id, anonymous_id, "
        f"group_id, previous_id, body FROM store_event WHERE {condition}",
        parameters,
    )
    heard, size, about = {}, 0, categories()
    for seq, message_id, occurred_at, received_at, imported, kind, event, *ids, body in rows:
        said = _said(message_id, kind, body, event, ids, about)
        # What is imported was known when it happened, wherever that was.
        heard[seq] = Heard(
            message_id, occurred_at, occurred_at if imported else received_at, received_at, said,
            bool(imported),
        )  # fmt: skip
        size += len(body)
    return heard, size


def _said(
    message_id: str, kind: str, body: str, event: str | None, ids: Sequence[str | None],
    about: Mapping[str, Purpose],
) -> Said | None:  # fmt: skip
    user_id, anonymous_id, group_id, previous_id = ids
    try:
        return read_message(
            kind, body.encode(), event=event, user_id=user_id, anonymous_id=anonymous_id, group_id=group_id,
            previous_id=previous_id, categories=about,
        )  # fmt: skip
    except Exception:  # noqa: BLE001  it is logged, and the message kept
        # It was looked at before it was acknowledged; whatever is wrong with it now keeps no other waiting.
        _log.exception("The message %s cannot be taken apart; it is refused.", message_id)
        return None


def _looked_up(resolved: Sequence[Heard]) -> tuple[Entries, Ledger]:
    """Return what has to be written down of messages, and of whom."""
    said = [each.said for each in resolved if each.said is not None]
    named = dict.fromkeys(identifier for each in said for identifier in each.named)
    firms = {company_domain(each.value) for each in named if each.kind == "email"}
    firms |= {each.company for each in said}
    ledger = Ledger(named, sorted(firm for firm in firms if firm))
    entries = Entries()
    for each in resolved:
        if each.said is None:
            entries.refuse(each.message_id, _OF_NO_USE)
        elif each.said.named:
            take(each, each.said, ledger, entries)
        else:
            entries.refuse(each.message_id, "Nobody is named by it: its ids are placeholders.")
    return entries, ledger
