"""What is wrong with the machinery that an administrator has to see to?"""

from __future__ import annotations

from typing import NamedTuple

from handraiser.errors import many
from handraiser.store.models import Destination, Outgoing

__all__ = ["Trouble", "troubles"]

_MOST = 1_000  # are counted; more is more


class Trouble(NamedTuple):
    """Something wrong, and how it is mended."""

    says: str
    fix: str


def troubles() -> list[Trouble]:
    """Return what is wrong: destinations that are told nothing, or do not answer, and messages given up."""
    found = []
    for each in Destination.objects.order_by("name"):
        if each.disabled_at is not None:
            says = f"{each.name} is told nothing any more: {each.disabled_why or 'it was switched off'}."
            found.append(Trouble(says, f"handraiser destination enable {each.name}"))
        elif each.failing_since is not None:
            found.append(
                Trouble(f"{each.name} does not take what it is told.", "handraiser destination list")
            )
    given_up = Outgoing.objects.filter(done_at__isnull=False, delivered=False)[:_MOST].count()
    if given_up:
        more = "" if given_up < _MOST else " or more"
        says = f"{many(given_up, 'message')}{more} could not be delivered."
        found.append(Trouble(says, "handraiser outbox list"))
    return found
