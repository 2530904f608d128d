"""Two who were taken for one person are two after all.

What each did and said was written down as theirs, so nothing has to be taken apart: the link is undone, and
what is computed from it follows. Messages that would join the two again do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from handraiser.errors import Unavailable
from handraiser.flows.dirty import forget, mark_dirty
from handraiser.flows.merging import part_again
from handraiser.store.bulk import among, change, query, statement
from handraiser.store.history import members_of
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
        part_again(both, now=now)
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
    numbers = list(members)
    condition, parameters = among("person_id", numbers)
    kinds = {
        kind for (kind,) in query(f"SELECT DISTINCT kind FROM store_identifier WHERE {condition}", parameters)
    }
    company, company_from, said_until = _where_and_until(lead, numbers)
    # What was known of both was known of it, and what is known of the company that it comes back to.
    known_until = max(
        query("SELECT known_until FROM store_person WHERE id IN (%s, %s)", [lead, old])
        + query("SELECT known_until FROM store_company WHERE id = %s", [company])
    )[0]
    statement(
        'UPDATE store_person SET "user" = %s, email = %s, company_id = %s, company_from = %s, said = %s, '
        "said_until = %s, known_until = %s WHERE id = %s",
        ["user" in kinds, "email" in kinds, company, company_from, "{}", said_until, known_until, lead],
    )


def _where_and_until(lead: int, members: Iterable[int]) -> tuple[int | None, int, int]:
    """Return a lead's company by its last attribute row, from when on, and from when on the latest holds."""
    since = {number: member.since for number, member in members_of([lead]).items()}
    condition, parameters = among("person_id", members)
    sql = f"SELECT person_id, valid_from, known_at, id, company_id FROM store_personpatch WHERE {condition}"
    rows = query(sql, parameters)
    until = max([0, *(valid_from for _, valid_from, *_ in rows)])
    latest = max(
        (
            (valid_from, max(known_at, since[person]), number, company)
            for person, valid_from, known_at, number, company in rows
            if company is not None
        ),
        default=(0, 0, 0, None),
    )
    return latest[3], latest[0], until
