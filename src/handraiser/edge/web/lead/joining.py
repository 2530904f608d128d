"""Who was a lead put together from, and how does somebody say that two are one, or two after all?

What it would change is shown before it is done.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from handraiser.edge.running import now
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.web.lead.alike import alike
from handraiser.edge.web.lead.before_and_after import previewed
from handraiser.edge.web.lead.seen import lead_asked
from handraiser.errors import Mistakes, Unavailable
from handraiser.flows.joining import BY_HAND, join
from handraiser.flows.stewards import STEWARDS
from handraiser.flows.unjoin import unjoin
from handraiser.handoff.about import Lead, called
from handraiser.store.history import members_of
from handraiser.store.known_as import leads_told
from handraiser.store.people import Link, Named, identifiers_of, links_of
from handraiser.store.snapshot import as_of_now

__all__ = ["join_two", "lead_joins", "part_two", "same_person"]

_THROUGH = "the web app"
_EVIDENCE = {"user": "the user id", "email": "the address", "anonymous": "the browser"}


class Joined(NamedTuple):
    """A join as the page shows it: who was joined to whom, and how that was known."""

    link: Link
    joined: str
    to: str
    because: str
    can_be_undone: bool


@page(EVERYBODY)
def lead_joins(request: HttpRequest, number: int) -> HttpResponse:
    """Show who a lead was put together from: a part of its page."""
    user = user_of(request)
    with as_of_now():
        found = lead_asked(user, number)
        joins = [_joined(link, found.root) for link in links_of(members_of([found.root]))]
    told = {"number": found.root, "joins": joins, "may": user.role in STEWARDS}
    return render(request, "lead/joins_part.html", told)


@page(STEWARDS)
def same_person(request: HttpRequest, number: int) -> HttpResponse:
    """Show who may be the same person, by what was typed: a part of the page."""
    found = lead_asked(user_of(request), number)
    words = request.GET.get("q", "").strip()
    with as_of_now():
        leads = alike(words, beside=found.root) if words else []
        told = [{"lead": each, "known_as": _known_as(each)} for each in leads]
    return render(request, "lead/same.html", {"number": found.root, "found": told, "words": words})


@page(STEWARDS)
@require_http_methods(["GET", "POST"])
def join_two(request: HttpRequest, number: int, other: int) -> HttpResponse:
    """Show what it would change if another lead were one with this one, or have it be so."""
    user = user_of(request)
    lead, second = lead_asked(user, number), lead_asked(user, other)
    names, wrong = _names([lead.root, second.root]), ""
    try:
        if request.method == "POST":
            join(lead.root, second.root, by=user.email, now=now(), through=_THROUGH)
            return _done(f"{names[second.root]} and {names[lead.root]} are one.")
        preview = previewed(
            {lead.root, second.root},
            lambda: join(lead.root, second.root, by=user.email, now=now()),
            now=now(),
        )
    except Mistakes as mistakes:
        preview, wrong = None, f"{mistakes.diagnostics[0].says} {mistakes.diagnostics[0].fix}"
    return _asked(
        request,
        {
            "title": f"{names[second.root]} is the same person as {names[lead.root]}",
            "says": "They are one", "preview": preview, "wrong": wrong,
            "why": "What both did and said counts for one lead from now on. It can be undone at any time.",
            "action": reverse("lead_join", args=(lead.root, second.root)),
        },
    )  # fmt: skip


@page(STEWARDS)
@require_http_methods(["GET", "POST"])
def part_two(request: HttpRequest, number: int, link: int) -> HttpResponse:
    """Show what it would change if a join were undone, or undo it."""
    user = user_of(request)
    lead = lead_asked(user, number)
    own = {each.number: each for each in links_of(members_of([lead.root]))}
    if link not in own:
        raise Http404
    wrong = ""
    try:
        if request.method == "POST":
            unjoin(link, by=user.email, now=now())
            return _done("They are two again, and no message joins them any more.")
        preview = previewed([lead.root], lambda: unjoin(link, by=user.email, now=now()), now=now())
    except Unavailable:
        preview, wrong = None, "That has been undone already."
    return _asked(
        request,
        {
            "title": f"{_joined(own[link], lead.root).joined} is somebody else",
            "says": "They are two", "preview": preview, "wrong": wrong,
            "why": "Each keeps what they did and said, and the same evidence does not join them again.",
            "action": reverse("lead_unjoin", args=(lead.root, link)),
        },
    )  # fmt: skip


def _asked(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    return render(request, "lead/preview.html", told, status=422 if told["wrong"] else 200)


def _done(says: str) -> HttpResponse:
    happened = {"handraiser:said": {"text": says, "undo": None}, "handraiser:changed": {}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(happened)})


def _joined(link: Link, root: int) -> Joined:
    kind, value = link.because
    because = f"said by {value}" if kind == BY_HAND else f"{_EVIDENCE[kind]} {value}"
    return Joined(link, _member(link.joined), _member(link.person), because, link.undone_at is None)


def _member(number: int) -> str:
    """Return how one of those who are one lead is called: by what they themselves are known by."""
    own = identifiers_of([number])
    said = ", ".join(each.value for each in _telling(own)[:2])
    return said or f"lead {number}"


def _telling(named: Sequence[Named]) -> list[Named]:
    """Return those of somebody's identifiers that say most: a browser only where there is nothing else."""
    people = [each for each in named if each.kind != "anonymous"]
    return people or list(named)


def _known_as(lead: Lead) -> str:
    found = identifiers_of(members_of([lead.number]))
    return ", ".join(each.value for each in _telling(found) if each.value != lead.email)


def _names(roots: Sequence[int]) -> dict[int, str]:
    return {number: called(each) for number, each in leads_told(roots).items()}
