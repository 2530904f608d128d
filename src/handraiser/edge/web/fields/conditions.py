"""How does marketing build a condition of what people have, and see of how many it holds?

The dialog knows nothing between two requests: all that is filled in comes with each. Its script
(`conditions.js`) puts what it makes where it was opened.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from handraiser.agreement.parser import parse
from handraiser.agreement.qualifying import reads_attributes
from handraiser.edge.running import now
from handraiser.edge.web.fields.filling import LONGEST, Filled, beginning, filled, lines, written
from handraiser.edge.web.fields.gathering import GATHERED, Known
from handraiser.edge.web.fields.offering import ABOUT, Offer, agreed_by, offer, wrong_in
from handraiser.edge.web.fields.shares import of_doings, of_leads
from handraiser.edge.web.frame.access import page
from handraiser.errors import Level
from handraiser.store.models import User

__all__ = ["condition", "condition_found", "condition_rows", "condition_there", "events_in"]

MARKETING = frozenset({User.Role.MARKETING})


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def condition(request: HttpRequest) -> HttpResponse:
    """Show the dialog, or that what there is has to be read first."""
    form = _form(request)
    if GATHERED.at_hand() is None:
        return render(request, "agreements/condition_waits.html", _around(form))
    return _dialog(request, form)


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def condition_there(request: HttpRequest) -> HttpResponse:
    """Show the dialog, however long it takes to read what there is."""
    return _dialog(request, _form(request))


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def condition_rows(request: HttpRequest) -> HttpResponse:
    """Show the rows anew, with a button's doing done to them, and what they amount to."""
    form = _form(request)
    known, offered = _offer(form)
    done = filled(form, offered)
    told = _around(form) | _shown(done, offered) | _found(form, done, known, offered) | {"anew": True}
    return render(request, "agreements/condition_rows.html", told)


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def condition_found(request: HttpRequest) -> HttpResponse:
    """Show what a condition amounts to; once it is to be taken over, say so if nothing is wrong with it."""
    form = _form(request)
    known, offered = _offer(form)
    told = _found(form, filled(form, offered), known, offered)
    answer = render(request, "agreements/condition_found.html", told)
    if form.get("act") == "take" and told["ready"]:
        answer["HX-Trigger"] = json.dumps({"handraiser:condition": {"text": told["text"]}})
    return answer


def events_in(said: str, known: Known) -> list[str]:
    """Return the events that are named: one, or several with commas or in lines."""
    if said.strip() in known.sample.did:
        return [said.strip()]
    return [each.strip() for each in said.replace("\n", ",").split(",") if each.strip()]


def _form(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _around(form: QueryDict) -> dict[str, Any]:
    """Return what every request of the dialog brings along."""
    about = form.get("for", "")
    return {
        "about": about if about in ABOUT else "lead",
        "event": form.get("event", "")[:LONGEST],
        "name": form.get("name", "")[:200],
        "condition": form.get("condition", "")[:LONGEST],
    }


def _offer(form: QueryDict) -> tuple[Known, Offer]:
    around, known = _around(form), GATHERED.known()
    agreed = agreed_by(form.get("text", ""), around["name"], now())
    events = events_in(around["event"], known) if around["about"] == "event" else []
    return known, offer(around["about"], known, GATHERED.properties(events) if events else [], agreed)


def _dialog(request: HttpRequest, form: QueryDict) -> HttpResponse:
    known, offered = _offer(form)
    done = beginning(_around(form)["condition"])
    told = _around(form) | _shown(done, offered) | _found(form, done, known, offered)
    return render(request, "agreements/condition.html", told)


def _shown(done: Filled, offered: Offer) -> dict[str, Any]:
    """Return the rows, or the text, as they are shown."""
    return {
        "original": done.original,
        "typed": done.typed,
        "word": done.built.word,
        "lines": [] if done.typed is not None else lines(done.built, offered),
        "choices": [each for each in offered.choices if each.options],
        "lists": sorted(offered.agreed.lists),
        "several_groups": len(done.built.groups) > 1,
    }


def _found(form: QueryDict, done: Filled, known: Known, offered: Offer) -> dict[str, Any]:
    """Return what a condition amounts to: its text, what is wrong with it, and of how many it holds."""
    text, slip = written(done)
    found = wrong_in(offered.about, text, offered.agreed) if text else []
    wrong = any(each.level is Level.MISTAKE for each in found)
    ready = bool(text) and not slip and not wrong
    told: dict[str, Any] = {
        "about": offered.about, "text": text, "slip": slip, "diagnostics": found, "ready": ready,
        "leads": known.leads, "shares": None,
    }  # fmt: skip
    if ready:
        told |= _shares(form, text, known, offered)
    return told


def _shares(form: QueryDict, text: str, known: Known, offered: Offer) -> dict[str, Any]:
    """Return of how many a condition holds; of what depends on points nothing is told here."""
    lists = offered.agreed.lists
    try:
        if offered.about == "event":
            events = events_in(_around(form)["event"], known)
            done = GATHERED.done(events)
            return {"shares": of_doings(done, known.sample.seen, text, lists), "events": events}
        if not reads_attributes(parse(text)):
            return {"of_points": True}
        return {"shares": of_leads(known.sample, text, lists)}
    except duckdb.Error:
        return {"untold": True}  # a condition that takes more than there is
