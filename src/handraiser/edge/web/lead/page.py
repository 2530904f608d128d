"""What is there to know of one lead before calling them?"""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from handraiser.edge.running import now
from handraiser.edge.web.api.leads import lead_at
from handraiser.edge.web.api.scores import explained
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.web.lead.seen import lead_for, sold_of, talk_of
from handraiser.flows.live import live_now
from handraiser.store.consents import objecting
from handraiser.store.history import members_of
from handraiser.store.known_as import leads_told
from handraiser.store.models import User
from handraiser.store.people import Known
from handraiser.store.snapshot import as_of_now
from handraiser.store.timeline import what_was_done

__all__ = ["lead", "proof", "timeline"]

_EVENTS = 50
_SHOWN = ("user_id", "email", "title", "job_title")  # of attributes, above all others


@page(EVERYBODY)
def lead(request: HttpRequest, number: int) -> HttpResponse:
    """Show who somebody is, how far they are, and what is to be done next."""
    at = now()
    user = user_of(request)
    found = _asked(user, number)
    if found.root != number:
        return redirect("lead", found.root)
    with as_of_now():
        live = live_now(at)
        known = lead_at(found, live, at)
        told = {
            "lead": leads_told({found.root})[found.root],
            "known": known,
            "said": [item for item in known.attributes.items() if item[0] not in _SHOWN],
            "sold": sold_of(user, found.root, now=at),
            "talk": talk_of(found.root),
            "live": [one.agreement for one in live if not one.shadow],
        }
    return render(request, "lead/lead.html", told)


@page(EVERYBODY)
def proof(request: HttpRequest, number: int) -> HttpResponse:
    """Show what each rule gives at this moment, and what is missing: a part of the page of its own."""
    found = _asked(user_of(request), number)
    at = now()
    with as_of_now():
        if objecting([found.root]):
            return render(request, "lead/objected.html")
        live = [one.agreement for one in live_now(at) if not one.shadow]
        proofs = [explained(found.root, agreement, at) for agreement in live]
    return render(request, "lead/proof.html", {"proofs": proofs})


@page(EVERYBODY)
def timeline(request: HttpRequest, number: int) -> HttpResponse:
    """Show what somebody did, the latest first: a part of the page of its own."""
    found = _asked(user_of(request), number)
    with as_of_now():
        done = what_was_done(members_of([found.root]), at=now(), before=None, most=_EVENTS)
    return render(
        request,
        "lead/timeline.html",
        {"events": [(each, json.loads(each.properties).items()) for each in done]},
    )


def _asked(user: User, number: int) -> Known:
    found = lead_for(user, number)
    if found is None:
        raise Http404
    return found
