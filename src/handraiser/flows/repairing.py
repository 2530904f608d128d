"""What of that which differs can be made anew? Standings and remembered hits; episodes stay as they are."""

from __future__ import annotations

from django.db import transaction

from handraiser.flows.dirty import forget, mark_dirty
from handraiser.flows.examining import ORPHANS, Examined
from handraiser.store.bulk import among, statement
from handraiser.store.models import Audit

__all__ = ["repair"]

_MOST = 1_000  # leads of a transaction


def repair(examined: Examined, *, who: str, now: int) -> int:
    """Drop what differs and can be made anew, and have these leads decided again; return how many they are.

    A lead whose episode is missing is decided as of when it should have begun: so sales hears of it, late.
    """
    since: dict[int, int] = {}
    for each in examined.differences:
        anew = each.missing_since if each.cause is None and each.missing_since is not None else now
        since[each.lead] = min(anew, since.get(each.lead, now))
    leads = sorted(since)
    for first in range(0, len(leads), _MOST):
        some = leads[first : first + _MOST]
        with transaction.atomic():
            condition, parameters = among("lead_id", some)
            statement(f"DELETE FROM store_standing WHERE {condition}", parameters)
            forget(some)
            mark_dirty({lead: since[lead] for lead in some})
    with transaction.atomic():
        orphans = statement(f"DELETE {ORPHANS}")
        details = {"leads": len(leads), "standings of nobody": orphans}
        Audit.objects.create(at=now, who=who, did="repaired", subject="what is kept", details=details)
    return len(leads)
