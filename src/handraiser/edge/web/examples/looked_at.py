"""As of when are leads looked at, and what was known of them then?

An example that bought is looked at as it was before that; one that was sent back, before it was. Of the
others each is looked at when it had been a lead for as long as one of the examples had: who came yesterday
cannot have done what others did in a year.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from handraiser.learning.shared import Case, Event, Lead, Row, as_of
from handraiser.store.history import history_of

__all__ = ["TURNED_DOWN", "Looked", "cases_of", "others_of"]

_BOUGHT = frozenset({"opportunity", "customer"})
TURNED_DOWN = frozenset({"recycled", "disqualified", "lost"})
_AT_ONCE = 200  # leads
_EVENTS = 100_000  # of the others: then they are enough
_values = msgspec.json.Decoder(dict[str, Any])


class Looked(NamedTuple):
    """A lead as it is looked at, and why as of then: before it was bought, turned down, or now.

    since  from when on it has been a lead
    """

    number: int
    since: int
    why: str
    case: Case


class _Known(NamedTuple):
    lead: Lead
    since: int
    outcomes: Sequence[tuple[int, str]]


class _Read(NamedTuple):
    """Leads with all that is known of them, and of their companies."""

    leads: list[_Known]
    companies: Mapping[str, Sequence[Row]]


def cases_of(numbers: Collection[int], now: int) -> list[Looked]:
    """Return leads as they were before what sales made of them, else as they are now."""
    read = _read(numbers)
    found = []
    for each in read.leads:
        at, why = _instant(each.outcomes, now)
        found.append(Looked(int(each.lead.id), each.since, why, as_of(each.lead, read.companies, at)))
    return found


def others_of(numbers: Sequence[int], examples: Sequence[Looked], now: int) -> list[Case]:
    """Return leads to compare examples with, each as it was when it was as old as an example.

    Where examples have bought, who has bought too is none of the others.
    """
    ages = sorted(each.case.at - each.since for each in examples)
    bought = any(each.why == "bought" for each in examples)
    found: list[Case] = []
    done = 0
    wanted = sorted(numbers)
    for first in range(0, len(wanted), _AT_ONCE):
        read = _read(wanted[first : first + _AT_ONCE])
        for place, each in enumerate(read.leads):
            if bought and any(stage in _BOUGHT for _, stage in each.outcomes):
                continue
            age = max(ages[(len(found) + place) % len(ages)], 1)
            found.append(as_of(each.lead, read.companies, min(each.since + age, now)))
            done += len(each.lead.events)
        if done > _EVENTS:
            break
    return found


def _instant(outcomes: Sequence[tuple[int, str]], now: int) -> tuple[int, str]:
    for stages, why in ((_BOUGHT, "bought"), (TURNED_DOWN, "turned down")):
        at = min((at for at, stage in outcomes if stage in stages), default=None)
        if at is not None:
            return at, why
    return now, "now"


def _read(numbers: Collection[int]) -> _Read:
    history = history_of(numbers)
    rows: dict[str, list[Row]] = {}
    since: dict[str, int] = {}
    for each in history.leads.to_pylist():
        rows.setdefault(each["lead_id"], []).append(_row(each, each["company_id"]))
        since[each["lead_id"]] = each["created_at"]
    companies: dict[str, list[Row]] = {}
    for each in history.companies.to_pylist():
        companies.setdefault(each["company_id"], []).append(_row(each, None))
    outcomes: dict[str, list[tuple[int, str]]] = {}
    for each in history.outcomes.to_pylist():
        outcomes.setdefault(each["lead_id"], []).append((each["at"], each["stage"]))
    events = _events(history.events)
    leads = [
        _Known(Lead(lead, rows[lead], events.get(lead, ())), since[lead], outcomes.get(lead, ()))
        for lead in sorted(since, key=int)
    ]
    return _Read(leads, companies)


def _row(each: Mapping[str, Any], company: str | None) -> Row:
    return Row(each["valid_from"], each["known_at"], _values.decode(each["attributes"]), company)


def _events(table: pa.Table) -> Mapping[str, Sequence[Event]]:
    columns = ("lead_id", "event", "occurred_at", "known_at", "verdict", "properties")
    found: dict[str, list[Event]] = {}
    for lead, event, occurred_at, known_at, verdict, properties in zip(
        *(table.column(name).to_pylist() for name in columns), strict=True
    ):
        did = Event(event, occurred_at, known_at, verdict == "machine", _values.decode(properties))
        found.setdefault(lead, []).append(did)
    return found
