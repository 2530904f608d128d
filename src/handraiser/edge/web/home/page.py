"""What does somebody see first who comes in?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from handraiser.edge.running import now
from handraiser.edge.web.door import door
from handraiser.edge.web.frame.access import EVERYBODY, open_to_all, page, user_of
from handraiser.edge.web.home.today import today_of
from handraiser.store.snapshot import as_of_now

__all__ = ["front", "home"]


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
        today = today_of(user, now=now())
    return render(request, "home/home.html", {"today": today, "of_all": user.role != user.Role.SALES})
