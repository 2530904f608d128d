"""Keeping what came in: all of a request, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from django.db import transaction

from handraiser.capture.protocol import Message, Refused
from handraiser.store.appending import append_events
from handraiser.store.models import Arrival, Reject

__all__ = ["IMPORT", "Delivery", "Kept", "keep"]

IMPORT = "import"  # the kind of a delivery that brings history
_by_time = attrgetter("occurred_at")


class Delivery(NamedTuple):
    """What one request brought: a call of a kind, an import, or a batch (None)."""

    items: Sequence[Message | Refused]
    kind: str | None
    received_at: int


class Kept(NamedTuple):
    """How many messages of a delivery were new, and which had been kept before, by their places in it."""

    new: int
    repeated: frozenset[int]


def keep(deliveries: Sequence[Delivery]) -> list[Kept]:
    """Write down what requests brought, in one transaction; what has been kept before stays as it was.

    When this returns, all of it outlives a crash. Of a message that came twice the first is new.
    """
    messages: dict[str, Message] = {}
    refused: list[Reject] = []
    for each in deliveries:
        for item in _in_order(each):
            if isinstance(item, Message):
                messages.setdefault(item.message_id, item)
            else:
                refused.append(_reject(item, each))
    with transaction.atomic():
        if messages and (new := append_events(list(messages.values()))):
            Arrival.objects.create(seqs=sorted(new.values()), received_at=deliveries[0].received_at)
        else:
            new = {}
        if refused:
            Reject.objects.bulk_create(refused)
    return [_kept(each, messages, new) for each in deliveries]


def _in_order(delivery: Delivery) -> Sequence[Message | Refused]:
    """Return what a delivery brought; history as it took place, whatever order it is told in."""
    if delivery.kind != IMPORT:
        return delivery.items
    messages = sorted((item for item in delivery.items if isinstance(item, Message)), key=_by_time)
    return [*messages, *(item for item in delivery.items if isinstance(item, Refused))]


def _reject(item: Refused, delivery: Delivery) -> Reject:
    return Reject(reason=item.reason, body=item.body, kind=delivery.kind, received_at=delivery.received_at)


def _kept(delivery: Delivery, messages: dict[str, Message], new: dict[str, int]) -> Kept:
    read = [(place, item) for place, item in enumerate(delivery.items) if isinstance(item, Message)]
    repeated = frozenset(
        place for place, item in read if item.message_id not in new or messages[item.message_id] is not item
    )
    return Kept(len(read) - len(repeated), repeated)
