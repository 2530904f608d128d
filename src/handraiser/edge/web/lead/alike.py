"""Which leads may be meant by a few letters: a number, an address, an id, a part of a name?"""

from __future__ import annotations

from handraiser.handoff.about import Lead
from handraiser.store.bulk import query
from handraiser.store.history import lead_number
from handraiser.store.known_as import leads_told

__all__ = ["alike"]

_MOST = 20
_LOOKED_AT = 500  # of those who were ever said something with these letters: not all are called so
_SHORTEST = 2  # letters
_LEADS = "root.lead_since IS NOT NULL AND root.id <> %s"


def alike(words: str, *, beside: int) -> list[Lead]:
    """Return leads by what they are known by and called, but for one; who is known by it comes first."""
    found: dict[int, None] = {}
    number = lead_number(words)
    if number is not None:
        sql = f"SELECT root.id FROM {_ROOTS} WHERE person.id = %s AND {_LEADS}"
        found |= dict.fromkeys(root for (root,) in query(sql, [number, beside]))
    if len(words) >= _SHORTEST:
        found |= dict.fromkeys(_known_by(words, beside))
        found |= dict.fromkeys(_called(words, beside, leave=found))
    told = leads_told(list(found)[:_MOST])
    return [told[root] for root in list(found)[:_MOST]]


_ROOTS = "store_person AS person JOIN store_person AS root ON root.id = person.root_id"
_LIKE = "LIKE %s ESCAPE '!'"


def _known_by(words: str, beside: int) -> list[int]:
    sql = (
        f"SELECT DISTINCT root.id FROM {_ROOTS} "
        "JOIN store_identifier AS identifier ON identifier.person_id = person.id "
        f"WHERE kind <> 'anonymous' AND lower(value) {_LIKE} AND {_LEADS} ORDER BY root.id LIMIT %s"
    )
    return [root for (root,) in query(sql, [_pattern(words), beside, _MOST])]


def _called(words: str, beside: int, *, leave: dict[int, None]) -> list[int]:
    """Return leads whose name has these letters in it, of those who ever said something that has."""
    text = 'CAST("values" AS text)'
    sql = (
        f"SELECT DISTINCT root.id FROM {_ROOTS} "
        "JOIN store_personpatch AS patch ON patch.person_id = person.id "
        f"WHERE lower({text}) {_LIKE} AND {_LEADS} "
        "ORDER BY root.id LIMIT %s"
    )
    roots = [root for (root,) in query(sql, [_pattern(words), beside, _LOOKED_AT]) if root not in leave]
    return [root for root, lead in leads_told(roots).items() if words.casefold() in lead.name.casefold()]


def _pattern(words: str) -> str:
    escaped = words.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"
