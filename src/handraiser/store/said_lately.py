"""Of which leads did sales say something lately?"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from handraiser.store.bulk import query
from handraiser.store.consents import objecting

__all__ = ["Said", "said_lately"]

_LATELY = 3_000  # outcomes


class Said(NamedTuple):
    """What sales said of a lead, when, and for which reason."""

    lead: int
    stage: str
    at: int
    reason: str | None


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
