"""What does somebody see first who comes in?

What is counted quickly stands in the page; the rest are parts that the page asks for when it is there.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from handraiser.edge.running import now
from handraiser.edge.web.door import door
from handraiser.edge.web.frame.access import EVERYBODY, open_to_all, page, user_of
from handraiser.edge.web.home import far, kept, weeks
from handraiser.edge.web.home.aims import aims
from handraiser.edge.web.home.looking import Looking, looking
from handraiser.edge.web.home.periods import PERIODS
from handraiser.edge.web.home.today import today_of
from handraiser.edge.web.home.trouble import troubles
from handraiser.edge.web.queue.waiting import Row, Whose, page_of, rows_told
from handraiser.flows.signing import to_sign
from handraiser.store.handoffs import alarmed, alarms_by_age
from handraiser.store.models import User
from handraiser.store.snapshot import as_of_now

__all__ = [
    "AIMING", "MANAGING", "front", "home", "home_aims", "home_funnel", "home_kept", "home_team", "home_trend",
    "home_why",
]  # fmt: skip

_Role = User.Role
MANAGING = frozenset({_Role.MANAGER, _Role.ADMINISTRATOR})
AIMING = EVERYBODY - {_Role.SALES}
_NEXT = 5  # of what is to be done next so many are shown
_ALARMS = 5


@open_to_all
def front(request: HttpRequest) -> HttpResponse:
    """Lead people to their home; tell programs what there is."""
    if "text/html" in request.headers.get("Accept", ""):
        return redirect("home")
    return door(request)


@page(EVERYBODY)
def home(request: HttpRequest) -> HttpResponse:
    """Show what today is about."""
    user = user_of(request)
    with as_of_now():
        looks = looking(request, user, now=now())
        told = _around(looks) | {
            "today": today_of(looks),
            "next": _next(looks),
            "managing": user.role in MANAGING,
            "alarms": alarmed(alarms_by_age(most=_ALARMS)) if user.role in MANAGING else [],
            "to_sign": to_sign(user, looks.now),
            "troubles": troubles() if user.role == _Role.ADMINISTRATOR else [],
        }
    return render(request, "home/home.html", told)


@page(EVERYBODY)
def home_kept(request: HttpRequest) -> HttpResponse:
    """Show how many promises were kept this week and this month: a part of the page of its own."""
    with as_of_now():
        looks = looking(request, user_of(request), now=now())
        told = _around(looks) | {"kept": kept.kept_lately(looks)}
    return render(request, "home/kept.html", told)


@page(AIMING)
def home_aims(request: HttpRequest) -> HttpResponse:
    """Show whether targets are met: a part of the page of its own."""
    with as_of_now():
        looks = looking(request, user_of(request), now=now())
        told = _around(looks) | {"aims": aims(looks)}
    return render(request, "home/aims.html", told)


@page(EVERYBODY)
def home_funnel(request: HttpRequest) -> HttpResponse:
    """Show how far they came: a part of the page of its own."""
    with as_of_now():
        looks = looking(request, user_of(request), now=now())
        told = _around(looks) | {"far": far.far(looks)}
    return render(request, "home/funnel.html", told)


@page(EVERYBODY)
def home_why(request: HttpRequest) -> HttpResponse:
    """Show why sales sent back, and by which channels leads came first: a part of the page of its own."""
    with as_of_now():
        looks = looking(request, user_of(request), now=now())
        told = _around(looks) | {
            "reasons": far.reasons(looks), "channels": far.channels(looks), "latest": far.LATEST,
        }  # fmt: skip
    return render(request, "home/why.html", told)


@page(MANAGING)
def home_team(request: HttpRequest) -> HttpResponse:
    """Show how each member of a team stands: a part of the page of its own."""
    with as_of_now():
        looks = looking(request, user_of(request), now=now())
        told = _around(looks) | {"teams": kept.teams_standing(looks)}
    return render(request, "home/team.html", told)


@page(EVERYBODY)
def home_trend(request: HttpRequest) -> HttpResponse:
    """Return what a chart of the last twelve weeks draws, for scripts of ours."""
    drawn = weeks.CHARTS.get(request.GET.get("of", "mqls"))
    if drawn is None:
        raise Http404
    with as_of_now():
        return JsonResponse(drawn(looking(request, user_of(request), now=now())))


def _around(looks: Looking) -> dict[str, Any]:
    """Return what every part shows of what is looked at."""
    return {
        "looks": looks,
        "periods": PERIODS,
        "asked": f"agreement={looks.agreement}&days={looks.days}",
        "own": looks.owner is not None,
    }


def _next(looks: Looking) -> list[Row]:
    """Return what somebody of sales does next."""
    if looks.owner is None:
        return []
    listed = page_of(looks.user, Whose.MINE).listed
    meant = [each for each in listed if looks.agreement in ("", each.agreement)]
    return rows_told(looks.user, meant[:_NEXT], now=looks.now)
