"""Who is it, who is one with them, since when, and why? As it is known now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from handraiser.store.bulk import among, query
from handraiser.store.models import Episode

__all__ = [
    "Known",
    "Link",
    "Named",
    "episodes_of",
    "identifiers_of",
    "link",
    "links_of",
    "person",
    "person_by",
]


class Known(NamedTuple):
    """Somebody: who stands for them, and since when it is known who that is, None for a mere visitor."""

    number: int
    root: int
    lead_since: int | None


class Named(NamedTuple):
    """An identifier: `user`, `email` or `anonymous`, and its value.

    Of a join also `hand`, and who said so.
    """

    kind: str
    value: str


class Link(NamedTuple):
    """Two who are, or have been, one person because of an identifier; times in microseconds."""

    number: int
    joined: int
    person: int
    because: Named
    at: int
    undone_at: int | None


_KNOWN = (
    "SELECT person.id, person.root_id, root.lead_since FROM store_person AS person "
    "JOIN store_person AS root ON root.id = person.root_id"
)


def person(number: int) -> Known | None:
    """Return who has this number, None where nobody has."""
    return next((Known(*row) for row in query(f"{_KNOWN} WHERE person.id = %s", [number])), None)


def person_by(named: Named) -> Known | None:
    """Return who is known by an identifier now, None where nobody is. E-mail addresses are normalised."""
    sql = (
        f"{_KNOWN} JOIN store_identifier AS identifier ON identifier.person_id = person.id "
        "WHERE identifier.kind = %s AND identifier.value = %s"
    )
    return next((Known(*row) for row in query(sql, named)), None)


def identifiers_of(people: Iterable[int]) -> list[Named]:
    """Return by what some people are known, in a fixed order."""
    condition, parameters = among("person_id", people)
    sql = f"SELECT kind, value FROM store_identifier WHERE {condition}"
    order = ("user", "email", "anonymous")
    found = [Named(*row) for row in query(sql, parameters)]
    return sorted(found, key=lambda each: (order.index(each.kind), each.value))


_LINK = "SELECT id, joined_id, person_id, kind, value, at, undone_at FROM store_join"


def link(number: int) -> Link | None:
    """Return the join of this number, None where there is none."""
    return next((_link(row) for row in query(f"{_LINK} WHERE id = %s", [number])), None)


def links_of(people: Iterable[int]) -> list[Link]:
    """Return the joins that some people have a part in, the undone ones too, from the first on."""
    numbers = list(people)
    joined, first = among("joined_id", numbers)
    joining, second = among("person_id", numbers)
    rows = query(f"{_LINK} WHERE {joined} OR {joining} ORDER BY id", [*first, *second])
    return [_link(row) for row in rows]


def _link(row: tuple[Any, ...]) -> Link:
    number, joined, to, kind, value, at, undone_at = row
    return Link(number, joined, to, Named(kind, value), at, undone_at)


def episodes_of(root: int, until: int) -> list[Episode]:
    """Return the episodes that began at or before an instant, of all for whom somebody stands."""
    return list(Episode.objects.filter(lead__root=root, begun_at__lte=until).order_by("begun_at", "id"))
