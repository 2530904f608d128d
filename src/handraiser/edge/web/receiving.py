"""How does a body come in, if its sender may be slow, endless or a bomb?

Nothing waits for a body but the few kilobytes that have come of it: no thread, no connection to a database.
Who has shown a key has room of their own: strangers who fill all of theirs keep only each other out.
"""

from __future__ import annotations

import asyncio
import ipaddress
import zlib
from collections import Counter
from typing import Protocol

from handraiser.edge.web.answering import Answered, refusal

__all__ = ["KNOWN", "STRANGERS", "Incoming", "Room", "Scope", "pass_over", "receive", "unpack"]

_SECONDS = 30.0  # for a body to be there
_PAUSE = 5.0  # seconds without any of it
_HASTE, _PACE = 10.0, 1024  # bytes in each second that come at least, once so many seconds have passed
# Bytes too many that are read: who is still sending when it is answered never sees the answer.
_PASSED_OVER = 32 * 1024 * 1024
_PIECES = 32  # that a gzip body may be put together of
_AGAIN = ("retry-after", "2")


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


class Room:
    """How many bytes of bodies may be on their way: all together, and from one address.

    All of it happens in one event loop.
    """

    def __init__(self, *, together: int, of_one: int) -> None:
        self._together, self._of_one = together, of_one
        self._held: Counter[str] = Counter()
        self._all = 0

    def take(self, address: str, size: int) -> None:
        """Have room for some bytes, to be given back. Raises Answered with 429 where there is none."""
        self._held[address] += size
        self._all += size
        if self._all > self._together or self._held[address] > self._of_one:
            raise refusal(429, "Too much is arriving at the moment.", _AGAIN, _CLOSE)

    def give_back(self, address: str, size: int) -> None:
        """Have no use for some bytes any more."""
        self._all -= size
        self._held[address] -= size
        if self._held[address] <= 0:
            del self._held[address]


_MB = 1024 * 1024
KNOWN = Room(together=128 * _MB, of_one=64 * _MB)
STRANGERS = Room(together=16 * _MB, of_one=4 * _MB)


async def receive(scope: Scope, incoming: Incoming, *, bound: int, room: Room) -> bytes:
    """Return the body of a request, of `bound` bytes at most.

    Raises Answered with 413 where it has more, 408 where it does not arrive, 429 where too many arrive at
    once, and 400 where it ends before its time.
    """
    promised = scope.headers.get("content-length") or ""
    length = int(promised) if promised.isascii() and promised.isdecimal() else None
    if length is not None and length > bound + _PASSED_OVER:
        raise _too_long(bound)
    body, broke_off = await _gather(incoming, bound, room, _address(scope.client))
    if length is not None and len(body) != length:
        raise refusal(400, f"The body has {len(body)} bytes, not the {length} it was to have.", _CLOSE)
    if length is None and broke_off and not scope.headers.get("trailer"):
        raise refusal(400, "The body breaks off.", _CLOSE)
    return body


_CLOSE = ("connection", "close")


def _too_long(bound: int) -> Exception:
    return refusal(413, f"A request may have {bound // 1024} KB, unpacked.", _CLOSE)


async def pass_over(incoming: Incoming) -> None:
    """Read a body that nobody has a use for, as long as it comes, and keep nothing of it."""
    try:
        await _gather(incoming, 0, STRANGERS, "")
    except Answered:
        return


async def _gather(incoming: Incoming, bound: int, room: Room, address: str) -> tuple[bytes, bool]:
    """Return a body, and whether there is a sign that it is not whole.

    One that comes in chunks ends with an empty piece. Where it breaks off the server gives an empty one, too,
    and another as its end; the same if trailers follow.
    """
    chunks: list[bytes] = []
    size = held = ends = 0
    now = asyncio.get_running_loop().time
    began_at = now()
    try:
        async with asyncio.timeout(_PAUSE) as limit:
            async for chunk in incoming:
                size += len(chunk)
                ends += not chunk
                if size > bound + _PASSED_OVER:
                    break
                if size <= bound:
                    held += len(chunk)
                    chunks.append(chunk)
                    room.take(address, len(chunk))
                slowest = began_at + min(_SECONDS, _HASTE + size / _PACE)
                limit.reschedule(min(now() + _PAUSE, slowest))
    except TimeoutError:
        raise refusal(408, "The body did not arrive in time.", _CLOSE) from None
    finally:
        room.give_back(address, held)
    if size > bound:
        raise _too_long(bound)
    return b"".join(chunks), ends > 1


def _address(client: str) -> str:
    """Return where a request comes from, without its port; what one may have many of stands for all."""
    host = client.rpartition(":")[0].strip("[]")
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if found.version == 4 else found.packed[:8].hex()


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
