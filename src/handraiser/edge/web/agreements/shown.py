"""Which agreements are there, what does each say, and who has signed which version?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count

from handraiser.flows.live import Live, agreement_of, live_now
from handraiser.store.models import Episode, Proposal, Publication

__all__ = ["MONTH", "Listed", "Version", "agreements_listed", "versions"]

MONTH = 30 * 86_400_000_000


class Listed(NamedTuple):
    """An agreement in the list; `live` and `shadow` are what decides now, and what runs beside.

    mqls   how many began in the last 30 days
    waits  proposals that wait for signatures
    next   what begins, or ends it, at an instant to come
    latest the number of the version that says what it is, or was; None where nothing was ever signed
    """

    name: str
    title: str
    live: Live | None
    shadow: Live | None
    mqls: int
    waits: list[Proposal]
    next: Publication | None
    latest: int | None


class Version(NamedTuple):
    """An agreement as it was signed, or ran beside; `until` is None while none has followed it."""

    publication: Publication
    until: int | None
    episodes: int
    stands: str


def agreements_listed(now: int) -> list[Listed]:
    """Return all agreements that there are, those first that are live."""
    live = {(one.agreement.name, one.shadow): one for one in live_now(now)}
    waits: dict[str, list[Proposal]] = {}
    for proposal in Proposal.objects.filter(state=Proposal.State.OPEN).order_by("pk").select_related("by"):
        waits.setdefault(proposal.name, []).append(proposal)
    published = Publication.objects.order_by("live_from", "pk")
    latest = {each.name: each for each in published}
    coming = {
        each.name: each for each in published.filter(live_from__gt=now, shadow=False).order_by("-live_from")
    }
    counts = dict(
        Episode.objects.filter(begun_at__gt=now - MONTH, shadow=False, from_history=False)
        .values_list("agreement")
        .annotate(count=Count("pk"))
    )
    found = []
    for name in sorted({*latest, *waits}):
        decides = live.get((name, False))
        said = decides.agreement if decides else agreement_of(latest[name]) if name in latest else None
        found.append(
            Listed(
                name,
                said.title or name if said else name,
                decides,
                live.get((name, True)),
                counts.get(name, 0),
                waits.get(name, []),
                coming.get(name),
                decides.number if decides else latest[name].pk if name in latest else None,
            )
        )
    return sorted(found, key=lambda each: (each.live is None, each.name))


def versions(name: str, now: int) -> list[Version]:
    """Return all that has been signed under a name, and what ran beside, the latest first."""
    found = list(
        Publication.objects.filter(name=name)
        .order_by("live_from", "pk")
        .select_related("marketing", "sales", "proposal")
    )
    live = {one.number for one in live_now(now)}
    counts = dict(
        Episode.objects.filter(publication__in=[each.pk for each in found])
        .values_list("publication")
        .annotate(count=Count("pk"))
    )
    told = []
    for place, each in enumerate(found):
        after = (other.live_from for other in found[place + 1 :] if not other.shadow or each.shadow)
        until = next(iter(after), None)
        told.append(Version(each, until, counts.get(each.pk, 0), _stands(each, live, now)))
    return told[::-1]


def _stands(publication: Publication, live: Iterable[int], now: int) -> str:
    if publication.live_from > now:
        return "ends then" if publication.ends else "to come"
    if publication.pk in live:
        return "runs beside" if publication.shadow else "live"
    return "ended" if publication.ends else "replaced"
