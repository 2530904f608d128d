"""What of that which differs can be made anew? Standings, remembered hits, and when something is due.

Episodes stay as they are.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from handraiser.flows.dirty import forget, mark_dirty
from handraiser.flows.due import mend_due
from handraiser.flows.examining import ORPHANS, Examined
from handraiser.store.bulk import among, statement
from handraiser.store.models import Audit

__all__ = ["Repaired", "repair"]

_MOST = 1_000  # leads of a transaction


class Repaired(NamedTuple):
    """How many leads will be decided anew, and of how many hand-offs it was kept anew when they are due."""

    leads: int
    due: int


def repair(examined: Examined, *, who: str, now: int) -> Repaired:
    """Drop what differs and can be made anew, and have these leads decided again; keep anew what is due.

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
    due = mend_due()
    with transaction.atomic():
        orphans = statement(f"DELETE {ORPHANS}")
        details = {"leads": len(leads), "standings of nobody": orphans, "due": due}
        Audit.objects.create(at=now, who=who, did="repaired", subject="what is kept", details=details)
    return Repaired(len(leads), due)
