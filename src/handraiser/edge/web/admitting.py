"""Who is let in to ask?

It is found out in the event loop: whoever has no key, or the wrong one, never takes a thread.
"""

from __future__ import annotations

from handraiser.edge.web.answering import refusal
from handraiser.edge.web.keys import Caller, Unknowable, caller
from handraiser.edge.web.receiving import Scope

__all__ = ["CALLER", "OPEN", "caller_of", "nobody"]

CALLER = "handraiser.caller"  # where Django finds it in a request
OPEN = "/api/openapi.json"  # it says what may be asked, and nothing of anybody
_FIX = "Send `Authorization: Bearer hr_read_…`; `handraiser key new --scope read` makes such a key."
_BEARER = ("www-authenticate", 'Bearer realm="handraiser"')


async def caller_of(scope: Scope) -> Caller | None:
    """Return who asks what only those may ask who have a key; None where everybody may.

    Raises Answered with 401 where there is no key or nobody knows it, 403 where it is one for tracking, and
    503 where that cannot be found out.
    """
    if not scope.path.startswith("/api/") or scope.path == OPEN:
        return None
    scheme, _, key = (scope.headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise nobody()
    try:
        found = await caller(key.strip())
    except Unknowable:
        raise refusal(503, "Keys cannot be looked up at the moment.", ("retry-after", "2")) from None
    if found is None:
        raise refusal(401, "The key is not known, or has been revoked.", _BEARER, fix=_FIX)
    if found.scope not in ("read", "write"):
        says = f"This key is for scope {found.scope}; it reads nothing."
        raise refusal(403, says, fix=_FIX)
    return found


def nobody() -> Exception:
    """Return what is raised where no key was shown."""
    return refusal(401, "There is no key.", _BEARER, fix=_FIX)
