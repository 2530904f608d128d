"""How is somebody told, whatever kind they are?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

import msgspec

from handraiser.connectors.addresses import Allowed
from handraiser.connectors.answers import Answer, failed
from handraiser.connectors.channels import slack, teams
from handraiser.connectors.mailbox import Mailer, Post
from handraiser.connectors.posting import Poster
from handraiser.connectors.signing import signed

__all__ = ["Outside", "Sender", "Target"]


class Target(NamedTuple):
    """Somebody who is told.

    kind     webhook, slack, teams or email
    url      empty where it is mail
    secrets  with which messages are signed now, the newest first
    broken   why nothing can be sent to them, empty where it can
    """

    kind: str
    url: str = ""
    secrets: Sequence[str] = ()
    broken: str = ""


class Outside(NamedTuple):
    """How the outside is reached.

    post   None where no mail server is known
    clock  the present, in seconds since 1970
    """

    allowed: Allowed
    post: Post | None
    clock: Callable[[], int]


class Sender:
    """Tells one somebody one thing after the other, over one connection."""

    def __init__(self, target: Target, outside: Outside) -> None:
        self._target = target
        self._outside = outside
        self._closing = ExitStack()
        self._poster: Poster | None = None
        self._mailer: Mailer | None = None

    def __enter__(self) -> Sender:
        if self._target.kind != "email":
            self._poster = self._closing.enter_context(Poster(self._outside.allowed, self._outside.clock))
        elif self._outside.post is not None:
            self._mailer = self._closing.enter_context(Mailer(self._outside.post))
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def send(self, key: str, payload: Mapping[str, Any]) -> Answer:
        """Return what came of telling it; nothing is raised, whatever the world does."""
        if self._target.broken:
            return failed(self._target.broken)
        if self._poster is None:
            if self._mailer is None:
                return failed("no mail server is known: HANDRAISER_MAIL_URL says which")
            said = {name: value for name, value in payload.items() if name != "to"}
            return self._mailer.mail(key, said, payload.get("to", ()))
        if self._target.kind == "slack":
            return self._poster.post(self._target.url, {}, slack(payload))
        if self._target.kind == "teams":
            return self._poster.post(self._target.url, {}, teams(payload))
        body = msgspec.json.encode(payload)
        headers = signed(key, body, self._target.secrets, at=self._outside.clock())
        return self._poster.post(self._target.url, headers, body)
