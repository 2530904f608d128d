"""When is the next promise of a hand-off due? What is kept of it follows whatever changes it.

Queues and boards are in the order of `Handoff.due_at`. Whoever changes a deadline of a hand-off, or its
stage, round, first contact or end, has it be written anew here, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction

from handraiser.handoff.clocks import Due
from handraiser.store.bulk import among, statement
from handraiser.store.due import RECKONED, due_differing
from handraiser.store.models import Handoff

__all__ = ["first_due", "keep_due", "mend_due"]

_MOST = 1_000  # hand-offs of a transaction


def keep_due(episodes: Collection[int]) -> None:
    """Keep when the next promise of hand-offs is due, as their deadlines have it now.

    Within the caller's transaction, in which they are held, and after all that changes it there.
    """
    if not episodes:
        return
    condition, parameters = among("handoff.episode_id", episodes)
    statement(f"UPDATE store_handoff AS handoff SET due_at = ({RECKONED}) WHERE {condition}", parameters)


def first_due(dues: Iterable[Due]) -> int | None:
    """Return what is kept of a hand-off that has just been made; None where nothing is promised."""
    return min((each.due_at for each in dues if each.act == "due"), default=None)


def mend_due() -> int:
    """Keep anew what differs from what deadlines give; return of how many hand-offs it did."""
    differing = [each.episode for each in due_differing()]
    for first in range(0, len(differing), _MOST):
        some = differing[first : first + _MOST]
        with transaction.atomic():
            list(Handoff.objects.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))
            keep_due(some)
    return len(differing)
