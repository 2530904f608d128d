"""What is read of an item, by way of the request it comes in."""

from __future__ import annotations

import json
from typing import Any

from handraiser.capture.activity import Said, read_message
from handraiser.capture.protocol import Message, read_request

__all__ = ["CHROME", "identified", "names", "read", "said", "tracked"]

_NOW = 1_772_000_000_000_000
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)


def said(kind: str, *, batch: dict[str, Any] | None = None, **item: Any) -> Said:
    """Return what an item of a batch says; `batch` is the context of that."""
    body = {"batch": [{"type": kind, **item}], "writeKey": "KEY", **({"context": batch} if batch else {})}
    return read(json.dumps(body).encode())


def read(body: bytes) -> Said:
    """Return what the only item of a batch says."""
    (message,) = read_request(body, kind=None, received_at=_NOW).items
    assert isinstance(message, Message), message.reason
    return read_message(
        message.kind,
        message.body,
        event=message.event,
        user_id=message.user_id,
        anonymous_id=message.anonymous_id,
        group_id=message.group_id,
        previous_id=message.previous_id,
    )


def tracked(event: str = "Plan Chosen", *, user: str = "u1", **properties: Any) -> dict[str, Any]:
    """Return the properties of an event."""
    return said("track", event=event, userId=user, properties=properties).properties


def identified(**traits: Any) -> Said:
    """Return what a call says that has these traits of a user."""
    return said("identify", userId="u1", traits=traits)


def names(found: Said) -> list[str]:
    """Return who is named, such as `user:u1`."""
    return [f"{each.kind}:{each.value}" for each in found.named]
