"""How does a body come in, if its sender may be slow, endless or a bomb?

Nothing waits for a body but the few kilobytes that have come of it: no thread, no connection to a database.
"""

from __future__ import annotations

import asyncio
import zlib
from typing import Protocol

from handraiser.edge.web.answering import refusal

__all__ = ["Incoming", "Scope", "receive", "unpack"]

_SECONDS = 30.0  # for a body to be there
_HELD = 128 * 1024 * 1024  # bytes of bodies that are on their way, all together
# Bytes too many that are read: who is still sending when it is answered never sees the answer.
_PASSED_OVER = 32 * 1024 * 1024
_PIECES = 32  # that a gzip body may be put together of
_AGAIN = ("retry-after", "2")
_held = 0  # all of it happens in one event loop


class Headers(Protocol):
    """The headers of a request, by their names in small letters."""

    def get(self, key: str, default: str | None = None) -> str | None: ...
    def items(self) -> list[tuple[str, str]]: ...


class Scope(Protocol):
    """A request without its body, as RSGI has it: https://github.com/emmett-framework/granian."""

    proto: str
    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Headers


class Incoming(Protocol):
    """A connection that a body comes from and an answer goes to."""

    def __aiter__(self) -> Incoming: ...
    async def __anext__(self) -> bytes: ...
    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


async def receive(scope: Scope, incoming: Incoming, *, bound: int) -> bytes:
    """Return the body of a request, of `bound` bytes at most.

    Raises Answered with 413 where it has more, 408 where it does not arrive, 429 where too many arrive at
    once, and 400 where it ends before its time.
    """
    promised = scope.headers.get("content-length") or ""
    length = int(promised) if promised.isascii() and promised.isdecimal() else None
    if length is not None and length > bound + _PASSED_OVER:
        raise _too_long(bound)
    try:
        async with asyncio.timeout(_SECONDS):
            body = await _gather(incoming, bound)
    except TimeoutError:
        raise refusal(408, f"The body did not arrive within {_SECONDS:.0f} seconds.", _CLOSE) from None
    if length is not None and len(body) != length:
        raise refusal(400, f"The body has {len(body)} bytes, not the {length} it was to have.", _CLOSE)
    return body


_CLOSE = ("connection", "close")


def _too_long(bound: int) -> Exception:
    return refusal(413, f"A request may have {bound // 1024} KB, unpacked.", _CLOSE)


async def _gather(incoming: Incoming, bound: int) -> bytes:
    global _held
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in incoming:
            size += len(chunk)
            if size > bound + _PASSED_OVER:
                break
            if size <= bound:
                _held += len(chunk)
                chunks.append(chunk)
            if _held > _HELD:
                raise refusal(429, "Too much is arriving at the moment.", _AGAIN, _CLOSE)
    finally:
        _held -= sum(map(len, chunks))
    if size > bound:
        raise _too_long(bound)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def unpack(body: bytes, encoding: str, *, bound: int) -> bytes:
    """Return a body as it was before it was packed, never more than `bound` bytes of it.

    Raises Answered with 413 where there is more, 415 where it is packed in another way than gzip, and 400
    where it is not what it says.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise refusal(415, f"A body is sent as it is or packed with gzip, not {encoding[:40]}.")
    unpacked = b""
    for _ in range(_PIECES):  # one or several, as gzip allows
        if not body:
            break
        piece = zlib.decompressobj(wbits=31)
        try:
            unpacked += piece.decompress(body, bound + 1 - len(unpacked))
        except zlib.error as error:
            raise refusal(400, f"The body is not gzip: {error}.") from None
        if len(unpacked) > bound:
            raise _too_long(bound)
        if not piece.eof:
            raise refusal(400, "The gzip body ends too early.")
        body = piece.unused_data
    if body:
        raise refusal(400, f"The gzip body is of more than {_PIECES} pieces.")
    return unpacked
