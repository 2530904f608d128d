"""What becomes of what was refused, once the reason is gone?

A reader that knows more, or an item that somebody has put right: it is read again, as if it had come when it
came. What is a message now is kept with the others, and only once; what is still none stays, with the reason
that it has now.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction

from handraiser.capture.protocol import KINDS, Message, Refused, read_item
from handraiser.flows.intake import IMPORT, Delivery, keep
from handraiser.store.models import Reject

__all__ = ["Replayed", "replay"]

_AT_ONCE = 500


class Replayed(NamedTuple):
    """How many items that had been refused are messages now, and how many are still none."""

    kept: int
    refused: int


def replay(*, now: int) -> Replayed:
    """Read all again that was refused and has not been replayed; keep what is a message now, `now` being
    microseconds since 1970.

    Each item is kept and marked in one transaction: two that replay at once keep nothing twice.
    """
    kept = refused = 0
    last = 0
    while rejects := list(Reject.objects.filter(replayed_at=None, id__gt=last).order_by("id")[:_AT_ONCE]):
        last = rejects[-1].pk
        with transaction.atomic():
            read = [(each, _read(each)) for each in rejects]
            messages = [(each, item) for each, item in read if isinstance(item, Message)]
            results = keep([Delivery([item], each.kind, each.received_at) for each, item in messages])
            # One that is kept already was refused for what it says, not for how: that has not changed.
            taken = [each for each, result in zip(messages, results, strict=True) if result.new]
            Reject.objects.filter(id__in=[each.pk for each, _ in taken]).update(replayed_at=now)
            _give_reasons(read)
        kept += len(taken)
        refused += len(read) - len(taken)
    return Replayed(kept, refused)


def _read(reject: Reject) -> Message | Refused:
    kind = next((each for each in KINDS if each == reject.kind), None)
    body = bytes(reject.body)
    return read_item(body, kind=kind, received_at=reject.received_at, imported=reject.kind == IMPORT)


def _give_reasons(read: Iterable[tuple[Reject, Message | Refused]]) -> None:
    changed = []
    for each, item in read:
        if isinstance(item, Refused) and item.reason != each.reason:
            each.reason = item.reason
            changed.append(each)
    Reject.objects.bulk_update(changed, ["reason"])
