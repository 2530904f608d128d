"""What is there to make agreements of: what is known of leads and companies, and what do they do?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from handraiser.edge.web.fields.conditions import events_in
from handraiser.edge.web.fields.gathering import GATHERED, Known
from handraiser.edge.web.fields.shaping import Field
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.store.models import User

__all__ = ["LOOKING", "fields", "fields_event", "fields_there", "fields_words"]

LOOKING = EVERYBODY - {User.Role.SALES}  # it tells of leads of everybody
_VALUES = 12  # of a field, that are proposed as one types


@page(LOOKING)
def fields(request: HttpRequest) -> HttpResponse:
    """Show what there is, or that it is being read."""
    known = GATHERED.at_hand()
    told = {"known": None} if known is None else _told(request, known)
    return render(request, "agreements/fields.html", told)


@page(LOOKING)
def fields_there(request: HttpRequest) -> HttpResponse:
    """Show what there is, however long it takes to read: a part of the page of its own."""
    return render(request, "agreements/fields_there.html", _told(request, GATHERED.known()))


@page(LOOKING)
def fields_event(request: HttpRequest) -> HttpResponse:
    """Show the properties of what is done by a name: a part of the page of its own."""
    name = request.GET.get("name", "")
    told = {"event": name, "fields": GATHERED.properties([name])}
    return render(request, "agreements/fields_event.html", told)


@page(LOOKING)
def fields_words(request: HttpRequest) -> HttpResponse:
    """Return the words of which conditions are made, for scripts of ours; `?event=` those of an event."""
    known, event = GATHERED.known(), request.GET.get("event", "")
    if event:
        return JsonResponse({"fields": _words(GATHERED.properties(events_in(event, known)), "of them")})
    of_leads = [each for scope in ("lead", "company") for each in known.fields[scope]]
    events = [{"name": each.name, "says": f"{each.percent} % of leads in 90 days"} for each in known.events]
    return JsonResponse({"fields": _words(of_leads, "of leads"), "events": events})


def _told(request: HttpRequest, known: Known) -> dict[str, Any]:
    return {
        "known": known,
        "parts": [("Leads", known.fields["lead"]), ("Their companies", known.fields["company"])],
        "at": known.sample.at,
        "zone": user_of(request).timezone,
    }


def _words(found: list[Field], of: str) -> list[dict[str, Any]]:
    return [
        {
            "text": each.text,
            "says": f"{each.percent} % {of}",
            "numbers": each.sort == "number",
            "values": [[value.text, f"{value.percent} %"] for value in each.values[:_VALUES]],
        }
        for each in found
    ]
