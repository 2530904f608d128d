"""What does a request of Segment's tracking protocol say, item by item?

Nothing here keeps or answers anything. An item is either a message, with its time set right, or refused with
a reason that its sender can act on; the others of its batch are none the worse for it.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Literal, NamedTuple

import msgspec

from handraiser.capture.pieces import cut, readable
from handraiser.capture.times import in_use, occurred, sent_time

__all__ = [
    "BATCH_BYTES",
    "BATCH_ITEMS",
    "ITEM_BYTES",
    "KINDS",
    "Kind",
    "Message",
    "Refused",
    "Request",
    "Unreadable",
    "key_in",
    "read_item",
    "read_request",
]

# Segment's own limits, which its clients keep to: spec/common and http-api of its documentation.
ITEM_BYTES = 32 * 1024
BATCH_BYTES = 500 * 1024
BATCH_ITEMS = 2_500
_LENGTH = 512  # of ids and names, in characters
_NESTED = 200  # objects and lists in each other: whoever reads it later may have less room on the stack

Kind = Literal["identify", "track", "page", "screen", "group", "alias"]
KINDS: tuple[Kind, ...] = ("identify", "track", "page", "screen", "group", "alias")
_NAMES = {"page": "Page Viewed", "screen": "Screen Viewed"}


class Unreadable(Exception):
    """The request as a whole cannot be read; the text says why."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a client, checked.

    event        the name that agreements know: pages are `Page Viewed`, screens `Screen Viewed`; None for
                 calls that say who somebody is
    occurred_at  microseconds, by our clock
    sent_at, original_at  as the client's clock had it, where it said so
    imported     it is history that somebody brings in, not told by the program that saw it happen
    body         the item as it came, as JSON, with the context of its batch
    """

    kind: Kind
    message_id: str
    event: str | None
    user_id: str | None
    anonymous_id: str | None
    group_id: str | None
    previous_id: str | None
    occurred_at: int
    original_at: int | None
    sent_at: int | None
    received_at: int
    body: bytes
    imported: bool = False


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """An item that is no message, why, and all of it, so that it can be read again.

    broken  whether it is not even a JSON object, whatever it was to say
    """

    reason: str
    body: bytes
    message_id: str | None = None
    broken: bool = False


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a request holds, item by item in their order."""

    items: tuple[Message | Refused, ...]


_Id = str | int | None


class _Item(msgspec.Struct, rename="camel"):
    type: str | None = None
    message_id: _Id = None
    user_id: _Id = None
    anonymous_id: _Id = None
    group_id: _Id = None
    previous_id: _Id = None
    event: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    context: dict[str, Any] | None = None
    sent_at: str | None = None


class _Keyed(msgspec.Struct, rename="camel"):
    write_key: str | None = None


class _Asked(NamedTuple):
    """What an item's request says of all its items."""

    kind: Kind | None
    context: dict[str, Any] | None
    sent_at: str | None
    received_at: int
    imported: bool


_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
# A pair, half of one, or any other escape (of a backslash too, behind which `ud800` is four letters).
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|[^u])"
)
_BRACKETS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]+|[\]}]+', re.DOTALL)  # and texts, to pass over them
_item = msgspec.json.Decoder(_Item)
_batch = msgspec.json.Decoder(_Batch)
_keyed = msgspec.json.Decoder(_Keyed)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
# What msgspec raises: its own errors, and Python's where a text is not UTF-8 or an array is an abyss.
_UNREAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def key_in(body: bytes) -> str | None:
    """Return the `writeKey` that a body brings, None where it has none or cannot be read.

    It is quick, whatever else the body holds: nobody has been let in yet.
    """
    try:
        return _keyed.decode(body).write_key
    except _UNREAD:
        return None


def read_request(body: bytes, *, kind: Kind | None, received_at: int, imported: bool = False) -> Request:
    """Return what the body of a request says; `kind` is that of the call, None for a batch.

    Raises Unreadable where the body is no such request at all.
    """
    if kind is not None:
        return Request(items=(read_item(body, kind=kind, received_at=received_at, imported=imported),))
    if len(body) > BATCH_BYTES:
        raise Unreadable(
            f"A batch may have {_kilobytes(BATCH_BYTES)} KB; this one has {_kilobytes(len(body))}."
        )
    items, context, sent_at = _taken_apart(_whole(body))
    if len(items) > BATCH_ITEMS:
        raise Unreadable(f"A batch may have {BATCH_ITEMS:,} items; this one has {len(items):,}.")
    asked = _Asked(None, context, sent_at, received_at, imported)
    return Request(items=tuple([_read(raw, asked, place) for place, raw in enumerate(items)]))


def _taken_apart(body: bytes) -> tuple[list[bytes], dict[str, Any] | None, str | None]:
    """Return the items of a batch, and what it says of all of them: its context, and when it was sent."""
    try:
        batch = _batch.decode(body)
    except _UNREAD as error:
        # One item that is no JSON is no reason to turn the others away.
        pieces = cut(body)
        context = readable(pieces.context) if pieces and pieces.context else None
        if pieces is None or (pieces.context not in (None, b"null") and context is None):
            raise Unreadable(_unread("The body", "no batch", error)) from None
        return pieces.items, context, pieces.sent_at
    return [bytes(raw) for raw in batch.batch], batch.context, batch.sent_at


def read_item(
    body: bytes, *, kind: Kind | None, received_at: int, imported: bool = False
) -> Message | Refused:
    """Return what one item says; `kind` is that of its call, None where the item says it itself."""
    body = _whole(body) if len(body) <= ITEM_BYTES else body
    return _read(body, _Asked(kind, None, None, received_at, imported), 0)


def _kilobytes(size: int) -> str:
    """Return a size in KB, rounded up: what is too large by a byte shows as larger than its limit."""
    return f"{-(-size * 10 // 1024) / 10:g}"


def _whole(body: bytes) -> bytes:
    """Return JSON whose halves of surrogate pairs stand in pairs: browsers cut texts between two halves."""
    return _ESCAPE.sub(_mended, body) if _SURROGATE.search(body) else body


def _mended(escape: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if len(escape[0]) == len(rb"\ud800") else escape[0]


def _unread(what: str, lacks: str, error: Exception) -> str:
    return f"{what} is {'nested too deeply' if isinstance(error, RecursionError) else f'{lacks}: {error}'}."


def _read(raw: bytes, asked: _Asked, place: int) -> Message | Refused:
    if len(raw) > ITEM_BYTES:
        says = f"An item may have {_kilobytes(ITEM_BYTES)} KB; this has {_kilobytes(len(raw))}."
        return Refused(reason=says, body=raw, broken=not _is_object(raw))
    try:
        item = _item.decode(raw)
        # Of what it has no use for, msgspec looks at the marks alone.
        body = _standing_alone(raw, item.context, asked.context)
        body.decode()
    except _UNREAD as error:
        return Refused(reason=_unread("This", "no item", error), body=raw, broken=not _is_object(raw))
    if _depth(body) > _NESTED:
        return Refused(reason="The item is nested too deeply.", body=raw)
    found = _checked(item, asked, body, place)
    if isinstance(found, Message):
        return found
    return Refused(reason=found, body=_with_time(body, item, asked), message_id=_text(item.message_id))


def _is_object(raw: bytes) -> bool:
    """Return whether this is a JSON object, however little of what it says can be used."""
    try:
        raw.decode()
        _object.decode(raw)
    except RecursionError:
        return raw.lstrip().startswith(b"{")
    except _UNREAD:
        return False
    return True


def _depth(raw: bytes) -> int:
    """Return how many objects and lists are in each other at most; a guess where it cannot be too many."""
    most = raw.count(b"{") + raw.count(b"[")
    if most <= _NESTED:
        return most
    depth = deepest = 0
    for each in _BRACKETS.findall(raw):
        if each[0] != ord('"'):
            depth += len(each) if each[0] in b"[{" else -len(each)
            deepest = max(deepest, depth)
    return deepest


def _checked(item: _Item, asked: _Asked, body: bytes, place: int) -> Message | str:
    """Return the message, or why there is none."""
    kind = asked.kind or item.type
    if kind not in KINDS:
        return f"`type` is one of {', '.join(KINDS)}, not {kind}." if kind else "There is no `type`."
    ids = _Ids(
        _text(item.message_id),
        _text(item.user_id),
        _text(item.anonymous_id),
        _text(item.group_id),
        _text(item.previous_id),
    )
    sent_text = item.sent_at or asked.sent_at
    given_text = item.original_timestamp or item.timestamp
    sent_at = sent_time(sent_text) if sent_text else None
    given = sent_time(given_text) if given_text else None
    wrong = (
        _missing(kind, ids, item.event)
        or _unfit(ids, item.event)
        or _untimely("timestamp", given_text, given)
        or _untimely("sentAt", sent_text, sent_at)
    )
    if wrong:
        return wrong
    # History was not noted by the clock that sends it.
    occurred_at = occurred(given, None if asked.imported else sent_at, asked.received_at)
    if not in_use(occurred_at):
        return f"By `timestamp` and `sentAt` it happened before 1900: {given_text}, {sent_text}."
    return Message(
        kind=kind,
        message_id=ids.message_id or _made_id(body, asked.received_at, place),
        event=item.event if kind == "track" else _NAMES.get(kind),
        user_id=ids.user_id,
        anonymous_id=ids.anonymous_id,
        group_id=ids.group_id,
        previous_id=ids.previous_id,
        occurred_at=occurred_at,
        original_at=given,
        sent_at=sent_at,
        received_at=asked.received_at,
        body=body,
        imported=asked.imported,
    )


class _Ids(NamedTuple):
    message_id: str | None
    user_id: str | None
    anonymous_id: str | None
    group_id: str | None
    previous_id: str | None


def _missing(kind: str, ids: _Ids, event: str | None) -> str | None:
    """Return what a call of its kind lacks: spec/common of Segment's documentation."""
    if kind == "alias":
        lacking = "previousId" if not ids.previous_id else "userId" if not ids.user_id else None
    elif not (ids.user_id or ids.anonymous_id):
        return "There is neither `userId` nor `anonymousId`."
    else:
        lacking = "groupId" if kind == "group" and not ids.group_id else None
    if lacking:
        return f"There is no `{lacking}`, which {kind} needs."
    return "There is no `event`, which track needs." if kind == "track" and not event else None


def _unfit(ids: _Ids, event: str | None) -> str | None:
    for place, text in enumerate((*ids, event)):
        if text is None or (len(text) <= _LENGTH and "\0" not in text):
            continue
        name = ("messageId", "userId", "anonymousId", "groupId", "previousId", "event")[place]
        if len(text) > _LENGTH:
            return f"`{name}` has {len(text):,} characters; it may have {_LENGTH}."
        return f"`{name}` has a NUL character."
    return None


def _untimely(name: str, text: str | None, at: int | None) -> str | None:
    if text is None or at is not None:
        return None
    return f"`{name}` is no time such as 2026-03-01T10:00:00Z: {text[:40]}."


def _text(value: _Id) -> str | None:
    """Return an id as text, None where there is none: some clients send numbers."""
    return None if value is None else str(value).strip() or None


def _made_id(raw: bytes, received_at: int, place: int) -> str:
    """Return an id for an item that came without: another every time it comes, so that none is lost."""
    told = f"{received_at}:{place}:".encode() + raw
    return f"made-{hashlib.sha256(told).hexdigest()[:32]}"


def _standing_alone(raw: bytes, own: dict[str, Any] | None, of_batch: dict[str, Any] | None) -> bytes:
    """Return an item with what the context of its batch says, under its own."""
    if not of_batch:
        return raw
    item = msgspec.json.decode(raw)
    item["context"] = {**of_batch, **(own or {})}
    return msgspec.json.encode(item)


def _with_time(body: bytes, item: _Item, asked: _Asked) -> bytes:
    """Return a refused item with the time that its batch was sent at: by itself it would lose it."""
    if item.sent_at or not asked.sent_at:
        return body
    return b'{"sentAt":' + msgspec.json.encode(asked.sent_at) + b"," + body.lstrip()[1:]
