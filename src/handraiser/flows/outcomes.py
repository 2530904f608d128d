"""Sales says what became of a lead: what of that does scoring read from now on?

What is said now is known after everything that was known of the lead, so that a replay decides before it what
was decided before it. Who buys makes a customer of where they work, and so changes what is known of everybody
there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from handraiser.flows.dirty import lock_dirty, mark_dirty
from handraiser.store.bulk import among, query, statement
from handraiser.store.history import company_at
from handraiser.store.locks import RESOLVING, alone
from handraiser.store.models import Outcome

__all__ = ["Said", "lock_before_taking_back", "record", "take_back"]

_CUSTOMER = "customer"


class Said(NamedTuple):
    """What somebody says of a lead.

    lead       who stands for it
    episode    which of its episodes is meant, None where it has none
    agreement  whose outcome it is, empty for all agreements
    stage      as AGREEMENT.md has them, and `reopened`
    at         when it was so; None: now
    """

    lead: int
    episode: int | None
    agreement: str
    stage: str
    by: str
    at: int | None = None
    reason: str | None = None
    amount: float | None = None
    currency: str | None = None
    competitor: str | None = None
    note: str | None = None
    misled_by: str | None = None


def record(said: Sequence[Said], *, now: int) -> list[int]:
    """Write down what was said, within the caller's transaction; return the instant at which each is so."""
    alone(RESOLVING)  # who decides what is known of whom, and when
    _lock(said)
    found = []
    for each in said:
        ((company, known_until),) = query(
            "SELECT company_id, known_until FROM store_person WHERE id = %s", [each.lead]
        )
        if each.at is not None:
            company = company_at(each.lead, each.at)
        buys = each.stage == _CUSTOMER and company is not None
        known_at = max(now, known_until + 1, _known_of(company) + 1 if buys else 0)
        at = known_at if each.at is None else each.at
        Outcome.objects.create(
            person_id=each.lead, company_id=company, episode_id=each.episode, agreement=each.agreement,
            stage=each.stage, at=at, known_at=known_at, reason=each.reason, amount=each.amount,
            currency=each.currency, competitor=each.competitor, note=each.note, misled_by=each.misled_by,
            by=each.by,
        )  # fmt: skip
        statement("UPDATE store_person SET known_until = %s WHERE id = %s", [known_at, each.lead])
        mark_dirty({each.lead: now})
        if buys:
            _bought(company, known_at, now)
        found.append(at)
    return found


def _lock(said: Sequence[Said]) -> None:
    """Wait, in order, for who decides the leads of what is said, and all where that makes a customer."""
    leads = {each.lead for each in said}
    buyers = [each.lead for each in said if each.stage == _CUSTOMER]
    condition, parameters = among("buyer.id", buyers)
    sql = (
        "SELECT DISTINCT lead.id FROM store_person AS buyer JOIN store_person AS lead "
        "ON lead.company_id = buyer.company_id WHERE lead.root_id = lead.id "
        f"AND lead.lead_since IS NOT NULL AND {condition}"
    )
    lock_dirty(leads.union(lead for (lead,) in query(sql, parameters)) if buyers else leads)


def lock_before_taking_back(outcomes: Sequence[int]) -> None:
    """Wait for who decides any lead that taking these back is of, in everybody's order."""
    alone(RESOLVING)
    lock_dirty(_leads_of(outcomes))


def take_back(outcomes: Sequence[int], *, now: int) -> None:
    """Have outcomes be as if they had never been said, within the caller's transaction."""
    lock_before_taking_back(outcomes)
    Outcome.objects.filter(pk__in=outcomes, undone_at=None).update(undone_at=now)
    condition, parameters = among("outcome.id", outcomes)
    sql = (
        "SELECT person.root_id, outcome.company_id, stage FROM store_outcome AS outcome "
        f"JOIN store_person AS person ON person.id = outcome.person_id WHERE {condition}"
    )
    for root, company, stage in query(sql, parameters):
        mark_dirty({root: now})
        if stage == _CUSTOMER and company is not None:
            _bought(company, 0, now)


def _leads_of(outcomes: Sequence[int]) -> set[int]:
    """Return the leads that outcomes are of, and all who work where these made a customer."""
    condition, parameters = among("outcome.id", outcomes)
    own = (
        "SELECT person.root_id FROM store_outcome AS outcome "
        f"JOIN store_person AS person ON person.id = outcome.person_id WHERE {condition}"
    )
    colleagues = (
        "SELECT lead.id FROM store_outcome AS outcome JOIN store_person AS lead "
        "ON lead.company_id = outcome.company_id WHERE outcome.stage = 'customer' AND lead.root_id = lead.id "
        f"AND lead.lead_since IS NOT NULL AND {condition}"
    )
    return {lead for (lead,) in [*query(own, parameters), *query(colleagues, parameters)]}


def _known_of(company: int) -> int:
    """Return until when anything is known of those who work somewhere, or ever did."""
    sql = (
        "SELECT coalesce(max(root.known_until), 0) FROM (SELECT DISTINCT person_id FROM store_personpatch "
        "WHERE company_id = %s) AS patch JOIN store_person AS person ON person.id = patch.person_id "
        "JOIN store_person AS root ON root.id = person.root_id"
    )
    ((leads,),) = query(sql, [company])
    ((own,),) = query("SELECT known_until FROM store_company WHERE id = %s", [company])
    return int(max(leads, own))


def _bought(company: int, known_at: int, now: int) -> None:
    """Have a company be a customer since the first outcome that stands says so, and all there looked at."""
    statement(
        "UPDATE store_company SET customer_since = (SELECT min(at) FROM store_outcome WHERE company_id = %s "
        "AND stage = %s AND undone_at IS NULL), "
        "known_until = CASE WHEN known_until < %s THEN %s ELSE known_until END WHERE id = %s",
        [company, _CUSTOMER, known_at, known_at, company],
    )
    leads = query(
        "SELECT id FROM store_person WHERE company_id = %s AND root_id = id AND lead_since IS NOT NULL",
        [company],
    )
    numbers = [number for (number,) in leads]
    condition, parameters = among("id", numbers)
    statement(
        f"UPDATE store_person SET known_until = %s WHERE known_until < %s AND {condition}",
        [known_at, known_at, *parameters],
    )
    mark_dirty(dict.fromkeys(numbers, now))
