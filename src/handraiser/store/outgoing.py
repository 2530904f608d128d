"""What was told to whom, what waits, and what was given up?"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from handraiser.store.models import Destination, Outgoing

__all__ = ["STATES", "destinations", "messages", "state_of"]

STATES = ("waiting", "dead", "delivered")
_STATES = {
    "waiting": Q(done_at=None),
    "dead": Q(done_at__isnull=False, delivered=False),
    "delivered": Q(done_at__isnull=False, delivered=True),
}


def state_of(message: Outgoing) -> str:
    """Return how a message stands: waiting, dead or delivered."""
    if message.done_at is None:
        return "waiting"
    return "delivered" if message.delivered else "dead"


def messages(
    *, after: int, most: int, state: str | None = None, destination: str | None = None, latest: bool = False
) -> list[Outgoing]:
    """Return messages with numbers above one in the order in which they were written, or the latest first."""
    found: QuerySet[Outgoing] = Outgoing.objects.filter(pk__gt=after).select_related("destination")
    if state is not None:
        found = found.filter(_STATES[state])
    if destination is not None:
        found = found.filter(destination__name=destination)
    return list(found.order_by("-pk" if latest else "pk")[:most])


def destinations() -> Iterable[tuple[Destination, int, int]]:
    """Return all destinations, each with how many messages wait for it and how many were given up."""
    counted = (
        Outgoing.objects.filter(_STATES["waiting"] | _STATES["dead"])
        .values("destination")
        .annotate(waiting=Count("pk", filter=_STATES["waiting"]), dead=Count("pk", filter=_STATES["dead"]))
    )
    counts = {row["destination"]: (row["waiting"], row["dead"]) for row in counted}
    return [(each, *counts.get(each.pk, (0, 0))) for each in Destination.objects.order_by("name")]
