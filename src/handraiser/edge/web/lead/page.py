"""What is there to know of one lead before calling them?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render

from handraiser.edge.running import now
from handraiser.edge.web.api.leads import lead_at
from handraiser.edge.web.api.scores import explained
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.web.lead.again import REPLAYING
from handraiser.edge.web.lead.colleagues import colleagues_of
from handraiser.edge.web.lead.doings import doing, doings, place_of
from handraiser.edge.web.lead.drawn import DAYS, chart
from handraiser.edge.web.lead.proving import proved
from handraiser.edge.web.lead.seen import handed, lead_asked, notes_of, past_of, sold_of
from handraiser.edge.web.lead.wording import told_attributes
from handraiser.errors import Mistakes
from handraiser.flows.judging import DoneBy, judge, may_judge
from handraiser.flows.live import Live, live_now
from handraiser.scoring.thresholds import threshold
from handraiser.store.consents import objecting
from handraiser.store.known_as import leads_told
from handraiser.store.snapshot import as_of_now

__all__ = ["course", "judged", "lead", "proof", "timeline"]

_ITEMS = 25  # of a page of the timeline
_SHOWN = ("user_id", "email", "title", "job_title", "name", "first_name", "last_name", "full_name")
_THROUGH = "the web app"
_CALLED = re.compile(r"\+?[\d ()/.-]{5,30}")


@page(EVERYBODY)
def lead(request: HttpRequest, number: int) -> HttpResponse:
    """Show who somebody is, why they are called, what to say, and what is to be done next."""
    at = now()
    user = user_of(request)
    found = lead_asked(user, number)
    if found.root != number:
        return redirect("lead", found.root)
    with as_of_now():
        live = live_now(at)
        known = lead_at(found, live, at)
        episodes = handed(found.root)
        colleagues, more = colleagues_of(
            user, found.root, publications=[each.number for each in _deciding(live)]
        )
        bars = {one.agreement.name: threshold(one.agreement) for one in _deciding(live)}
        told = {
            "lead": leads_told({found.root})[found.root],
            "known": known,
            "since": found.lead_since,
            "phone": _phone(known.attributes.get("phone")),
            "about_company": told_attributes(known.company.attributes) if known.company else [],
            "identified": [each for each in known.identifiers if each.kind != "anonymous_id"],
            "browsers": sum(each.kind == "anonymous_id" for each in known.identifiers),
            "said": told_attributes(
                {name: value for name, value in known.attributes.items() if name not in _SHOWN}
            ),
            "standings": [(each, bars[each.agreement]) for each in known.agreements if not each.shadow],
            "sold": sold_of(user, episodes, now=at),
            "past": past_of(episodes),
            "notes": notes_of(found.root),
            "colleagues": colleagues,
            "more_colleagues": more,
            "days": DAYS,
        }
    return render(request, "lead/lead.html", told)


@page(EVERYBODY)
def proof(request: HttpRequest, number: int) -> HttpResponse:
    """Show what each rule gives at this moment, what is missing, and until when: a part of the page."""
    found = lead_asked(user_of(request), number)
    at = now()
    with as_of_now():
        if objecting([found.root]):
            return render(request, "lead/objected.html")
        live = _deciding(live_now(at))
        proofs = [proved(one.agreement, explained(found.root, one.agreement, at)) for one in live]
    return render(request, "lead/proof.html", {"proofs": proofs, "number": found.root})


@page(EVERYBODY)
def timeline(request: HttpRequest, number: int) -> HttpResponse:
    """Show what somebody did and what was done about it, the latest first: a part of the page."""
    user = user_of(request)
    found = lead_asked(user, number)
    before, going_on = place_of(request.GET.get("before", "")), request.GET.get("day", "")
    with as_of_now():
        shown = doings(
            found.root, now=now(), zone=user.timezone, before=before, going_on=going_on, most=_ITEMS
        )
    told = {
        "page": shown, "first": before is None, "number": found.root, "may_judge": may_judge(user),
        "may_replay": user.role in REPLAYING,
    }  # fmt: skip
    return render(request, "lead/timeline.html", told)


@page(EVERYBODY)
def course(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with what the chart of a score draws."""
    user = user_of(request)
    found = lead_asked(user, number)
    at = now()
    days = next((each for each in DAYS if str(each) == request.GET.get("days")), DAYS[1])
    with as_of_now():
        live = live_now(at)
        one = next(
            (each for each in _deciding(live) if each.agreement.name == request.GET.get("agreement")), None
        )
        if one is None:
            raise Http404
        drawn = chart(found.root, live, one, days=days, now=at, zone=user.timezone)
    return HttpResponse(msgspec.json.encode(drawn), content_type="application/json")


@page(EVERYBODY)
def judged(request: HttpRequest, number: int, activity: int) -> HttpResponse:
    """Have something count as a person's or as a machine's; show it as it is then."""
    user = user_of(request)
    found = lead_asked(user, number)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    at = now()
    said = next((each for each in DoneBy if each == request.POST.get("verdict")), None)
    if said is None:
        raise Http404
    try:
        judge(found.root, verdict=said, by=user.email, now=at, activity=activity, through=_THROUGH)
    except Mistakes as mistakes:
        wrong = mistakes.diagnostics[0]
        text = f"{wrong.says} {wrong.fix}"
        return HttpResponse(text, status=403, content_type="text/plain; charset=utf-8")
    item = doing(found.root, activity, now=at)
    told = {"item": item, "number": found.root, "may_judge": may_judge(user), "open": True}
    answer = render(request, "lead/item.html", told)
    who = "a person" if said is DoneBy.HUMAN else "a machine"
    happened = {
        "handraiser:said": {"text": f"Counts as done by {who} now.", "undo": None},
        "handraiser:judged": {},
    }
    answer.headers["HX-Trigger"] = json.dumps(happened)
    return answer


def _deciding(live: Sequence[Live]) -> list[Live]:
    return [one for one in live if not one.shadow]


def _phone(said: object) -> tuple[str, str] | None:
    """Return a number as it is read and as it is dialled, None where what is said is none."""
    if not isinstance(said, str | int) or not _CALLED.fullmatch(str(said)):
        return None
    return str(said), re.sub(r"[^\d+]", "", str(said))
