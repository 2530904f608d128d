"""Of which hand-offs is something late that was promised?"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from handraiser.store.models import Deadline, Handoff

__all__ = ["late_among"]


def late_among(handoffs: QuerySet[Handoff], now: int) -> QuerySet[Handoff]:
    """Return those of some open hand-offs of which something is overdue, or was not done when it was due.

    Who has been given what another was late with is late only when it is late again.
    """
    due = Deadline.objects.filter(episode=OuterRef("pk"), act="due", due_at__lt=now)
    overdue = Exists(due.filter(done_at=None, held=False))
    not_accepted = Exists(due.filter(kind="accept", fired=True, round=OuterRef("round")))
    not_contacted = Exists(due.filter(kind="contact", fired=True))
    return handoffs.filter(
        overdue
        | Q(stage="mql") & not_accepted
        | Q(stage__in=("mql", "sal"), contacted_at=None) & not_contacted
    )
