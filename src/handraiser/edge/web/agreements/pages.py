"""Which agreements are there, and what does each say, in words that a rep reads?"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from handraiser.agreement.spoken import spoken
from handraiser.edge.running import now
from handraiser.edge.web.agreements.shown import agreements_listed, versions
from handraiser.edge.web.agreements.yielding import shown_if_kept
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.web.frame.numbers import number_in
from handraiser.flows.live import agreement_of
from handraiser.flows.publishing import live_of
from handraiser.store.beside import beside
from handraiser.store.known_as import leads_told
from handraiser.store.models import Proposal, Publication, User

__all__ = ["agreement", "agreements"]

_DAYS = 30
_NAMED = 20  # leads of each kind


@page(EVERYBODY)
def agreements(request: HttpRequest) -> HttpResponse:
    """Show which agreements there are."""
    at = now()
    told = {
        "agreements": agreements_listed(at),
        "may_propose": user_of(request).role == User.Role.MARKETING,
        "may_look": user_of(request).role != User.Role.SALES,
        "ended": Proposal.objects.exclude(state=Proposal.State.OPEN)
        .order_by("-ended_at")
        .select_related("by")[:10],
    }
    return render(request, "agreements/agreements.html", told)


@page(EVERYBODY)
def agreement(request: HttpRequest, name: str) -> HttpResponse:
    """Show an agreement in words, as it is live, or as `?version=` was, and all versions of it."""
    at = now()
    signed = versions(name, at)
    waits = list(
        Proposal.objects.filter(name=name, state=Proposal.State.OPEN).order_by("pk").select_related("by")
    )
    if not signed and not waits:
        raise Http404
    shown = _chosen(request, name) or next(
        (each.publication for each in signed if each.stands == "live"), None
    )
    stands = next((each for each in signed if shown and each.publication.pk == shown.pk), None)
    # Of what is live alone: what an older one would have done is what-if.
    with_yields = stands is not None and stands.stands == "live"
    told = {
        "name": name,
        "shown": shown,
        "stands": stands,
        "agreement": agreement_of(shown) if shown else None,
        "chapters": spoken(agreement_of(shown)) if shown else [],
        "versions": signed,
        "waits": waits,
        "with_yields": with_yields,
        "yields": shown_if_kept(agreement_of(shown)) if shown and with_yields else None,
        "may_propose": user_of(request).role == User.Role.MARKETING,
        "may_try": user_of(request).role != User.Role.SALES,
    } | _beside(name, user_of(request), at)
    return render(request, "agreements/agreement.html", told)


def _beside(name: str, user: User, at: int) -> dict[str, object]:
    """Return how what runs beside compares with what is live, if something does."""
    runs = live_of(name, at, shadow=True)
    if runs is None:
        return {"beside": None}
    zone = agreement_of(runs).timezone
    found = beside(name, since=runs.live_from, until=at + 1, zone=zone)
    who = leads_told({lead for some in (found.live_alone, found.shadow_alone) for lead, _ in some[:_NAMED]})
    # Whom somebody of sales may look at is their own leads: they see how many, and not who.
    may_see = user.role != User.Role.SALES
    told = [
        (says, [(lead, who[lead], when) for lead, when in some[:_NAMED]], len(some))
        for says, some in (
            ("Only what runs beside", found.shadow_alone),
            ("Only what is live", found.live_alone),
        )
    ]
    return {"beside": runs, "days": found.days[:_DAYS], "alone": told if may_see else []}


def _chosen(request: HttpRequest, name: str) -> Publication | None:
    asked = request.GET.get("version", "")
    if not asked:
        return None
    number = number_in(asked)
    found: Publication | None = (
        None if number is None else Publication.objects.filter(pk=number, name=name).first()
    )
    if found is None:
        raise Http404
    return found
