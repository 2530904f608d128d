"""Which agreements decide now, and which only run beside?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.flows.dirty import mark_all_dirty
from handraiser.flows.wanted import wanted_names
from handraiser.store.models import Publication

__all__ = ["Live", "agreement_of", "begin", "live_at", "live_now", "wanted_names"]


class Live(NamedTuple):
    """An agreement as it is live, or shadows one, since an instant.

    first   since when one of its name has been, without a gap
    before  the publications that it has taken the place of since then
    hand_off  whether sales is to have also who became an MQL before
    begun_at  when leads began to be decided by it; None: not yet
    """

    number: int
    agreement: Agreement
    shadow: bool
    since: int
    first: int
    before: tuple[int, ...]
    hand_off: bool = False
    begun_at: int | None = None


def live_at(now: int) -> tuple[Live, ...]:
    """Return the agreements that decide at an instant, and those that only run beside, in a fixed order.

    Of each name the one signed for the latest instant not after it. What ran beside until then has been
    answered by it. What has been ended is not among them, and what is live after that begins anew.
    """
    chains: dict[tuple[str, bool], list[Publication]] = {}
    for each in Publication.objects.filter(live_from__lte=now).order_by("live_from", "id"):
        if each.ends:
            chains.pop((each.name, each.shadow), None)
            continue
        chains.setdefault((each.name, each.shadow), []).append(each)
        if not each.shadow:
            chains.pop((each.name, True), None)
    return tuple(_live(chain) for chain in sorted(chains.values(), key=lambda chain: chain[-1].pk))


def live_now(now: int) -> tuple[Live, ...]:
    """Return the agreements that decide now, and those that only run beside, in a fixed order.

    What has begun to decide goes on: it is not undone by a clock that is set back, or by one of several
    machines' that is behind the others'.
    """
    return live_at(_reached(now))


def begin(now: int) -> bool:
    """Have all leads decided by agreements that have become live; return whether there were any.

    Whoever comes second finds them begun.
    """
    now = _reached(now)
    if not Publication.objects.filter(live_from__lte=now, begun_at=None).exists():
        return False
    # Whoever is with sales by what has ended stays there; nobody has to be looked at again.
    began = bool(
        Publication.objects.filter(ends=True, live_from__lte=now, begun_at=None).update(begun_at=now)
    )
    for live in live_at(now):
        with transaction.atomic():
            if Publication.objects.filter(pk=live.number, begun_at=None).update(begun_at=now):
                mark_all_dirty(live.since)
                began = True
    return began


def agreement_of(publication: Publication) -> Agreement:
    """Return the agreement that was signed as a publication."""
    return _agreement(publication.pk, publication.text)


def _reached(now: int) -> int:
    """Return the latest instant at which an agreement is known to have begun, or now, if that is later."""
    return max(now, Publication.objects.aggregate(latest=Max("begun_at"))["latest"] or now)


def _live(chain: Sequence[Publication]) -> Live:
    one = chain[-1]
    return Live(
        one.pk,
        _agreement(one.pk, one.text),
        one.shadow,
        one.live_from,
        chain[0].live_from,
        tuple(each.pk for each in chain[:-1]),
        one.hand_off,
        one.begun_at,
    )


@lru_cache(maxsize=64)
def _agreement(number: int, text: str) -> Agreement:
    """Return the agreement of a publication; its text is never changed."""
    return load(text, file=f"publication {number}")
