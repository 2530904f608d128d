"""What is somebody shown where nothing could be shown?

Programs are told the same in JSON. Where something is wrong here nothing is asked of the database, and not
who is there: either may be what is wrong.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from handraiser.edge.web.door import in_json

__all__ = ["forged", "nowhere", "too_often", "unreadable", "wrong"]

_log = logging.getLogger("handraiser.web")


class _Failure(NamedTuple):
    """What went wrong, in a few words and in more, and what to do about it."""

    heading: str
    says: str
    does: str


_WRONG = _Failure(
    "Something is wrong here",
    "It has been written to the log.",
    "Go back, and try again; if it stays so, whoever runs handraiser finds it in the log.",
)
_UNREADABLE = _Failure(
    "This cannot be read",
    "What was asked for is no request that is answered here.",
    "Open the address that you were given for handraiser, as it is written.",
)
_FORGED = _Failure(
    "This form is not valid any more",
    "It is from before you signed in or out, or its page was open for very long, or no cookies are kept.",
    "Go back, load the page anew, and send it again.",
)
_TOO_OFTEN = _Failure(
    "Too often",
    "The same was tried too many times in a short while.",
    "Wait for some minutes, and try again.",
)


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer where there is nothing."""
    if _is_for_people(request):
        return render(request, "frame/nowhere.html", {"path": request.path[:200]}, status=404)
    says = f"There is nothing at {request.path[:200]}."
    return in_json(404, {"success": False, "message": says, "fix": "/api/openapi.json says what there is."})


def wrong(request: HttpRequest) -> HttpResponse:
    """Answer where something went wrong that nobody thought of."""
    return _failed(request, 500, _WRONG)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is no request, or one to somebody else."""
    return _failed(request, 400, _UNREADABLE)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that none of our pages has sent, or one whose page is too old."""
    return _failed(request, 403, _FORGED)


def too_often(request: HttpRequest) -> HttpResponse:
    """Answer somebody who tries the same again and again."""
    return _failed(request, 429, _TOO_OFTEN)


def _failed(request: HttpRequest, status: int, failure: _Failure) -> HttpResponse:
    if not _is_for_people(request):
        says = f"{failure.heading}. {failure.says}"
        return in_json(status, {"success": False, "message": says, "fix": failure.does})
    try:
        shown = render_to_string("frame/failed.html", {"failure": failure})
    except Exception:  # noqa: BLE001  what keeps it from being shown may be what is wrong
        _log.exception("the page that says what is wrong cannot be shown")
        spoken = f"{failure.heading}. {failure.says} {failure.does}"
        return HttpResponse(spoken, status=status, content_type="text/plain; charset=utf-8")
    return HttpResponse(shown, status=status)


def _is_for_people(request: HttpRequest) -> bool:
    """Return whether a browser shows the answer to somebody."""
    return not request.path.startswith("/api/") and "text/html" in request.headers.get("Accept", "")
