"""How is something posted to a URL? Once, without redirects, proxies or cookies, and within half a minute."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import TracebackType

import certifi
import httpcore

from handraiser.connectors.addresses import Allowed, BarredError, Resolve, resolve, url_of
from handraiser.connectors.answers import Answer, answer_of, failed
from handraiser.connectors.network import Guarded, TooLongError

__all__ = ["Poster"]

_SECONDS = 20.0  # for all of it: name, connection, request and answer
_READ = 4_096  # bytes of an answer


class Poster:
    """Posts one thing after the other; connections are kept within and closed at the end.

    allowed  what may be connected to of what is inside
    clock    the present, in seconds since 1970: for what is asked for as a date
    """

    def __init__(
        self,
        allowed: Allowed,
        clock: Callable[[], int],
        *,
        seconds: float = _SECONDS,
        resolve: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._network = Guarded(allowed, resolve)
        self._clock = clock
        self._seconds = seconds
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust or _trust(), max_connections=1, network_backend=self._network
        )

    def __enter__(self) -> Poster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return what came of posting; whatever the world does is an answer, nothing is raised."""
        try:
            return self._post(url, headers, body)
        except BarredError as error:
            return failed(f"{error}")
        except (TooLongError, httpcore.TimeoutException):
            return failed(f"it did not answer within {self._seconds:g} seconds")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            return failed(f"it could not be reached: {error}")

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        to = url_of(url)
        told = {
            "host": _host(to.host, to.port, to.scheme), "content-type": "application/json",
            "content-length": str(len(body)), "user-agent": "handraiser", "accept": "*/*",
        } | dict(headers)  # fmt: skip
        self._network.begin(self._seconds)
        with self._pool.stream(
            "POST",
            httpcore.URL(scheme=to.scheme, host=to.host, port=to.port, target=to.target),
            headers=[(name.encode(), value.encode()) for name, value in told.items()],
            content=body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)},
        ) as response:
            said = {name.lower(): value for name, value in response.headers}
            return answer_of(
                response.status,
                body=to.hidden_in(_beginning(response).decode(errors="replace")),
                location=to.hidden_in(said.get(b"location", b"").decode(errors="replace")),
                retry_after=said.get(b"retry-after", b"").decode(errors="replace"),
                at=self._clock(),
            )


def _beginning(response: httpcore.Response) -> bytes:
    """Return the first bytes of an answer; what comes behind them is left there, with the connection."""
    found = b""
    for part in response.iter_stream():
        found += part[: _READ - len(found)]
        if len(found) >= _READ:
            break
    return found


def _host(host: str, port: int, scheme: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == {"http": 80, "https": 443}[scheme] else f"{name}:{port}"


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Return whom to trust: whom this machine trusts, and whom browsers do."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
