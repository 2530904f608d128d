"""Marketing shows some leads; what do they share that others do not, and is it to be a rule?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from handraiser.agreement import read
from handraiser.agreement.editing import with_rule
from handraiser.agreement.wording import capital, readable
from handraiser.edge.running import now
from handraiser.edge.web.examples.looked_at import TURNED_DOWN, cases_of, others_of
from handraiser.edge.web.examples.shown import shown, taken_in
from handraiser.edge.web.frame.access import page, user_of
from handraiser.edge.web.lead.alike import alike
from handraiser.errors import Mistakes
from handraiser.flows.drafting import Sheet, drafts_of, keep_draft
from handraiser.flows.publishing import live_of
from handraiser.learning.shared import shared
from handraiser.store.consents import objecting
from handraiser.store.drawn import draw_leads
from handraiser.store.known_as import leads_told
from handraiser.store.models import Draft, Person, Publication, User
from handraiser.store.said_lately import Said, said_lately
from handraiser.store.snapshot import as_of_now

__all__ = ["MARKETING", "examples", "examples_found", "examples_shared"]

MARKETING = frozenset({User.Role.MARKETING})
_MOST = 50  # examples
_OTHERS = 1_000
_LAST = (3, 5, 10, 20)  # who bought
_REASONS = 8
_CUSTOMER = "customer"
_SAID = TURNED_DOWN | {_CUSTOMER}
_NEW = """agreement: a-name
title: A title for people

fit:                                  # who they are
  rules: []

engagement:                           # what they do
  within: 90 days
  decay: half-life 30 days
  rules: []

qualify:                              # who is handed to sales
  mql: score >= 10
"""


@page(MARKETING)
@require_http_methods(["GET", "POST"])
def examples(request: HttpRequest, name: str = "") -> HttpResponse:
    """Show which leads are examples, and have a rule that they share be written into a draft."""
    opened = now()
    text, draft = _beginning(request, name)
    if request.method == "POST":
        return _written(request, name, text, draft, opened)
    lately = said_lately(_SAID)
    chosen = _chosen_by(request, lately)
    if chosen is not None:
        return redirect(f"{request.path}?{_address(chosen)}")
    return render(request, "examples/examples.html", _told(request, name, lately))


@page(MARKETING)
def examples_found(request: HttpRequest) -> HttpResponse:
    """Show leads by what was typed, to be added to the examples: a part of the page."""
    words, leads = request.GET.get("q", "").strip(), _leads(request)
    with as_of_now():
        found = [each for each in alike(words, beside=0) if each.number not in leads] if words else []
    told = {"words": words, "found": [(each, _address([*leads, each.number])) for each in found]}
    return render(request, "examples/found.html", told)


@page(MARKETING)
def examples_shared(request: HttpRequest, name: str = "") -> HttpResponse:
    """Show what the examples share that others do not: a part of the page."""
    at, leads = now(), _leads(request)
    text, _ = _beginning(request, name)
    with as_of_now():
        there = _there(leads)
        looked = cases_of(there, at)
        by_chance = [lead for lead in draw_leads(_OTHERS).leads if lead not in there]
        others = others_of(by_chance, looked, at) if looked else []
        who = leads_told(there)
    found = shared([each.case for each in looked], others)
    told: dict[str, Any] = {
        "name": name,
        "leads": there,
        "write": reverse("examples", args=[name]) if name else reverse("examples_new"),
        "looked": [(who[each.number], each) for each in looked],
        "found": shown(found, agreement=read(text, file="the agreement")[0], taken=taken_in(text)),
    }
    return render(request, "examples/shared.html", told)


def _told(
    request: HttpRequest, name: str, lately: Sequence[Said], wrong: Sequence[Any] = ()
) -> dict[str, Any]:
    leads = _leads(request)
    with as_of_now():
        there = _there(leads)
        who = leads_told(there)
    bought = sum(each.stage == _CUSTOMER for each in lately)
    reasons = Counter(each.reason for each in lately if each.reason and each.stage in TURNED_DOWN)
    address = reverse("examples_shared", args=[name]) if name else reverse("examples_new_shared")
    return {
        "name": name,
        "chosen": [(who[each], _address([other for other in there if other != each])) for each in there],
        "gone": len(leads) - len(there),
        "shared": f"{address}?{_address(there)}",
        "asked": _address(there),
        "most": _MOST,
        "full": len(there) >= _MOST,
        "last": [each for each in _LAST if each <= bought] or ([bought] if bought else []),
        "reasons": [
            (reason, capital(readable(reason)), min(many, _MOST))
            for reason, many in reasons.most_common(_REASONS)
        ],
        "diagnostics": wrong,
    }


def _written(request: HttpRequest, name: str, text: str, draft: Draft | None, opened: int) -> HttpResponse:
    """Have a rule written into one's own draft, else into one of what is live, and go there."""
    section = "fit" if request.POST.get("section") == "fit" else "engagement"
    rule = request.POST.get("rule", "").replace("\r\n", "\n")
    try:
        more = with_rule(text, section, rule)
        kept = keep_draft(
            name,
            more,
            Sheet(uuid4().hex, after=draft.pk if draft else None, opened=opened),
            by=user_of(request).email,
            now=now(),
        )
    except Mistakes as mistakes:
        told = _told(request, name, said_lately(_SAID), mistakes.diagnostics)
        told["draft"] = draft
        return render(request, "examples/examples.html", told, status=422)
    where = reverse("proposal_edit", args=[name]) if name else reverse("proposal_new")
    return redirect(f"{where}?draft={kept.draft.pk}")


def _beginning(request: HttpRequest, name: str) -> tuple[str, Draft | None]:
    """Return the text that a rule is added to: of one's own draft, else what is live, or was last."""
    own = next((each for each in drafts_of(name) if each.by == user_of(request)), None)
    if own is not None:
        return own.text, own
    if not name:
        return _NEW, None
    live = live_of(name, now()) or Publication.objects.filter(name=name).order_by("live_from").last()
    if live is None:
        raise Http404
    return str(live.text), None


def _chosen_by(request: HttpRequest, lately: Sequence[Said]) -> list[int] | None:
    """Return the leads of a quick choice that an address makes, None where it makes none."""
    bought, reason = request.GET.get("bought", ""), request.GET.get("reason", "")
    if bought.isdecimal() and len(bought) < 4:
        return [each.lead for each in lately if each.stage == _CUSTOMER][: min(int(bought), _MOST)]
    if reason:
        return [each.lead for each in lately if each.reason == reason and each.stage in TURNED_DOWN][:_MOST]
    return None


def _leads(request: HttpRequest) -> list[int]:
    """Return the leads that an address names, each once."""
    said = [*request.GET.getlist("lead"), *request.POST.getlist("lead")]
    return list(dict.fromkeys(int(each) for each in said if each.isdecimal() and len(each) < 19))[:_MOST]


def _there(leads: Sequence[int]) -> list[int]:
    """Return those that are leads still, and of whom anything may be computed."""
    people = Person.objects.filter(pk__in=leads, lead_since__isnull=False, root=F("pk"))
    found = set(people.values_list("pk", flat=True))
    left_alone = objecting(list(found))
    return [each for each in leads if each in found and each not in left_alone]


def _address(leads: Sequence[int]) -> str:
    return urlencode([("lead", each) for each in leads])
