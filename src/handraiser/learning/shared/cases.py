"""What was known of a lead before an instant, and what had it done by then?

Nothing later is looked at: neither what happened later nor what was learnt later (AGREEMENT.md, section 4).
What led up to a purchase is not what followed from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from handraiser.facts.mailbox import email_domain, email_kind

__all__ = ["Case", "Did", "Event", "Lead", "Row", "as_of"]


class Row(NamedTuple):
    """What held of a lead or a company from an instant on, and since when that was known; microseconds."""

    valid_from: int
    known_at: int
    values: Mapping[str, Any]
    company: str | None = None


class Event(NamedTuple):
    """Something that was done, since when it was known, and whether a machine did it."""

    event: str
    occurred_at: int
    known_at: int
    machine: bool
    properties: Mapping[str, Any]


class Lead(NamedTuple):
    """All that is known of a lead, whenever it became known."""

    id: str
    rows: Sequence[Row]
    events: Sequence[Event]


class Did(NamedTuple):
    """Something that somebody did."""

    event: str
    occurred_at: int
    properties: Mapping[str, Any]


class Case(NamedTuple):
    """A lead as it was just before an instant; attributes by their whole names, `lead.country`."""

    id: str
    at: int
    attributes: Mapping[str, Any]
    did: Sequence[Did]


def as_of(lead: Lead, companies: Mapping[str, Sequence[Row]], at: int) -> Case:
    """Return a lead as it was just before an instant, by what was known then, without what machines did."""
    row = _held(lead.rows, at)
    values = {} if row is None else dict(row.values)
    of_company = _held(companies.get(row.company, ()), at) if row is not None and row.company else None
    if "email_kind" not in values:
        address = values.get("email")
        domain = email_domain(address) if isinstance(address, str) else None
        values |= {"email_kind": email_kind(domain)} if domain else {}
    attributes = {f"lead.{name}": value for name, value in values.items()}
    if of_company is not None:
        attributes |= {f"company.{name}": value for name, value in of_company.values.items()}
    did = [
        Did(each.event, each.occurred_at, each.properties)
        for each in lead.events
        if not each.machine and max(each.occurred_at, each.known_at) < at
    ]
    return Case(lead.id, at, attributes, did)


def _held(rows: Iterable[Row], at: int) -> Row | None:
    """Return the row that held: of those that counted the latest valid, then the latest known."""
    begun = [row for row in rows if max(row.valid_from, row.known_at) < at]
    return max(begun, key=lambda row: (row.valid_from, row.known_at), default=None)
