"""Two who were taken for one person are two after all.

What each did and said was written down as theirs, so nothing has to be taken apart: the link is undone, and
what is computed from it follows. Messages that would join the two again do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from handraiser.errors import Unavailable
from handraiser.flows.entries import forget, mark_dirty
from handraiser.store.bulk import among, change, query, statement
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Audit, Join

__all__ = ["unjoin"]


def unjoin(join: int, *, by: str, now: int) -> tuple[int, int]:
    """Undo a join by its number; return the two who are two again: who was joined, and to whom.

    Raises `Unavailable` where there is no such join, or it has been undone.
    """
    with transaction.atomic():
        alone(RESOLVING)
        found = Join.objects.filter(pk=join, undone_at=None).select_related("joined").first()
        if found is None:
            raise Unavailable(f"There is no join {join} that could be undone.")
        old = found.joined.root_id
        Join.objects.filter(pk=join).update(undone_at=now)
        members = [number for (number,) in query("SELECT id FROM store_person WHERE root_id = %s", [old])]
        roots = _roots(members)
        change("store_person", "id", {"root_id": "bigint"}, list(roots.items()))
        both = (found.joined_id, old)
        for lead in both:
            _look_anew(lead, [number for number, root in roots.items() if root == lead], old)
        forget(list(both))
        condition, parameters = among("id", both)
        leads = query(f"SELECT id FROM store_person WHERE lead_since IS NOT NULL AND {condition}", parameters)
        mark_dirty({lead: now for (lead,) in leads})
        Audit.objects.create(
            at=now, who=by, did="unjoin", subject=f"lead {old}",
            details={"join": join, "joined": found.joined_id, "because": f"{found.kind} {found.value}"},
        )  # fmt: skip
    return both


def _roots(members: Iterable[int]) -> Mapping[int, int]:
    """Return who stands for each of some people, by the joins that hold."""
    numbers = list(members)
    condition, parameters = among("joined_id", numbers)
    above = dict(
        query(
            f"SELECT joined_id, person_id FROM store_join WHERE undone_at IS NULL AND {condition}", parameters
        )
    )
    roots: dict[int, int] = {}
    for number in numbers:
        way = [number]
        while way[-1] in above and way[-1] not in roots:
            way.append(above[way[-1]])
        roots |= dict.fromkeys(way, roots.get(way[-1], way[-1]))
    return {number: roots[number] for number in numbers}


def _look_anew(lead: int, members: Iterable[int], old: int) -> None:
    """Set what is kept of a lead for quickness to what its members say without the other."""
    condition, parameters = among("person_id", members)
    kinds = {
        kind for (kind,) in query(f"SELECT DISTINCT kind FROM store_identifier WHERE {condition}", parameters)
    }
    company = query(
        f"SELECT company_id FROM store_personpatch WHERE company_id IS NOT NULL AND {condition} "
        "ORDER BY valid_from DESC, id DESC LIMIT 1",
        parameters,
    )
    statement(
        'UPDATE store_person SET "user" = %s, email = %s, company_id = %s, said = %s, said_until = 0, '
        "known_until = (SELECT known_until FROM store_person WHERE id = %s) WHERE id = %s",
        ["user" in kinds, "email" in kinds, company[0][0] if company else None, "{}", old, lead],
    )
