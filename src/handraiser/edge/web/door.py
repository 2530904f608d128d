"""What is told to whoever has no key: where to go, and whether it is well?"""

from __future__ import annotations

import msgspec
from django.db import Error
from django.http import HttpRequest, HttpResponse

from handraiser.store.bulk import query

__all__ = ["door", "health", "in_json"]

_ADDRESSES = {"tracking": "/v1/batch", "api": "/api/openapi.json", "health": "/health"}


def door(request: HttpRequest) -> HttpResponse:
    """Say what there is, and where."""
    says = "This is handraiser. Events are sent to `tracking`, `api` describes what may be asked."
    return in_json(200, {"success": True, "message": says, **_ADDRESSES})


def health(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers: 200, or 503 with the reason."""
    try:
        # A table of ours: SQLite would make a file that is not there, and find it well.
        query("SELECT 1 FROM store_key LIMIT 1")
    except Error as error:
        says = f"The database does not answer: {type(error).__name__}."
        refused = in_json(503, {"status": "unavailable", "success": False, "message": says})
        refused.headers["Retry-After"] = "2"
        return refused
    return in_json(200, {"status": "ok"})


def in_json(status: int, says: dict[str, object]) -> HttpResponse:
    """Return an answer in JSON."""
    return HttpResponse(msgspec.json.encode(says), status=status, content_type="application/json")
