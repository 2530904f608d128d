"""Who answers a request?

Tracking is answered right here, in the event loop: hundreds of requests wait for one commit, and not one of
them takes a thread. All else is Django's, in threads, as soon as its body has arrived.

Servers that hand a request to a thread before its body is there (WSGI) are stopped by as many slow clients as
they have threads. That is why this is RSGI.
"""

from __future__ import annotations

import logging
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handraiser.edge.settings")
django.setup()

from handraiser.edge.web import admitting, capture, pages  # noqa: E402  they need Django's settings
from handraiser.edge.web.answering import Answer, Answered, refusal  # noqa: E402  as above
from handraiser.edge.web.parent import end_with_parent  # noqa: E402  as above
from handraiser.edge.web.receiving import Incoming, Scope  # noqa: E402  as above

__all__ = ["application"]

_log = logging.getLogger("handraiser.web")


class _Application:
    async def __rsgi__(self, scope: Scope, incoming: Incoming) -> None:
        try:
            answer = await self._answer(scope, incoming)
        except Answered as answered:
            answer = answered.answer
        except Exception:  # noqa: BLE001  a client is never left without an answer
            _log.exception("%s %s", scope.method, scope.path)
            answer = refusal(500, "Something is wrong here; it has been written to the log.").answer
        body = b"" if scope.method == "HEAD" else answer.body
        incoming.response_bytes(answer.status, list(answer.headers), body)

    async def _answer(self, scope: Scope, incoming: Incoming) -> Answer:
        call = capture.call_at(scope.path)
        if call is not None:
            return await capture.answer(scope, incoming, call)
        return await pages.answer(scope, incoming, await admitting.caller_of(scope))


end_with_parent()
application = _Application()
