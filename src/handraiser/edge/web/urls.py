"""Which address is answered by what, besides those of the tracking protocol (`capture`)?"""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from handraiser.edge.web.api.routes import api

__all__ = ["handler404", "handler500", "nowhere", "urlpatterns", "wrong"]

urlpatterns: list[URLPattern | URLResolver] = [path("api/", api.urls)]


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer where there is nothing."""
    return _answer(404, f"There is nothing at {request.path[:200]}.")


def wrong(request: HttpRequest) -> HttpResponse:
    """Answer where something went wrong that nobody thought of."""
    return _answer(500, "Something is wrong here; it has been written to the log.")


def _answer(status: int, says: str) -> HttpResponse:
    body = msgspec.json.encode({"success": False, "message": says})
    return HttpResponse(body, status=status, content_type="application/json")


handler404 = nowhere
handler500 = wrong
