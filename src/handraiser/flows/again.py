"""How is somebody told again what they did not take in all the time there was for it?"""

from __future__ import annotations

import re

from django.db import transaction

from handraiser.flows.destinations import destination_named
from handraiser.flows.refusals import FlowCode, refused
from handraiser.store.models import Audit, Outgoing

__all__ = ["replay", "replay_all"]

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)  # no database has more


def replay(said: str, *, who: str, now: int) -> Outgoing:
    """Return a message that was given up, and is sent anew, under the same key. Raises Mistakes.

    said  its number; what came after it may have been delivered meanwhile
    """
    fix = "`handraiser outbox list --state dead` shows what was given up."
    if not _NUMBER.fullmatch(said):
        raise refused(FlowCode.NO_SUCH_MESSAGE, "ID", f"`{said}` is not the number of a message.", fix)
    number = int(said)
    with transaction.atomic():
        found: Outgoing | None = Outgoing.objects.filter(pk=number).first()
        if found is None:
            raise refused(FlowCode.NO_SUCH_MESSAGE, "ID", f"There is no message {number}.", fix)
        if found.delivered or found.done_at is None:
            what = "has been delivered" if found.delivered else "is still to be sent"
            raise refused(FlowCode.NOTHING_TO_REPLAY, "ID", f"Message {number} {what}.", fix)
        _anew([number], now)
        subject, details = f"message {number}", {"key": found.key}
        Audit.objects.create(at=now, who=who, did="sent a message anew", subject=subject, details=details)
        found.refresh_from_db()
    return found


def replay_all(name: str, *, since: int, who: str, now: int) -> int:
    """Have everything sent anew that a destination was to be told since an instant and that was given up.

    Returns how much that is. Raises Mistakes where there is no such destination.
    """
    with transaction.atomic():
        there = destination_named(name)
        dead = Outgoing.objects.filter(
            destination=there, created_at__gte=since, delivered=False, done_at__isnull=False
        )
        numbers = list(dead.values_list("pk", flat=True))
        _anew(numbers, now)
        if numbers:
            details = {"since": since, "messages": len(numbers)}
            subject = f"destination {name}"
            Audit.objects.create(at=now, who=who, did="sent messages anew", subject=subject, details=details)
    return len(numbers)


def _anew(numbers: list[int], now: int) -> None:
    for place in range(0, len(numbers), 1_000):
        Outgoing.objects.filter(pk__in=numbers[place : place + 1_000], delivered=False).exclude(
            done_at=None
        ).update(done_at=None, due_at=now, attempts=0, claimed_until=0, claimed_by="")
