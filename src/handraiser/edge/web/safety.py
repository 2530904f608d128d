"""What holds of every answer of Django's, whoever wrote it?"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from django.http import HttpRequest, HttpResponse

__all__ = ["plain"]

# Scripts and styles are files of ours, and nothing else: what leads and their mails say is never run. Charts
# set the styles of what they draw, by attribute.
_OF_PAGES = "; ".join(
    [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:", "font-src 'self'", "connect-src 'self'", "manifest-src 'self'",
        "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'",
    ]
)  # fmt: skip
Answering = Callable[[HttpRequest], HttpResponse]


def plain(answering: Answering) -> Answering:
    """Return what answers so that no browser guesses what it is, and nobody keeps what is of a person."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = answering(request)
        if response.status_code == 405:
            # Django and django-ninja have words of their own for it.
            allowed = response.headers.get("Allow", "").replace("GET", "GET, HEAD")
            response.headers["Allow"] = allowed
            says = {"success": False, "message": f"Nothing here is done with {request.method}."}
            response.content = msgspec.json.encode(says | {"fix": f"Use {allowed}."})
            response.headers["Content-Type"] = "application/json"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Security-Policy", _OF_PAGES)
        return response

    return answer
