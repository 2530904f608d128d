"""Scores change with time alone. Once a day those that are shown are brought up to date."""

from __future__ import annotations

from django.db import transaction

from handraiser.flows.dirty import mark_stale_dirty
from handraiser.store.bulk import query

__all__ = ["DAY", "sweep"]

DAY = 86_400_000_000


def sweep(now: int) -> int:
    """Have leads looked at again that were last looked at before this day began (UTC); return how many."""
    midnight = now - now % DAY
    if not query("SELECT 1 FROM store_standing WHERE at < %s LIMIT 1", [midnight]):
        return 0
    with transaction.atomic():
        return mark_stale_dirty(now, looked_at_before=midnight)
