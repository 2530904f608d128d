"""Which leads stand for all of them, and of which did sales say something lately?"""

from __future__ import annotations

from collections.abc import Collection
from random import Random
from typing import NamedTuple

from handraiser.store.bulk import among, query
from handraiser.store.consents import objecting

__all__ = ["Said", "leads_by_chance", "said_lately"]

_ROUNDS = 4
_AT_ONCE = 5_000  # numbers that are tried; of a person nobody knows, many are no lead's
_LATELY = 3_000  # outcomes


class Said(NamedTuple):
    """What sales said of a lead, when, and for which reason."""

    lead: int
    stage: str
    at: int
    reason: str | None


def leads_by_chance(most: int, *, but: Collection[int]) -> list[int]:
    """Return some leads, each as likely as any other; whoever objects to profiling is none of them.

    While nobody new has come these are the same.
    """
    ((first, last),) = query("SELECT min(id), max(id) FROM store_person")
    if first is None:
        return []
    chance, found = Random(last), dict[int, None]()  # noqa: S311  nothing is kept secret by it
    tried: set[int] = set()
    for _ in range(_ROUNDS):
        every = last - first + 1 <= _AT_ONCE
        numbers = range(first, last + 1) if every else {chance.randint(first, last) for _ in range(_AT_ONCE)}
        condition, parameters = among("id", [number for number in numbers if number not in tried])
        rows = query(
            f"SELECT id FROM store_person WHERE {condition} AND root_id = id AND lead_since IS NOT NULL",
            parameters,
        )
        leads = [number for (number,) in rows if number not in but]
        chance.shuffle(leads)
        found |= dict.fromkeys(leads)
        tried |= set(numbers)
        if every or len(found) >= most:
            break
    left_alone = objecting(list(found))
    return [number for number in found if number not in left_alone][:most]


def said_lately(stages: Collection[str]) -> list[Said]:
    """Return what sales said last of leads, the latest first: of each lead once, and only these stages."""
    sql = (
        "SELECT person.root_id, lately.stage, lately.at, lately.reason FROM "
        "(SELECT person_id, stage, at, reason FROM store_outcome WHERE undone_at IS NULL "
        "ORDER BY id DESC LIMIT %s) AS lately JOIN store_person AS person ON person.id = lately.person_id "
        "JOIN store_person AS root ON root.id = person.root_id WHERE root.lead_since IS NOT NULL"
    )
    found: dict[int, Said] = {}
    for row in sorted((Said(*row) for row in query(sql, [_LATELY])), key=lambda each: (-each.at, each.lead)):
        if row.stage in stages:
            found.setdefault(row.lead, row)
    left_alone = objecting(list(found))
    return [each for lead, each in found.items() if lead not in left_alone]
