"""Segment's tracking protocol over HTTP: who may send, how much, and what is answered.

An answer of 200 says that all of it is kept: messages, and items that are none with their reason.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import time
from urllib.parse import unquote

from django.db import Error

from handraiser.capture.protocol import (
    BATCH_BYTES,
    KINDS,
    Kind,
    Message,
    Refused,
    Request,
    Unreadable,
    key_in,
    read_request,
)
from handraiser.edge.web.answering import Answer, Answered, refusal, told
from handraiser.edge.web.gathering import TooMuch, keep
from handraiser.edge.web.keys import Unknowable, may_track
from handraiser.edge.web.receiving import (
    KNOWN,
    STRANGERS,
    Headers,
    Incoming,
    Scope,
    pass_over,
    receive,
    unpack,
)
from handraiser.flows.intake import IMPORT, Delivery, Kept

__all__ = ["answer", "call_at"]

# The short ones are what Segment's browser library sends to.
_CALLS: dict[str, Kind | None] = {
    **{kind: kind for kind in KINDS},
    **{kind[0]: kind for kind in KINDS},
    "batch": None,
    "b": None,
    IMPORT: None,
}
_SETTINGS = re.compile(r"/v1/projects/([^/]+)/settings")
_PATIENCE = 15.0  # seconds to be stored in: no client waits longer
_AGAIN = ("retry-after", "2")
_HEADER_NAMES = re.compile(r"[A-Za-z0-9, -]{1,1000}")


def call_at(path: str) -> str | None:
    """Return what the tracking protocol has at an address: `settings`, a call, or None."""
    if _SETTINGS.fullmatch(path):
        return "settings"
    call = path.removeprefix("/v1/")
    return call if call != path and call in _CALLS else None


async def answer(scope: Scope, incoming: Incoming, call: str) -> Answer:
    """Return the answer to a request that `call_at` knows, once what it brings is stored."""
    try:
        if scope.method == "OPTIONS":
            found = _preflight(scope.headers)
        elif call == "settings":
            found = await _settings(scope)
        else:
            found = await _taken(scope, incoming, call)
    except Answered as answered:
        found = answered.answer
    return found._replace(headers=(*found.headers, *_shared(scope.headers)))


async def _settings(scope: Scope) -> Answer:
    """Say to Segment's browser library that it may send here, and what."""
    if scope.method not in ("GET", "HEAD"):
        raise refusal(405, "Ask for it with GET.", ("allow", "GET, HEAD, OPTIONS"))
    found = _SETTINGS.fullmatch(scope.path)
    key = unquote(found[1], errors="replace") if found else ""
    if not await _may_track(key):
        raise refusal(404, "There is no such key.")
    return told({
        "integrations": {"Segment.io": {"apiKey": key}},
        "plan": {"track": {"__default": {"enabled": True}}},
    })  # fmt: skip


async def _taken(scope: Scope, incoming: Incoming, call: str) -> Answer:
    if scope.method != "POST":
        raise refusal(405, "Send it with POST.", ("allow", "POST, OPTIONS"))
    key = _basic(scope.headers.get("authorization") or "")
    if key is not None:
        await _let_in_first(key, incoming)
    body = await receive(scope, incoming, bound=BATCH_BYTES, room=STRANGERS if key is None else KNOWN)
    body = unpack(body, scope.headers.get("content-encoding") or "", bound=BATCH_BYTES)
    if key is None:
        await _let_in(key_in(body))
    received_at = time.time_ns() // 1_000
    try:
        read = read_request(body, kind=_CALLS[call], received_at=received_at, imported=call == IMPORT)
    except Unreadable as error:
        raise refusal(400, str(error)) from None
    kept = await _kept(Delivery(read.items, IMPORT if call == IMPORT else _CALLS[call], received_at))
    if _CALLS[call] is not None:
        _no_mistake(read)
    if "return=representation" not in (scope.headers.get("prefer") or ""):
        return told({"success": True})
    return told(_represented(read, kept), ("preference-applied", "return=representation"))


def _no_mistake(read: Request) -> None:
    """Raise Answered with 400 where a single call is no JSON object: told 200, nobody would mend it."""
    (item,) = read.items
    if isinstance(item, Refused) and item.broken:
        raise refusal(400, item.reason, fix='Send one JSON object: {"userId": …, "event": …}.')


async def _kept(delivery: Delivery) -> Kept:
    if not delivery.items:
        return Kept(0, frozenset())  # nothing but a key that is right
    try:
        async with asyncio.timeout(_PATIENCE):
            return await keep(delivery)
    except TooMuch:
        raise refusal(429, "Too much is waiting to be stored.", _AGAIN) from None
    except (Error, TimeoutError):
        # Full, locked or away: the client keeps what it has and comes again.
        raise refusal(503, "This cannot be stored at the moment.", _AGAIN) from None


def _represented(read: Request, kept: Kept) -> dict[str, object]:
    return {
        "success": True,
        "new": kept.new,
        "repeated": len(kept.repeated),
        "refused": len(read.items) - kept.new - len(kept.repeated),
        "items": [_result(item, repeated=place in kept.repeated) for place, item in enumerate(read.items)],
    }


def _result(item: Message | Refused, *, repeated: bool) -> dict[str, str | None]:
    if isinstance(item, Refused):
        return {"messageId": item.message_id, "status": "refused", "reason": item.reason}
    return {"messageId": item.message_id, "status": "repeated" if repeated else "kept"}


async def _let_in(key: str | None) -> None:
    if not key:
        raise refusal(
            401, "There is no key: send it as the user of Basic authentication, or as `writeKey`.",
            ("www-authenticate", 'Basic realm="handraiser"'),
        )  # fmt: skip
    if not await _may_track(key):
        raise refusal(401, "The key is not known, or has been revoked, or is not one for tracking.")


async def _let_in_first(key: str, incoming: Incoming) -> None:
    """Find out whose key it is before anything of the body is held."""
    try:
        await _let_in(key)
    except Answered:
        await pass_over(incoming)
        raise


async def _may_track(key: str) -> bool:
    try:
        return await may_track(key)
    except Unknowable:
        raise refusal(503, "Keys cannot be looked up at the moment.", _AGAIN) from None


def _basic(header: str) -> str | None:
    scheme, _, said = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(said.strip(), validate=True).decode().partition(":")[0] or None
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def _preflight(headers: Headers) -> Answer:
    """Allow what a browser asks for on behalf of a page: its library may have headers of its own."""
    wished = headers.get("access-control-request-headers") or ""
    return Answer(204, b"", (
        ("access-control-allow-methods", "POST, GET, OPTIONS"),
        ("access-control-allow-headers", wished if _HEADER_NAMES.fullmatch(wished) else "authorization"),
        ("access-control-max-age", "86400"),
    ))  # fmt: skip


def _shared(headers: Headers) -> tuple[tuple[str, str], ...]:
    """Let pages of any origin read the answer: the key is no secret, and a cookie opens nothing."""
    return (
        ("access-control-allow-origin", headers.get("origin") or "*"),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "Retry-After"),
        ("vary", "Origin"),
    )
