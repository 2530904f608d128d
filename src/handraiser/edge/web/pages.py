"""How does Django answer, if its threads are not to wait for what is still on its way?"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from handraiser.edge.web.admitting import CALLER
from handraiser.edge.web.answering import Answer, refusal
from handraiser.edge.web.keys import Caller
from handraiser.edge.web.receiving import KNOWN, STRANGERS, Incoming, Scope, pass_over, receive

__all__ = ["answer"]

_BODY = 10 * 1024 * 1024
_FORM = 1024 * 1024  # what people send by a page
# Where they come from.
_FORMS = (
    "/account/", "/agreements/", "/conditions", "/episodes/", "/join/", "/leads/", "/people/",
    "/proposals/", "/team", "/welcome/",
)  # fmt: skip
_THREADS = 8
_EXPLAINING = 2  # threads for what takes long; it keeps nothing else waiting
_LONG = (  # which that is
    "/explanation", "/proof", "/course", "/tried", "/everything", "/there", "/words", "/examples/shared",
    "/what-if/story", "/health/found",
)  # fmt: skip
_SUPPOSING = 12  # threads that only wait for the process of `edge.whatif`
_ELSEWHERE = ("/what-if/answer", "/what-if/people", "/yields")
_WAITING = 256  # requests; more would be answered later than people wait

_django = get_wsgi_application()
_threads = ThreadPoolExecutor(_THREADS, "pages")
_explaining = ThreadPoolExecutor(_EXPLAINING, "explanations")
_supposing = ThreadPoolExecutor(_SUPPOSING, "what-if")
_waiting = 0


async def answer(scope: Scope, incoming: Incoming, caller: Caller | None) -> Answer:
    """Return what Django answers; `caller` is who asks, where that is known.

    Raises Answered with 503 where too many wait for it already.
    """
    global _waiting
    body = b""
    if caller is not None:
        body = await receive(scope, incoming, bound=_BODY, room=KNOWN)
    elif scope.method == "POST" and scope.path.startswith(_FORMS):
        body = await receive(scope, incoming, bound=_FORM, room=STRANGERS)
    else:
        await pass_over(incoming)  # nothing that is open to everybody has a use for it
    if _waiting >= _WAITING:
        raise refusal(503, "Too many are asking at the moment.", ("retry-after", "2"))
    _waiting += 1
    try:
        environ = _environ(scope, body) | {CALLER: caller}
        threads = _by(environ["PATH_INFO"])
        return await asyncio.get_running_loop().run_in_executor(threads, _ask, environ)
    finally:
        _waiting -= 1


def _by(path: str) -> ThreadPoolExecutor:
    """Return the threads by which a path is answered."""
    if path.endswith(_ELSEWHERE):
        return _supposing
    return _explaining if path.endswith(_LONG) else _threads


def _ask(environ: dict[str, Any]) -> Answer:
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start(
        status: str, headers: list[tuple[str, str]], exc_info: object = None, /
    ) -> Callable[[bytes], object]:
        begun.append((status, headers))
        return bytes  # PEP 3333 wants something to write with; Django never does

    parts = _django(environ, start)
    try:
        body = b"".join(parts)
    finally:
        parts.close()  # gives connections to the database back
    status, headers = begun[-1]
    # Django has a blank before each cookie.
    lower = tuple(
        (name.lower(), value.strip()) for name, value in headers if name.lower() != "content-length"
    )
    return Answer(int(status.partition(" ")[0]), body, lower)


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """Return a request as WSGI has it: PEP 3333."""
    host, _, port = scope.server.rpartition(":")
    named = {
        "HTTP_" + name.upper().replace("-", "_"): value
        for name, value in scope.headers.items()
        if "_" not in name  # it could pass for another header
    }
    return named | {
        # Who wants the head alone gets that of the whole answer; the body is left out at the end.
        "REQUEST_METHOD": "GET" if scope.method == "HEAD" else scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "CONTENT_TYPE": named.pop("HTTP_CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": _place(scope),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _place(scope: Scope) -> str:
    """Return from where somebody asks: as the proxy says, where there is one that is believed."""
    passed_on = scope.headers.get("x-forwarded-for") or "" if settings.SECURE_PROXY_SSL_HEADER else ""
    return passed_on.rpartition(",")[2].strip() or scope.client.rpartition(":")[0]
