"""What does somebody of sales see of the MQLs that wait for them?"""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from handraiser.edge.running import now
from handraiser.edge.web.frame.access import EVERYBODY, page, user_of
from handraiser.edge.web.queue.waiting import Whose, rows_of, whose_for
from handraiser.store.models import User
from handraiser.store.snapshot import as_of_now

__all__ = ["queue", "rows"]

_SAYS = {Whose.MINE: "Mine", Whose.TEAM: "My team's", Whose.NOBODYS: "Nobody's", Whose.ALL: "All"}


@page(EVERYBODY)
def queue(request: HttpRequest) -> HttpResponse:
    """Show a queue; what changes in it later comes as `rows`."""
    user = user_of(request)
    whose = _whose(request, user)
    tabs = [{"whose": each.value, "says": _SAYS[each], "here": each is whose} for each in whose_for(user)]
    body, seen = _drawn(request, user, whose)
    return render(
        request, "queue/queue.html", {"tabs": tabs, "whose": whose.value, "rows": body, "seen": seen}
    )


@page(EVERYBODY)
def rows(request: HttpRequest) -> HttpResponse:
    """Show a page of a queue's rows; nothing where they are still as they were seen."""
    user = user_of(request)
    body, seen = _drawn(request, user, _whose(request, user))
    if seen == request.GET.get("seen"):
        return HttpResponse(status=204)
    return HttpResponse(body)


def _whose(request: HttpRequest, user: User) -> Whose:
    allowed = whose_for(user)
    asked = request.GET.get("whose", "")
    return Whose(asked) if asked in allowed else allowed[0]


def _drawn(request: HttpRequest, user: User, whose: Whose) -> tuple[str, str]:
    """Return the rows as they are shown, and what tells them from others."""
    at = now()
    with as_of_now():
        found = rows_of(user, whose, now=at, after=request.GET.get("after", ""))
    # Clocks go on by themselves; another round of asking need not show them.
    told = [
        (row.listed, row.lead, row.why, row.left and (row.left.do, row.left.due_at, row.left.runs))
        for row in found.rows
    ]
    seen = hashlib.blake2b(repr((told, found.after)).encode(), digest_size=8).hexdigest()
    shown = {
        "rows": found.rows,
        "after": found.after,
        "whose": whose.value,
        "seen": seen,
        "now": at,
        "user": user,
    }
    return render_to_string("queue/rows.html", shown, request), seen
