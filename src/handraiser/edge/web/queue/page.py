"""What does somebody of sales see of the MQLs that wait for them?"""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from handraiser.edge.running import now
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.web.queue.seen import mark, still
from handraiser.edge.web.queue.waiting import Page, Whose, page_of, rows_told, whose_for
from handraiser.lifecycle.stages import OPEN, Stage
from handraiser.store.models import User
from handraiser.store.snapshot import as_of_now

__all__ = ["queue", "rows"]

_SAYS = {Whose.MINE: "Mine", Whose.TEAM: "My team's", Whose.NOBODYS: "Nobody's", Whose.ALL: "All"}
_STAGES = {Stage.MQL: "MQL", Stage.SAL: "SAL", Stage.SQL: "SQL", Stage.OPPORTUNITY: "Opportunity"}


@page(EVERYBODY)
def queue(request: HttpRequest) -> HttpResponse:
    """Show a queue; what changes in it later comes as `rows`."""
    user, at = user_of(request), now()
    whose, stage, after = _asked(request, user)
    with as_of_now():
        found = page_of(user, whose, stage=stage, after=after)
        body = _drawn(request, user, found, at)
    tabs = [
        {"says": _SAYS[each], "here": each is whose, "at": _address(each, stage)} for each in whose_for(user)
    ]
    stages = [{"says": "Every stage", "here": stage is None, "at": _address(whose, None)}] + [
        {"says": _STAGES[each], "here": each == stage, "at": _address(whose, each)} for each in OPEN
    ]
    told = {"tabs": tabs, "stages": stages, "rows": body}
    return render(request, "queue/queue.html", told)


@page(EVERYBODY)
def rows(request: HttpRequest) -> HttpResponse:
    """Show a page of a queue's rows; nothing where they are still as they were seen."""
    user, at = user_of(request), now()
    whose, stage, after = _asked(request, user)
    with as_of_now():
        found = page_of(user, whose, stage=stage, after=after)
        if still(request.GET.get("seen", ""), found, now=at):
            return HttpResponse(status=204)
        return HttpResponse(_drawn(request, user, found, at))


def _asked(request: HttpRequest, user: User) -> tuple[Whose, Stage | None, str]:
    """Return which part of a queue is meant: whose, of which stage, and from where on."""
    allowed = whose_for(user)
    whose, stage = request.GET.get("whose", ""), request.GET.get("stage", "")
    return (
        Whose(whose) if whose in allowed else allowed[0],
        Stage(stage) if stage in OPEN else None,
        request.GET.get("after", ""),
    )


def _address(whose: Whose, stage: Stage | None, **more: str) -> str:
    """Return what of an address says which part of a queue is meant."""
    said = {"whose": whose.value, "stage": stage.value if stage else "", **more}
    return urlencode({name: value for name, value in said.items() if value})


def _drawn(request: HttpRequest, user: User, found: Page, at: int) -> str:
    """Return the rows of a page as they are shown."""
    whose, stage, after = _asked(request, user)
    shown = {
        "rows": rows_told(user, found.listed, now=at),
        "first": _address(whose, stage) if after else None,
        "next": _address(whose, stage, after=found.after) if found.after else None,
        "again": _address(whose, stage, after=after, seen=mark(found, now=at)),
        "every_stage": None if stage is None else _address(whose, None),
        "user": user,
    }
    return render_to_string("queue/rows.html", shown, request)
