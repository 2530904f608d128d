"""Who in sales has to do with the company of a lead already?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from handraiser.store.bulk import among, query

__all__ = ["known_owners"]

_OWNING = (
    "FROM store_person AS root JOIN store_person AS person ON person.root_id = root.id "
    "JOIN store_episode AS episode ON episode.lead_id = person.id "
    "JOIN store_handoff AS handoff ON handoff.episode_id = episode.id "
    "WHERE root.root_id = root.id AND handoff.owner_id IS NOT NULL AND "
    "(handoff.ended_at IS NULL AND handoff.accepted_at IS NOT NULL OR handoff.stage = 'customer') AND"
)


def known_owners(leads: Collection[int]) -> dict[int, list[int]]:
    """Return by lead the users who own episodes of its company's leads, the latest episode's first.

    Of the lead itself, where it has no company. Episodes count that are open and accepted, or won.
    """
    condition, parameters = among("person.id", sorted(leads))
    sql = (
        "SELECT person.id, root.id, root.company_id FROM store_person AS person "
        f"JOIN store_person AS root ON root.id = person.root_id WHERE {condition}"
    )
    places = [(lead, root, company) for lead, root, company in query(sql, parameters)]
    by_company = _owners("root.company_id", {company for *_, company in places if company is not None})
    by_root = _owners("root.id", {root for _, root, company in places if company is None})
    return {lead: by_root[root] if company is None else by_company[company] for lead, root, company in places}


def _owners(column: str, values: Collection[int]) -> defaultdict[int, list[int]]:
    condition, parameters = among(column, sorted(values))
    # A company may have had thousands of episodes, and has few owners.
    sql = (
        f"SELECT {column}, handoff.owner_id, max(episode.begun_at), max(episode.id) {_OWNING} {condition} "
        f"GROUP BY {column}, handoff.owner_id ORDER BY 3 DESC, 4 DESC"
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for key, owner, _, _ in query(sql, parameters):
        found[key].append(owner)
    return found
