"""What would have come of other numbers, and for whom?

The page has the fields; what they would give is asked by its script, of the process that holds the history.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from handraiser.agreement.model import Agreement
from handraiser.edge.running import now
from handraiser.edge.settings import FOLDER
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.web.whatif.capacity import capacity
from handraiser.edge.web.whatif.fields import changes_in, sections, supposed, wrong_where
from handraiser.edge.whatif.asking import Asking
from handraiser.edge.whatif.identity import identity
from handraiser.edge.whatif.wire import Answer, Curve, Listed, Question, Supposed, WhatIf, Who
from handraiser.errors import Mistakes
from handraiser.flows.live import live_now
from handraiser.handoff.about import Lead
from handraiser.learning.differences import Difference
from handraiser.store.known_as import leads_told
from handraiser.store.models import Person, User

__all__ = ["ASKING", "live_asked", "what_if", "what_if_answer", "what_if_people"]

ASKING = EVERYBODY - {User.Role.SALES}  # it tells of leads of everybody
_PEOPLE = 20
_LONGEST = 40  # letters by which a page tells itself from others
_asking = Asking(FOLDER)
_identity: list[str] = []


@page(ASKING)
def what_if(request: HttpRequest, name: str) -> HttpResponse:
    """Show the numbers of an agreement that is live, and where what they give is drawn."""
    agreement = live_asked(name)
    changes = changes_in(agreement, request.GET.dict())
    told = {"agreement": agreement, "sections": sections(agreement, changes), "changes": len(changes)}
    return render(request, "whatif/what_if.html", told)


@page(ASKING)
def what_if_answer(request: HttpRequest, name: str) -> HttpResponse:
    """Return what other numbers would give, for scripts of ours; or how far the history has been read.

    The curve is a part of its own.
    """
    agreement = live_asked(name)
    changes = changes_in(agreement, request.GET.dict())
    try:
        tested = supposed(agreement, changes)
    except Mistakes as mistakes:
        wrong = [each._asdict() for each in wrong_where(agreement, changes, mistakes)]
        return _in_json({"type": "wrong", "mistakes": wrong})
    able = capacity(agreement)
    kind = Curve if request.GET.get("part") == "curve" else WhatIf
    question = kind(**_asked(request), tested=tested.source, against=agreement.source)
    answer = _answered(question)
    told = msgspec.to_builtins(answer)
    if isinstance(answer, Supposed):
        told["capacity"] = msgspec.to_builtins(able)
    return _in_json(told)


@page(ASKING)
def what_if_people(request: HttpRequest, name: str) -> HttpResponse:
    """Show who would be gained or lost, and why: a part of the page."""
    agreement = live_asked(name)
    gained = request.GET.get("of") != "lost"
    said = request.GET.get("after", "")
    after = int(said) if said.isdecimal() and len(said) < 9 else 0
    try:
        tested = supposed(agreement, changes_in(agreement, request.GET.dict()))
    except Mistakes:
        return render(request, "whatif/people.html", {"rows": None, "gained": gained})
    question = Who(
        **_asked(request), tested=tested.source, against=agreement.source,
        gained=gained, after=after, most=_PEOPLE,
    )  # fmt: skip
    answer = _answered(question)
    told: dict[str, Any] = {"rows": None, "gained": gained, "agreement": agreement}
    if isinstance(answer, Listed):
        shown = after + len(answer.people)
        told |= {
            "rows": _known(answer.people), "of": answer.of, "first": after + 1, "last": shown,
            "next": shown if shown < answer.of else None,
            "before": max(after - _PEOPLE, 0) if after else None, "zone": user_of(request).timezone,
        }  # fmt: skip
        connection.close()  # many may wait here by and by, each with a connection
    return render(request, "whatif/people.html", told)


def live_asked(name: str) -> Agreement:
    """Return the agreement of a name that is live, else the one that runs beside. Raises Http404."""
    found = [each for each in live_now(now()) if each.agreement.name == name]
    if not found:
        raise Http404
    return min(found, key=lambda each: each.shadow).agreement


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return who asks: which page of whom, and how often it has asked so far."""
    if not _identity:
        _identity.append(identity())
    number = request.GET.get("number", "")
    asker = f"{user_of(request).pk} {request.GET.get('asker', '')[:_LONGEST]}"
    return {
        "of": _identity[0], "asker": asker,
        "number": int(number) if number.isdecimal() and len(number) < 16 else 0,
    }  # fmt: skip


def _answered(question: Question) -> Answer:
    connection.close()  # it is waited for long, and many may wait
    return _asking.ask(question)


def _known(people: list[Difference]) -> list[tuple[Difference, Lead, int]]:
    """Return who they are; nobody who has been forgotten meanwhile."""
    names = leads_told({int(each.lead_id) for each in people})
    there = set(
        Person.objects.filter(pk__in=list(names), lead_since__isnull=False).values_list("pk", flat=True)
    )
    return [
        (each, names[int(each.lead_id)], int(each.mql_at.timestamp() * 1_000_000))
        for each in people
        if int(each.lead_id) in there
    ]


def _in_json(told: object) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(told), content_type="application/json")
