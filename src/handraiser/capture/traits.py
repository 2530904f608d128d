"""What does a message say about a person and a company?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from handraiser.capture.values import Json, fit_id, named, snake_name

__all__ = ["RESERVED", "Traits", "company_traits", "person_traits", "with_job_title"]

# Whose row it is and since when it holds is ours to say: no trait has such a name. Of a company it is said by
# a group call or by the id in `company`. What is derived stays derived: given for one
# lead it would be derived for none.
RESERVED = frozenset(
    {
        "lead_id", "company_id", "valid_from", "known_at", "created_at",
        "email_domain", "email_kind", "unsubscribed", "is_customer",
    }
)  # fmt: skip


class Traits(NamedTuple):
    """The attributes said of a person, and the company they name with what they say of it."""

    person: dict[str, Json]
    company: str | None
    of_company: dict[str, Json] | None


def person_traits(given: Mapping[str, Any]) -> Traits:
    """Return what the traits of a person say, null where they take something back.

    Names are in small letters with underscores between words: `jobTitle` is `job_title`. An `address` is
    taken apart: its `country` is `country`, unless there is one beside it. A `company` that is an object is
    a name, which stays as `company`, an id, and attributes of the company.
    """
    person = _flat(given)
    company = person.get("company")
    if not isinstance(company, dict):
        return Traits(person, None, None)
    del person["company"]
    of_company = company_traits(company)
    name = of_company.get("name")
    if isinstance(name, str):
        person["company"] = name
    return Traits(person, fit_id(of_company.pop("id", None)), of_company or None)


def with_job_title(person: dict[str, Json]) -> dict[str, Json]:
    """Return the traits of a person with a `job_title`, if only as `title`: Segment means just that by it."""
    if "title" not in person or "job_title" in person:
        return person
    return {**person, "job_title": person["title"]}


def company_traits(given: Mapping[str, Any]) -> dict[str, Json]:
    """Return what traits say of a company, in the same way."""
    return _flat(given)


def _flat(given: Mapping[str, Any]) -> dict[str, Json]:
    found = named(given, snake_name, barred=RESERVED, nulls=True)
    address = found.get("address")
    if isinstance(address, dict):
        del found["address"]
        found = {**named(address, snake_name, barred=RESERVED, nulls=True), **found}
    return found
