"""What do people agree to, and what do they object to, by what they said last?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from handraiser.store.bulk import among, query
from handraiser.store.models import Consent

__all__ = ["OBJECTION", "PROFILING", "all_objecting", "consents_of", "no_mail_to", "objecting", "standing"]

MAIL, PROFILING = Consent.Purpose.MAIL, Consent.Purpose.PROFILING
OBJECTION, CONSENT, WITHDRAWN = Consent.Says.OBJECTION, Consent.Says.CONSENT, Consent.Says.WITHDRAWN
_SAID = (
    "SELECT person.root_id, consent.purpose, consent.says FROM store_consent AS consent "
    "JOIN store_person AS person ON person.id = consent.person_id"
)
_IN_ORDER = "ORDER BY consent.at, consent.id"


def standing(leads: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return what holds of leads by purpose: consent, objection or withdrawn; else nothing is in it."""
    condition, parameters = among("person.root_id", leads)
    found: dict[int, dict[str, str]] = {}
    for root, purpose, says in query(f"{_SAID} WHERE {condition} {_IN_ORDER}", parameters):
        found.setdefault(root, {})[purpose] = says
    return found


def objecting(leads: Collection[int]) -> set[int]:
    """Return those of some leads that object to profiling: nothing is computed of them."""
    return _objecting(standing(leads)) if _anybody_objects() else set()


def all_objecting() -> set[int]:
    """Return all leads that object to profiling."""
    if not _anybody_objects():
        return set()
    sql = f"{_SAID} WHERE consent.purpose = %s {_IN_ORDER}"
    last = {root: says for root, _, says in query(sql, [PROFILING.value])}
    return {root for root, says in last.items() if says == OBJECTION}


def no_mail_to(leads: Iterable[int]) -> set[int]:
    """Return those of some leads that nothing is to be mailed to, whatever anybody planned.

    They object to that, or to profiling, or took back that they had agreed. Whether one who never said
    anything may be written to is not known here.
    """
    return {
        lead
        for lead, said in standing(leads).items()
        if said.get(MAIL) in (OBJECTION, WITHDRAWN) or said.get(PROFILING) == OBJECTION
    }


def consents_of(lead: int) -> list[Consent]:
    """Return all that a lead ever said of this, the latest first."""
    return list(Consent.objects.filter(person__root=lead).order_by("-at", "-id"))


def _objecting(said: Mapping[int, Mapping[str, str]]) -> set[int]:
    return {lead for lead, each in said.items() if each.get(PROFILING) == OBJECTION}


def _anybody_objects() -> bool:
    sql = "SELECT 1 FROM store_consent WHERE purpose = %s AND says = %s LIMIT 1"
    return bool(query(sql, [PROFILING.value, OBJECTION.value]))
