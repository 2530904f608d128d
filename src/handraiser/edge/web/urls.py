"""Which address is answered by what, besides those of the tracking protocol (`capture`)?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from handraiser.edge.web.api.routes import api
from handraiser.edge.web.door import door, health, in_json

__all__ = ["handler404", "handler500", "nowhere", "urlpatterns", "wrong"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", door),
    path("health", health),
    path("api/", api.urls),
]


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer where there is nothing."""
    says = f"There is nothing at {request.path[:200]}."
    return in_json(404, {"success": False, "message": says, "fix": "/api/openapi.json says what there is."})


def wrong(request: HttpRequest) -> HttpResponse:
    """Answer where something went wrong that nobody thought of."""
    says = "Something is wrong here; it has been written to the log."
    return in_json(500, {"success": False, "message": says})


handler404 = nowhere
handler500 = wrong
