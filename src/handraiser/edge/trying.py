"""What comes back when somebody is sent a test message now?"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from handraiser.connectors.answers import Outcome
from handraiser.connectors.sending import Outside, Sender
from handraiser.flows.delivering import target_of
from handraiser.handoff.messages import body
from handraiser.store.models import Destination

__all__ = ["Tried", "tried"]


class Tried(NamedTuple):
    """Whether a test message was taken, and what came back in words."""

    delivered: bool
    says: str


def tried(there: Destination, outside: Outside, *, mailbox: str | None, now: int) -> Tried:
    """Return what came of a message that tells of nobody; a key of its own tells it from all others."""
    said = {"text": f"handraiser can reach {there.name}. This is a test, and nobody is an MQL because of it."}
    payload = body("handraiser.test", now, said)
    if there.kind == Destination.Kind.EMAIL:
        payload["to"] = [mailbox or there.address]
    with Sender(target_of(there, now), outside) as sender:
        answer = sender.send(f"msg_{secrets.token_hex(16)}", payload)
    return Tried(answer.outcome is Outcome.DELIVERED, answer.says)
