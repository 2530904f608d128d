"""Who are leads, as of now: their names, their addresses, whom they work for?

It is read from all that was said of them, as scoring reads it. What is kept of a person for quickness
(`Person.said`) is only what was said last, and of two who are one or two again it is nothing at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from handraiser.capture.addresses import company_domain
from handraiser.handoff.about import Lead, lead_of
from handraiser.store.bulk import among, query
from handraiser.store.episodes import own_names
from handraiser.store.history import members_of

__all__ = ["leads_told"]

_Said = tuple[int, int, int, dict[str, Any]]  # valid_from, known_at, number, values: in the order of holding


def leads_told(roots: Collection[int]) -> dict[int, Lead]:
    """Return who leads are, by their numbers, by what is known of them now."""
    names = own_names(roots)
    said = _said_of(roots)
    condition, parameters = among("id", roots)
    works_for = dict(query(f"SELECT id, company_id FROM store_person WHERE {condition}", parameters))
    companies = _said_of_companies({number for number in works_for.values() if number is not None})
    found = {}
    for root in works_for:
        values = said.get(root, {})
        email = names.get((root, "email"))
        if email is not None:
            values = {**values, "email": email}
        company = companies.get(works_for[root], {})
        if not company.get("domain") and works_for[root] is not None and email is not None:
            # Known by a number of somebody's own: its addresses say more.
            company = {**company, "domain": company_domain(email)}
        found[root] = lead_of(root, values, company)
    return found


def _said_of(roots: Collection[int]) -> Mapping[int, dict[str, Any]]:
    """Return what is said of leads, with those who are one with them."""
    members = members_of(roots)
    condition, parameters = among("person_id", members)
    rows = query(
        f'SELECT person_id, valid_from, known_at, id, "values" FROM store_personpatch WHERE {condition}',
        parameters,
    )
    of: dict[int, list[_Said]] = defaultdict(list)
    for person, valid_from, known_at, number, values in rows:
        member = members[person]
        of[member.lead].append((valid_from, max(known_at, member.since), number, json.loads(values)))
    return {lead: _in_the_end(several) for lead, several in of.items()}


def _said_of_companies(numbers: Collection[int]) -> Mapping[int | None, dict[str, Any]]:
    """Return what is said of companies."""
    condition, parameters = among("company_id", numbers)
    rows = query(
        f'SELECT company_id, valid_from, known_at, id, "values" FROM store_companypatch WHERE {condition}',
        parameters,
    )
    of: dict[int | None, list[_Said]] = defaultdict(list)
    for company, valid_from, known_at, number, values in rows:
        of[company].append((valid_from, known_at, number, json.loads(values)))
    return {company: _in_the_end(several) for company, several in of.items()}


def _in_the_end(several: Iterable[_Said]) -> dict[str, Any]:
    """Return what holds last: of equal instants what was said later."""
    held: dict[str, Any] = {}
    for *_, values in sorted(several, key=lambda each: each[:3]):
        held |= values
    return held
