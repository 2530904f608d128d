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

import msgspec
from django.db import DataError, Error, IntegrityError, ProgrammingError, transaction

from handraiser.capture.activity import Said, read_message
from handraiser.capture.addresses import company_domain
from handraiser.capture.attributes import Patch
from handraiser.capture.identity import NEW, resolve
from handraiser.capture.values import Json
from handraiser.capture.visits import visit_of
from handraiser.flows.entries import Entries
from handraiser.flows.ledger import Firm, Ledger, Someone
from handraiser.store.bulk import among, change, query, statement
from handraiser.store.locks import RESOLVING, one_of_many

__all__ = ["resolve_arrivals"]

_log = logging.getLogger(__name__)
_MOST = 2_000  # messages of a transaction: others who write wait for it
_TOO_MUCH = "54"  # PostgreSQL: a limit of its own is exceeded, by what is to be written
_OF_NO_USE = "It cannot be taken apart or written down; the log of the worker says why."


class _Waiting(NamedTuple):
    """A message that nobody has looked at yet, by its number and that of the arrival it came with."""

    arrival: int
    seq: int


class _Heard(NamedTuple):
    """A message that was kept, and what it says.

    known_at  the instant from which it may be known at the earliest
    said      None where it cannot be taken apart or written down, which is a mistake of ours
    """

    message_id: str
    occurred_at: int
    known_at: int
    received_at: int
    said: Said | None


def resolve_arrivals(*, most: int = _MOST) -> int:
    """Write down whose the oldest messages are and what they say; return how many these were.

    0 where there are none, or where another worker is about it.
    """
    with one_of_many(RESOLVING) as mine:
        return _resolve(most) if mine else 0


def _resolve(most: int) -> int:
    waiting: list[_Waiting] = []
    for number, seqs in query("SELECT id, seqs FROM store_arrival ORDER BY id LIMIT %s", [most]):
        waiting += [_Waiting(number, seq) for seq in json.loads(seqs)]
        if len(waiting) >= most:
            break
    if not waiting:
        return 0
    # Taking messages apart takes longest, and nobody who writes has to wait for it.
    heard = _read(sorted(each.seq for each in waiting))
    done = 0
    halves = [waiting]
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


def _settle(some: Sequence[_Waiting], heard: Mapping[int, _Heard]) -> int:
    """Write down what some messages say, and that they do not wait any more; return how many did."""
    with transaction.atomic():
        still = _taken(some)
        resolved = [heard[each.seq] for each in some if each in still]
        _write_down(resolved)
    return len(resolved)


def _taken(some: Sequence[_Waiting]) -> set[_Waiting]:
    """Take messages out of their arrivals; return those that were in there still."""
    of: dict[int, set[int]] = {}
    for each in some:
        of.setdefault(each.arrival, set()).add(each.seq)
    condition, parameters = among("id", of)
    found = {
        number: json.loads(seqs)
        for number, seqs in query(f"SELECT id, seqs FROM store_arrival WHERE {condition}", parameters)
    }
    left = {number: [seq for seq in seqs if seq not in of[number]] for number, seqs in found.items()}
    condition, parameters = among("id", [number for number, seqs in left.items() if not seqs])
    statement(f"DELETE FROM store_arrival WHERE {condition}", parameters)
    rest = [(number, json.dumps(seqs)) for number, seqs in left.items() if seqs]
    change("store_arrival", "id", {"seqs": "jsonb"}, rest)
    return {_Waiting(number, seq) for number, seqs in found.items() for seq in seqs if seq in of[number]}


def _read(seqs: Sequence[int]) -> dict[int, _Heard]:
    condition, parameters = among("seq", seqs)
    rows = query(
        "SELECT seq, message_id, occurred_at, received_at, imported, kind, event, user_id, anonymous_id, "
        f"group_id, previous_id, body FROM store_event WHERE {condition}",
        parameters,
    )
    heard = {}
    for seq, message_id, occurred_at, received_at, imported, kind, event, *ids, body in rows:
        said = _said(message_id, kind, body, event, ids)
        # What is imported was known when it happened, wherever that was.
        heard[seq] = _Heard(
            message_id, occurred_at, occurred_at if imported else received_at, received_at, said
        )
    return heard


def _said(message_id: str, kind: str, body: str, event: str | None, ids: Sequence[str | None]) -> Said | None:
    user_id, anonymous_id, group_id, previous_id = ids
    try:
        return read_message(
            kind, body.encode(), event=event, user_id=user_id, anonymous_id=anonymous_id, group_id=group_id,
            previous_id=previous_id,
        )  # fmt: skip
    except Exception:  # noqa: BLE001  it is logged, and the message kept
        # It was looked at before it was acknowledged; whatever is wrong with it now keeps no other waiting.
        _log.exception("The message %s cannot be taken apart; it is refused.", message_id)
        return None


def _write_down(resolved: Sequence[_Heard]) -> None:
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
            _take(each, each.said, ledger, entries)
        else:
            entries.refuse(each.message_id, "Nobody is named by it: its ids are placeholders.")
    entries.write(ledger)


def _take(heard: _Heard, said: Said, ledger: Ledger, entries: Entries) -> None:
    """Take one message: whose it is, what is new of them, what they did."""
    speaker, values = _speaker(heard, said, ledger, entries)
    lead = speaker.root
    known_at = max(heard.known_at, lead.known_until + 1)
    lead.known_until = known_at
    becomes_lead = lead.lead_since is None and (lead.user or lead.email)
    if becomes_lead:
        lead.lead_since = known_at
    firm = _firm(heard, said, known_at, lead, ledger, entries)
    values = entries.admit("lead", values | (said.traits or {}))
    moves = firm is not None and firm is not lead.company
    if becomes_lead or moves or _is_news(lead, values, heard.occurred_at):
        patch = Patch(heard.occurred_at, known_at, values, firm.key if firm and moves else None)
        speaker.patches.append((patch, firm if moves else None))
        _remember(lead, values, heard.occurred_at)
    if firm is not None:
        lead.works_for(firm)
        # What is known of the company is known of the lead now, however late it came.
        lead.known_until = max(lead.known_until, firm.known_until)
    if said.event is not None:
        named = said.session_id
        if named is None:
            named, speaker.visits = visit_of(heard.occurred_at, speaker.visits, name=heard.message_id)
        entries.did(speaker, heard.message_id, said, (heard.occurred_at, known_at), named)
    entries.touch(lead, heard.received_at)


def _speaker(heard: _Heard, said: Said, ledger: Ledger, entries: Entries) -> tuple[Someone, dict[str, Json]]:
    """Return whose message it is, and what is known of them by being named so for the first time.

    Who is named by the strongest identifier speaks, not who stands for them: when the two turn out to be two
    after all, each keeps what they said themselves.
    """
    known = ledger.known(said.named)
    found = resolve(said.named, known, same=said.same, before=said.before)
    if found.person == NEW:
        speaker = ledger.new_person()
    else:
        whose = (ledger.by[each] for each in said.named if each in ledger.by)
        speaker = next(one for one in whose if one.root.number == found.person)
    lead = speaker.root
    news: dict[str, Json] = {}
    for link in found.links:
        ledger.by[link.identifier] = speaker
        entries.link(link.identifier, speaker)
        if link.identifier.kind == "user":
            lead.user = True
            if link.identifier == said.named[0]:  # an alias names what somebody was called before, too
                news["user_id"] = link.identifier.value
        elif link.identifier.kind == "email":
            lead.email = True
            news["email"] = link.identifier.value
    for join in found.joins:
        joined = ledger.people[join.joined]
        if ledger.apart(joined, lead):
            # Somebody has said that these are two. The browser is of who uses it now.
            if join.because.kind == "anonymous":
                ledger.by[join.because] = speaker
                entries.link(join.because, speaker)
            continue
        lead.user, lead.email = lead.user or joined.user, lead.email or joined.email
        lead.known_until = max(lead.known_until, joined.known_until)
        if lead.lead_since is None and joined.lead_since is not None:
            lead.lead_since = max(heard.known_at, lead.known_until + 1)
        lead.works_for(lead.company or joined.company)
        lead.said = {
            name: value for name, value in lead.said.items() if joined.said.get(name, value) == value
        }
        joined.above = lead
        entries.join(joined, lead, join.because, max(heard.known_at, lead.known_until + 1))
    return speaker, news


def _firm(
    heard: _Heard, said: Said, known_at: int, lead: Someone, ledger: Ledger, entries: Entries
) -> Firm | None:
    """Return the company that a message names, or that an address gives to who has none; None for no news."""
    if said.company is not None:
        firm = ledger.firm(said.company)
        values = dict(said.company_traits or {})
    elif lead.company is None:
        domains = (company_domain(each.value) for each in said.named if each.kind == "email")
        domain = next((each for each in domains if each), None)
        if domain is None:
            return None
        firm = ledger.firm(domain)
        values = dict(said.company_traits or {}) | ({} if firm.said else {"domain": domain})
    elif said.company_traits:
        firm, values = lead.company, dict(said.company_traits)
    else:
        return None
    values = entries.admit("company", values)
    if _is_news(firm, values, heard.occurred_at):
        # Its leads may have been decided after this was received, by what was known of it until then.
        at = max(known_at, ledger.known_of(firm) + 1)
        firm.patches.append(Patch(heard.occurred_at, at, values, None))
        firm.known_until = at
        _remember(firm, values, heard.occurred_at)
        entries.told_of(firm, heard.received_at)
        for one in ledger.leads_of(firm):
            one.known_until = max(one.known_until, at)
            entries.touch(one, heard.received_at)
    return firm


def _is_news(of: Someone | Firm, values: Mapping[str, Json], valid_from: int) -> bool:
    """Return whether values say more than what was said last; clients say the same with every page."""
    if not values:
        return False
    if valid_from < of.said_until:
        return bool(values)
    # As JSON, since to Python true and 1 are the same.
    said = {name: of.said[name] for name in values if name in of.said}
    return len(said) < len(values) or msgspec.json.encode(said) != msgspec.json.encode(values)


def _remember(of: Someone | Firm, values: Mapping[str, Json], valid_from: int) -> None:
    if valid_from >= of.said_until:
        of.said = {**of.said, **values}
        of.said_until = valid_from
