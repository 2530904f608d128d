"""Which items does a batch have, if one of them is no JSON?

Python's `json.dumps` writes NaN, others nest without end. One such item is no reason to turn the others away,
so the batch is cut between its items, by marks alone; whether a piece is JSON is asked of each by itself.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

__all__ = ["Pieces", "cut", "readable"]

# A text, a mark, or anything else in a row; a `"` alone is a text that does not end.
_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:"]|[^\s\[\]{},:"]+', re.DOTALL)
_DIGITS = 300  # of a whole number; more is beyond every use


class Pieces(msgspec.Struct):
    """The pieces of a batch as they came."""

    items: list[bytes]
    context: bytes | None
    sent_at: str | None


class _Skeleton(msgspec.Struct, rename="camel"):
    """A batch with numbers in place of its pieces."""

    batch: list[int]
    context: int | None = None
    sent_at: str | None = None


def cut(body: bytes) -> Pieces | None:
    """Return the pieces of a batch, None where it has not the outline of one.

    What stands between and around the pieces is JSON; they may be anything with as many brackets that open
    as that close.
    """
    pieces: list[bytes] = []
    skeleton: list[bytes] = []
    depth = begun = 0
    within = None  # how deep the piece lies that is being passed over
    for found in _TOKENS.finditer(body):
        token = found[0]
        opens, closes = token in (b"{", b"["), token in (b"}", b"]")
        depth -= closes
        if within is not None:
            depth += opens
            if closes and depth == within:
                skeleton.append(_numbered(pieces, body[begun : found.end()]))
                within = None
            continue
        listed = depth == 2
        if opens and (listed or (depth == 1 and token == b"{")):
            within, begun = depth, found.start()
        elif _is_word(token) or (listed and token[:1] == b'"' and len(token) > 1):
            skeleton.append(_numbered(pieces, token))
        else:
            skeleton.append(token)
        depth += opens
    try:
        batch = msgspec.json.decode(b"".join(skeleton), type=_Skeleton)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    context = None if batch.context is None else pieces[batch.context]
    return Pieces([pieces[number] for number in batch.batch], context, batch.sent_at)


def _is_word(token: bytes) -> bool:
    return token[:1] not in b'"{}[],:'


def _numbered(pieces: list[bytes], piece: bytes) -> bytes:
    pieces.append(piece)
    return str(len(pieces) - 1).encode()


def readable(context: bytes) -> dict[str, Any] | None:
    """Return the context of a batch with null in place of numbers that are none; None where it is no object.

    It is the same for all items: to refuse them for it would be to turn the whole batch away.
    """
    try:
        found = json.loads(
            context, parse_constant=lambda name: None, parse_float=_finite, parse_int=_whole_number
        )
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _whole_number(text: str) -> int | None:
    return int(text) if len(text) <= _DIGITS else None
