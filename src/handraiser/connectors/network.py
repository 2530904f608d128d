"""How is a server connected to: by the address that was looked at and no other, for so long and no longer?"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

import httpcore

from handraiser.connectors.addresses import Allowed, BarredError, Resolve

__all__ = ["Guarded", "TooLongError"]


class TooLongError(Exception):
    """All of it took longer than it may, though something came now and then."""


class Guarded(httpcore.NetworkBackend):
    """Connects to what is allowed, within what is left of the time; `begin` says how much that is."""

    def __init__(
        self, allowed: Allowed, resolve: Resolve, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._clock = clock
        self._plain = httpcore.SyncBackend()
        self._end = 0.0

    def begin(self, seconds: float) -> None:
        """Have everything from now on take so long together and no longer."""
        self._end = self._clock() + seconds

    def left(self, timeout: float | None) -> float:
        """Return how long may be waited now. Raises TooLongError."""
        left = self._end - self._clock()
        if left <= 0:
            raise TooLongError
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection to the first address of a host that is allowed and answers.

        A name is resolved once: what was looked at is what is connected to. Raises BarredError, TooLongError.
        """
        addresses, barred = [], None
        for address in self._looked_up(host, port):
            try:
                self._allowed.look_at(address)
            except BarredError as error:
                barred = error
            else:
                addresses.append(address)
        if not addresses:
            raise barred or BarredError(f"{host} has no address")
        for place, address in enumerate(addresses):
            try:
                stream = self._plain.connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place == len(addresses) - 1:
                    raise
            else:
                return _Timed(stream, self)
        raise AssertionError("the last one has been tried")

    def _looked_up(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host. Raises TooLongError where nobody says them in time, and OSError."""
        found: Future[Sequence[str]] = Future()

        def look() -> None:
            try:
                found.set_result(self._resolve(host, port))
            except Exception as error:  # noqa: BLE001  raised where it is waited for
                found.set_exception(error)

        # The system's own patience has no bound that we could set. What it says too late nobody hears.
        threading.Thread(target=look, name=f"look up {host}", daemon=True).start()
        try:
            return found.result(self.left(None))
        except FutureTimeoutError:
            if found.done():  # its own
                raise
            raise TooLongError from None


class _Timed(httpcore.NetworkStream):
    """A connection of which every wait ends when the time is over."""

    def __init__(self, stream: httpcore.NetworkStream, guard: Guarded) -> None:
        self._stream = stream
        self._guard = guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._guard.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._guard.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._guard.left(timeout))
        return _Timed(stream, self._guard)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
