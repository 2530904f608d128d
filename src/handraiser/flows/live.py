"""Which agreements decide now, and which only run beside?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from django.db import transaction

from handraiser.agreement import load
from handraiser.agreement.model import Agreement
from handraiser.flows.dirty import mark_all_dirty
from handraiser.flows.wanted import wanted_names
from handraiser.store.bulk import among, query
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
    return _live_at(_signed(), now)


def live_now(now: int) -> tuple[Live, ...]:
    """Return the agreements that decide now, and those that only run beside, in a fixed order.

    What has begun to decide goes on: it is not undone by a clock that is set back, or by one of several
    machines' that is behind the others'.
    """
    signed = _signed()
    return _live_at(signed, _reached(signed, now))


def begin(now: int) -> bool:
    """Have all leads decided by agreements that have become live; return whether there were any.

    Whoever comes second finds them begun.
    """
    signed = _signed()
    now = _reached(signed, now)
    if not any(each.begun_at is None for each in signed if each.live_from <= now):
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


class _Signed(NamedTuple):
    """Columns of `Publication`; all but the text, of which a worker would read ever more, turn by turn."""

    number: int
    name: str
    shadow: bool
    live_from: int
    begun_at: int | None
    hand_off: bool
    ends: bool


def _signed() -> list[_Signed]:
    """Return all publications, in the order in which they become live."""
    sql = (
        "SELECT id, name, shadow, live_from, begun_at, hand_off, ends FROM store_publication "
        "ORDER BY live_from, id"
    )
    return [_Signed(*row) for row in query(sql)]


def _live_at(signed: Sequence[_Signed], now: int) -> tuple[Live, ...]:
    chains: dict[tuple[str, bool], list[_Signed]] = {}
    for each in signed:
        if each.live_from > now:
            break
        shadow = bool(each.shadow)
        if each.ends:
            chains.pop((each.name, shadow), None)
            continue
        chains.setdefault((each.name, shadow), []).append(each)
        if not shadow:
            chains.pop((each.name, True), None)
    condition, parameters = among("id", [chain[-1].number for chain in chains.values()])
    sql = f"SELECT id, text FROM store_publication WHERE {condition} ORDER BY id"
    texts = dict(query(sql, parameters)) if chains else {}
    last = {chain[-1].number: chain for chain in chains.values()}
    return tuple(_live(last[number], _agreement(number, text)) for number, text in texts.items())


def _reached(signed: Sequence[_Signed], now: int) -> int:
    """Return the latest instant at which an agreement is known to have begun, or now, if that is later."""
    return max([now, *(each.begun_at for each in signed if each.begun_at is not None)])


def _live(chain: Sequence[_Signed], agreement: Agreement) -> Live:
    one = chain[-1]
    return Live(
        number=one.number,
        agreement=agreement,
        shadow=bool(one.shadow),
        since=one.live_from,
        first=chain[0].live_from,
        before=tuple(each.number for each in chain[:-1]),
        hand_off=bool(one.hand_off),
        begun_at=one.begun_at,
    )


@lru_cache(maxsize=64)
def _agreement(number: int, text: str) -> Agreement:
    """Return the agreement of a publication; its text is never changed."""
    return load(text, file=f"publication {number}")
