"""Who may send, and who may ask?

The keys of all who may are few, so they are known here, all of them, and read again when they are a second
old. A key that is not among them is looked for once more before it is turned away: it may be new. However
many wrong ones come, they wait together for the next reading, and nothing is remembered of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from django.db import Error, connection

from handraiser.store.models import Key

__all__ = ["Caller", "Unknowable", "caller", "may_track"]

_KNOWN_FOR = 1.0  # seconds that a key may still be used when it has been revoked
_APART = 0.05  # seconds between two readings


class Unknowable(Exception):  # noqa: N818  it is not the key that is wrong
    """The keys cannot be read at the moment."""


class Caller(NamedTuple):
    """Who shows a key: the number of it, what it may do, and what it is for."""

    number: int
    scope: str
    name: str

    def __str__(self) -> str:
        """How the audit calls them."""
        return f"key {self.number} {self.name}".strip()


class _Keys:
    def __init__(self, read: Callable[[], Mapping[str, Caller]]) -> None:
        self._read = read
        self._thread = ThreadPoolExecutor(1, "keys")
        self._known: Mapping[str, Caller] = {}
        self._read_at = float("-inf")
        self._running: asyncio.Task[None] | None = None

    async def find(self, digest: str) -> Caller | None:
        asked_at = time.monotonic()
        if asked_at - self._read_at > _KNOWN_FOR:
            await self._read_after(asked_at - _KNOWN_FOR)
        if digest not in self._known and self._read_at < asked_at:
            await self._read_after(asked_at)
        return self._known.get(digest)

    async def _read_after(self, asked_at: float) -> None:
        """Wait for a reading that began later than that: the one that runs may have missed what is new."""
        while self._read_at <= asked_at:
            if self._running is None:
                self._running = asyncio.create_task(self._again())
            await asyncio.shield(self._running)

    async def _again(self) -> None:
        try:
            await asyncio.sleep(self._read_at + _APART - time.monotonic())
            began_at = time.monotonic()
            loop = asyncio.get_running_loop()
            self._known = await loop.run_in_executor(self._thread, self._read)
            self._read_at = began_at
        finally:
            self._running = None


def _read() -> Mapping[str, Caller]:
    valid = Key.objects.filter(revoked_at__isnull=True)
    for last in (False, True):
        try:
            rows = valid.values_list("digest", "pk", "scope", "name")
            return {digest: Caller(number, scope, name) for digest, number, scope, name in rows}
        except Error as error:
            connection.close()  # the server may have been started again since
            if last:
                raise Unknowable from error
    raise AssertionError


_keys = _Keys(_read)


async def caller(key: str) -> Caller | None:
    """Return who shows a key, None where nobody knows it. Raises Unknowable where that cannot be found."""
    return await _keys.find(hashlib.sha256(key.encode()).hexdigest())


async def may_track(key: str) -> bool:
    """Return whether a key is one for tracking. Raises Unknowable where that cannot be found out."""
    found = await caller(key)
    return found is not None and found.scope == Key.Scope.TRACK
