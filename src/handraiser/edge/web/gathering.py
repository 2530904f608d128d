"""How are many requests made durable at the price of one?

A commit waits for the disk whatever it holds. So one thread of a process writes for all: while it waits for
one commit the next requests gather, and go into the next one together. Nobody is answered before the commit
that holds what they sent.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from django.db import DataError, Error, IntegrityError, connection

from handraiser.flows.intake import Delivery, Kept
from handraiser.flows.intake import keep as keep_all

__all__ = ["TooMuch", "keep"]

_log = logging.getLogger(__name__)
_AT_ONCE = 5_000  # items to a transaction
# What may wait: more would be answered later than clients wait, or fill the memory.
_ITEMS = 20_000
_BYTES = 64 * 1024 * 1024


class TooMuch(Exception):  # noqa: N818  not an error of anybody's
    """More is waiting to be stored than can be stored soon."""


class _Waiting(NamedTuple):
    delivery: Delivery
    size: int
    promise: asyncio.Future[Kept]


class _Writer:
    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._items = self._bytes = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, delivery: Delivery) -> asyncio.Future[Kept]:
        size = sum(len(item.body) for item in delivery.items)
        promise: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        with self._changed:
            if self._items >= _ITEMS or self._bytes >= _BYTES:
                raise TooMuch
            self._waiting.append(_Waiting(delivery, size, promise))
            self._items += len(delivery.items)
            self._bytes += size
            # Begun by the first request: a thread does not survive the fork of a server.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
                self._thread.start()
            self._changed.notify()
        return promise

    def _write(self) -> None:
        while True:
            taken = self._take()
            results = _kept([each.delivery for each in taken])
            taken[0].promise.get_loop().call_soon_threadsafe(_tell, taken, results)

    def _take(self) -> list[_Waiting]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            taken: list[_Waiting] = []
            items = 0
            while self._waiting and (not taken or items + len(self._waiting[0].delivery.items) <= _AT_ONCE):
                taken.append(self._waiting.popleft())
                items += len(taken[-1].delivery.items)
                self._bytes -= taken[-1].size
            self._items -= items
            return taken


def _kept(deliveries: Sequence[Delivery]) -> Sequence[Kept | Exception]:
    """Return what became of each; what is wrong with one does not touch the others."""
    try:
        return _written(deliveries)
    except (DataError, IntegrityError) as error:
        if len(deliveries) > 1:
            return [_kept([each])[0] for each in deliveries]
        _log.exception("the database refuses what should fit")
        return [error]
    except Exception as error:  # noqa: BLE001  told to each who waits, or they would wait forever
        return [error] * len(deliveries)


def _written(deliveries: Sequence[Delivery]) -> Sequence[Kept]:
    used = connection.connection
    try:
        return keep_all(deliveries)
    except Error:
        # Django may have made another connection meanwhile, to end the transaction in.
        lost = used is not None and (connection.connection is not used or not connection.is_usable())
        connection.close()
        if not lost:
            raise
    # The server has been started again since, or has tired of us. If it had stored all of it before that,
    # nothing is stored twice: messages have their ids.
    return keep_all(deliveries)


def _tell(taken: Sequence[_Waiting], results: Sequence[Kept | Exception]) -> None:
    for each, result in zip(taken, results, strict=True):
        if each.promise.done():
            continue  # nobody waits any more
        if isinstance(result, Exception):
            each.promise.set_exception(result)
        else:
            each.promise.set_result(result)


_writer = _Writer()


async def keep(delivery: Delivery) -> Kept:
    """Return once what a request brought is durable.

    Raises TooMuch where too much is waiting, and what the database raised where it could not be stored.
    """
    return await _writer.put(delivery)
