"""What does the API answer of messages that leave, and of who gets them?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

__all__ = ["Destination", "Destinations", "Outgoing", "OutgoingPage", "Replayed"]


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told; of URLs `address` is hardly more than the host, as whoever knows them may be let in."""

    name: str
    kind: str
    address: str
    kinds: list[str]
    agreement: str | None
    created_at: datetime
    failing_since: datetime | None
    rests_until: datetime | None
    disabled_at: datetime | None
    disabled_why: str | None
    waiting: int
    dead: int


class Destinations(msgspec.Struct, frozen=True, kw_only=True):
    """All who are told, by name."""

    destinations: list[Destination]


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A message to somebody: `key` is its `webhook-id`, `error` what its last attempt came to."""

    id: int
    key: str
    destination: str
    kind: str
    lead_id: str
    episode_id: int | None
    state: str
    attempts: int
    error: str | None
    created_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    payload: dict[str, Any]


class OutgoingPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of messages in the order in which they were written; `next` is `after` of the page after it."""

    messages: list[Outgoing]
    next: int
    more: bool


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages are sent anew."""

    success: bool
    messages: int
