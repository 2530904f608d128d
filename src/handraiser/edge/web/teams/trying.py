"""Where would the MQLs of the last days have gone, with the teams as they are now?

It is computed while whoever asks looks on: the page comes first, and asks for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from handraiser.agreement.model import Agreement
from handraiser.edge.running import now
from handraiser.edge.web.frame.access import page
from handraiser.edge.web.teams.page import LOOKING
from handraiser.flows.live import live_at
from handraiser.flows.trying_routes import Tried, Unassigned, try_routes
from handraiser.store.models import User

__all__ = ["routes", "routes_tried"]

_DAY = 86_400_000_000
_PERIODS = (7, 30, 90)
_USUAL = 30
_REASONS = 20  # of why some would have been nobody's so many are shown


class _Taker(NamedTuple):
    """Somebody, and how many of a route's leads would have been theirs, of 100 how many."""

    email: str
    called: str
    leads: int
    share: int


class _Route(NamedTuple):
    """A route, counted from 1, with who would have had its leads; `when` is its condition, empty for none."""

    number: int
    to: str
    when: str
    leads: int
    takers: list[_Taker]


class _Of(NamedTuple):
    """What would have become of an agreement's MQLs: by its routes, and why some would have been nobody's."""

    title: str
    leads: int
    routes: list[_Route]
    nobodys: int
    why: list[Unassigned]
    more: int


@page(LOOKING)
def routes(request: HttpRequest) -> HttpResponse:
    """Show where MQLs would have gone: at first that it is being found out."""
    return render(request, "teams/routes.html", {"days": _days(request), "periods": _PERIODS})


@page(LOOKING)
def routes_tried(request: HttpRequest) -> HttpResponse:
    """Show where MQLs would have gone: a part of the page of its own."""
    at, days = now(), _days(request)
    tried = try_routes(None, since=at - days * _DAY, until=at, now=at)
    return render(request, "teams/tried.html", {"tried": tried, "of": _by_agreement(tried, at), "days": days})


def _days(request: HttpRequest) -> int:
    said = request.GET.get("days", "")
    return next((days for days in _PERIODS if str(days) == said), _USUAL)


def _by_agreement(tried: Tried, at: int) -> list[_Of]:
    called = {email: name or email for email, name in User.objects.values_list("email", "name")}
    live = [one.agreement for one in live_at(at) if not one.shadow]
    whens, titles = _conditions(live), {each.name: each.title or each.name for each in live}
    taken: dict[str, dict[tuple[int, str], list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for each in tried.went:
        taken[each.agreement][each.route, each.to].append((each.who, each.leads))
    left: dict[str, list[Unassigned]] = defaultdict(list)
    for none in tried.unassigned:
        left[none.agreement].append(none)
    found = []
    for name in sorted({*taken, *left}):
        own = [
            _route(number, to, whens.get((name, number), ""), takers, called)
            for (number, to), takers in sorted(taken[name].items())
        ]
        why = sorted(left[name], key=lambda each: -each.leads)
        nobodys = sum(each.leads for each in why)
        leads = nobodys + sum(each.leads for each in own)
        found.append(
            _Of(titles.get(name, name), leads, own, nobodys, why[:_REASONS], max(0, len(why) - _REASONS))
        )
    return found


def _route(number: int, to: str, when: str, takers: list[tuple[str, int]], called: dict[str, str]) -> _Route:
    whole = sum(leads for _, leads in takers)
    most_first = sorted(takers, key=lambda each: (-each[1], each[0]))
    told = [_Taker(who, called.get(who, who), leads, round(100 * leads / whole)) for who, leads in most_first]
    return _Route(number, to, when, whole, told)


def _conditions(live: Sequence[Agreement]) -> dict[tuple[str, int], str]:
    """Return the conditions of the routes of agreements, by the agreement's name and the route's number."""
    return {
        (each.name, place + 1): "" if route.when is None else route.when.text
        for each in live
        for place, route in enumerate(each.handoff.route)
    }
