"""What does a message change: whose is it, what is new of them, and of where they work?

It is read from what is known so far, and noted as what is to be written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from handraiser.capture.activity import Said
from handraiser.capture.addresses import company_domain
from handraiser.capture.attributes import DERIVED_FROM, Patch
from handraiser.capture.identity import NEW, resolve
from handraiser.capture.values import Json
from handraiser.capture.visits import visit_of
from handraiser.flows.entries import Entries
from handraiser.flows.ledger import Firm, Ledger, Someone
from handraiser.store.people import Named

__all__ = ["Heard", "become_one", "take"]


class Heard(NamedTuple):
    """A message that was kept, and what it says.

    known_at  the instant from which it may be known at the earliest
    imported  whether it tells of the past
    said      None where it cannot be taken apart or written down, which is a mistake of ours
    """

    message_id: str
    occurred_at: int
    known_at: int
    received_at: int
    said: Said | None
    imported: bool = False


def take(heard: Heard, said: Said, ledger: Ledger, entries: Entries) -> None:
    """Take one message: whose it is, what is new of them, what they did."""
    speaker, values = _speaker(heard, said, ledger, entries)
    lead = speaker.root
    known_at = max(heard.known_at, lead.known_until + 1)
    lead.known_until = known_at
    becomes_lead = lead.lead_since is None and (lead.user or lead.email)
    if becomes_lead:
        lead.lead_since = known_at
    firm, since = _firm(heard, said, known_at, lead, ledger, entries)
    own = firm if firm is not None and since is not None and lead.moves(firm, since) else None
    called = own if since != DERIVED_FROM else None
    if own is not None and called is None:
        entries.patch(speaker, Patch(DERIVED_FROM, known_at, {}, own.key), own)
    values = entries.admit("lead", values | (said.traits or {}))
    if becomes_lead or called is not None or _is_news(lead, values, heard.occurred_at):
        company = called.key if called is not None else None
        entries.patch(speaker, Patch(heard.occurred_at, known_at, values, company), called)
        _remember(lead, values, heard.occurred_at)
    if own is not None and since is not None:
        lead.works_for(own, since)
    if firm is not None:
        # What is known of the company is known of the lead now, however late it came.
        lead.known_until = max(lead.known_until, firm.known_until)
    if said.event is not None:
        named = said.session_id
        if named is None:
            named, speaker.visits = visit_of(heard.occurred_at, speaker.visits, name=heard.message_id)
        entries.did(speaker, heard.message_id, said, (heard.occurred_at, known_at), named)
    for agreed in said.agreed:
        entries.agree(speaker, agreed, heard.message_id, heard.occurred_at, heard.received_at)
    entries.touch(lead, heard.received_at, _moment(heard, known_at))


def _moment(heard: Heard, known_at: int) -> int | None:
    """Return when something was known that was imported; of anything else None."""
    return known_at if heard.imported else None


def _speaker(heard: Heard, said: Said, ledger: Ledger, entries: Entries) -> tuple[Someone, dict[str, Json]]:
    """Return whose message it is, and what is known of them by being named so for the first time.

    Who is named by the strongest identifier speaks, not who stands for them: when the two turn out to be two
    after all, each keeps what they said themselves.
    """
    first = ledger.by.get(said.named[0])
    if first is not None and all(ledger.by.get(each) is first for each in said.named):
        return first, {}  # most are by one who is known by all of it
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
        become_one(joined, lead, Named(*join.because), ledger, entries, known_at=heard.known_at)
    return speaker, news


def become_one(
    joined: Someone, lead: Someone, because: Named, ledger: Ledger, entries: Entries, *, known_at: int
) -> int:
    """Have somebody be one with a lead from now on; return when that is known, at the earliest `known_at`."""
    lead.user, lead.email = lead.user or joined.user, lead.email or joined.email
    lead.known_until = max(lead.known_until, joined.known_until)
    at = max(known_at, lead.known_until + 1)
    if lead.lead_since is None and joined.lead_since is not None:
        lead.lead_since = at
    if joined.company is not None:
        if lead.company is not None and lead.company_from == joined.company_from:
            # The lead's own stays; and to its rows what is said last is so.
            patch = Patch(lead.company_from, at, {}, lead.company.key)
            entries.patch(lead, patch, lead.company)
        else:
            lead.works_for(joined.company, joined.company_from)
    if joined.said_until:
        # Of what both have said one would have to know which was later. Said again, it is written down again.
        lead.said = {} if lead.said_until else joined.said
        lead.said_until = max(lead.said_until, joined.said_until)
    ledger.join(joined, lead)
    entries.join(joined, lead, because, at)
    return at


def _firm(
    heard: Heard, said: Said, known_at: int, lead: Someone, ledger: Ledger, entries: Entries
) -> tuple[Firm | None, int | None]:
    """Return the company that a message is about, and from when on it is that of the lead, if it says so.

    It names one, or says something of that which the lead has; and who has none has that of an address.
    """
    since: int | None = None
    if said.company is not None:
        firm, since = ledger.firm(said.company), heard.occurred_at
        values = dict(said.company_traits or {})
    elif lead.company is None:
        domains = (company_domain(each.value) for each in said.named if each.kind == "email")
        domain = next((each for each in domains if each), None)
        if domain is None:
            return None, None
        firm, since = ledger.firm(domain), DERIVED_FROM
        values = dict(said.company_traits or {}) | ({} if firm.said else {"domain": domain})
    elif said.company_traits:
        firm, values = lead.company, dict(said.company_traits)
    else:
        return None, None
    values = entries.admit("company", values)
    if _is_news(firm, values, heard.occurred_at):
        # Its leads may have been decided after this was received, by what was known of it until then.
        at = max(known_at, ledger.known_of(firm) + 1)
        entries.patch_of(firm, Patch(heard.occurred_at, at, values, None))
        firm.known_until = at
        _remember(firm, values, heard.occurred_at)
        entries.told_of(firm, heard.received_at, _moment(heard, at))
        for one in ledger.leads_of(firm):
            one.known_until = max(one.known_until, at)
            entries.touch(one, heard.received_at, _moment(heard, at))
    return firm, since


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
    elif not values.keys().isdisjoint(of.said):
        # It may be what holds now. Who says again what was said before says something new, perhaps.
        of.said = {name: value for name, value in of.said.items() if name not in values}
