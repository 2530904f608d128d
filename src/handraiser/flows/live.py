"""Which agreements decide now, and which only run beside?"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from django.db import transaction

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.flows.entries import mark_all_dirty
from handraiser.flows.wanted import wanted_names
from handraiser.store.models import Publication

__all__ = ["Live", "begin", "live_at", "wanted_names"]


class Live(NamedTuple):
    """An agreement as it is live, or shadows one, since an instant."""

    number: int
    agreement: Agreement
    shadow: bool
    since: int


def live_at(now: int) -> tuple[Live, ...]:
    """Return the agreements that decide at an instant, and those that only run beside, in a fixed order.

    Of each name the one signed for the latest instant not after it. What ran beside until then has been
    answered by it.
    """
    latest: dict[tuple[str, bool], Publication] = {}
    for each in Publication.objects.filter(live_from__lte=now).order_by("live_from", "id"):
        latest[each.name, each.shadow] = each
        if not each.shadow:
            latest.pop((each.name, True), None)
    return tuple(
        Live(each.pk, _agreement(each.pk, each.text), each.shadow, each.live_from)
        for each in sorted(latest.values(), key=lambda each: each.pk)
    )


def begin(now: int) -> bool:
    """Have all leads decided by agreements that have become live; return whether there were any.

    Whoever comes second finds them begun.
    """
    if not Publication.objects.filter(live_from__lte=now, begun_at=None).exists():
        return False
    began = False
    for live in live_at(now):
        with transaction.atomic():
            if Publication.objects.filter(pk=live.number, begun_at=None).update(begun_at=now):
                mark_all_dirty(live.since)
                began = True
    return began


@lru_cache(maxsize=64)
def _agreement(number: int, text: str) -> Agreement:
    """Return the agreement of a publication; its text is never changed."""
    return load(text, file=f"publication {number}")
