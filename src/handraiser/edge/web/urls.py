"""Which address is answered by what, besides those of the tracking protocol (`capture`)?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from handraiser.edge.web.api.routes import api
from handraiser.edge.web.board.page import board, board_columns
from handraiser.edge.web.door import health, in_json
from handraiser.edge.web.frame.access import gone, open_to_all
from handraiser.edge.web.home.page import (
    front,
    home,
    home_aims,
    home_funnel,
    home_kept,
    home_team,
    home_trend,
    home_why,
)
from handraiser.edge.web.lead.joining import join_two, lead_joins, part_two, same_person
from handraiser.edge.web.lead.page import course, judged, lead, proof, timeline
from handraiser.edge.web.lead.privacy import erase_lead, everything_kept, lead_privacy, say_consent
from handraiser.edge.web.people.page import invite, leave, link, people, role
from handraiser.edge.web.queue.page import queue, rows
from handraiser.edge.web.queue.verdicts import say
from handraiser.edge.web.signing.elsewhere import elsewhere
from handraiser.edge.web.signing.pages import forgotten, join, welcome
from handraiser.edge.web.whatif.page import what_if, what_if_answer, what_if_people
from handraiser.lifecycle.saying import Act

__all__ = ["ActInPath", "handler404", "handler500", "nowhere", "urlpatterns", "wrong"]


class ActInPath(StringConverter):
    """The word of a verb, in an address."""

    regex = "|".join(Act)


register_converter(ActInPath, "act")
urlpatterns: list[URLPattern | URLResolver] = [
    path("", front),
    path("health", open_to_all(health)),
    path("api/", api.urls),
    path("home", home, name="home"),
    path("home/aims", home_aims, name="home_aims"),
    path("home/kept", home_kept, name="home_kept"),
    path("home/funnel", home_funnel, name="home_funnel"),
    path("home/why", home_why, name="home_why"),
    path("home/team", home_team, name="home_team"),
    path("home/trend", home_trend, name="home_trend"),
    path("board", board, name="board"),
    path("board/columns", board_columns, name="board_columns"),
    path("agreements/<str:name>/what-if", what_if, name="what_if"),
    path("agreements/<str:name>/what-if/answer", what_if_answer, name="what_if_answer"),
    path("agreements/<str:name>/what-if/people", what_if_people, name="what_if_people"),
    path("people", people, name="people"),
    path("people/invite", invite, name="people_invite"),
    path("people/<int:number>/link", link, name="people_link"),
    path("people/<int:number>/role", role, name="people_role"),
    path("people/<int:number>/leave", leave, name="people_leave"),
    path("queue", queue, name="queue"),
    path("queue/rows", rows, name="queue_rows"),
    path("episodes/<int:number>/<act:act>", say, name="say"),
    path("leads/<int:number>", lead, name="lead"),
    path("leads/<int:number>/proof", proof, name="proof"),
    path("leads/<int:number>/timeline", timeline, name="timeline"),
    path("leads/<int:number>/course", course, name="course"),
    path("leads/<int:number>/events/<int:activity>/judged", judged, name="judged"),
    path("leads/<int:number>/joins", lead_joins, name="lead_joins"),
    path("leads/<int:number>/joins/<int:link>", part_two, name="lead_unjoin"),
    path("leads/<int:number>/same", same_person, name="lead_same"),
    path("leads/<int:number>/same/<int:other>", join_two, name="lead_join"),
    path("leads/<int:number>/privacy", lead_privacy, name="lead_privacy"),
    path("leads/<int:number>/consent", say_consent, name="lead_consent"),
    path("leads/<int:number>/everything", everything_kept, name="lead_everything"),
    path("leads/<int:number>/erase", erase_lead, name="lead_erase"),
    path("join/<int:number>/<str:token>", join, name="join"),
    path("welcome/<str:token>", welcome, name="welcome"),
    # Whose address is what is administrators' business; and nobody makes an account of their own.
    path("account/email/", gone),
    path("account/signup/", gone, name="account_signup"),
    path("account/password/reset/", forgotten, name="account_reset_password"),
    path("account/oidc/<str:provider_id>/login/", elsewhere, name="account_elsewhere"),
    path("account/3rdparty/", gone),
    path("account/3rdparty/signup/", gone),
    path("account/", include("allauth.urls")),
]


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer where there is nothing."""
    if _is_for_people(request):
        return render(request, "frame/nowhere.html", {"path": request.path[:200]}, status=404)
    says = f"There is nothing at {request.path[:200]}."
    return in_json(404, {"success": False, "message": says, "fix": "/api/openapi.json says what there is."})


def wrong(request: HttpRequest) -> HttpResponse:
    """Answer where something went wrong that nobody thought of."""
    if _is_for_people(request):
        # Nothing that needs a database, a template or a user: any of them may be what is wrong.
        spoken = "Something is wrong here; it has been written to the log. Go back, and try again."
        return HttpResponse(spoken, status=500, content_type="text/plain; charset=utf-8")
    says = "Something is wrong here; it has been written to the log."
    return in_json(500, {"success": False, "message": says})


def _is_for_people(request: HttpRequest) -> bool:
    """Return whether a browser shows the answer to somebody."""
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")


handler404: Any = nowhere
handler500: Any = wrong
