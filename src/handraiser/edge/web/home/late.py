"""Of which hand-offs is something late that was promised?"""

from __future__ import annotations

from django.db.models import BigIntegerField, CharField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from handraiser.store.models import Deadline, Handoff

__all__ = ["late_among"]


def late_among(handoffs: QuerySet[Handoff], now: int) -> QuerySet[Handoff]:
    """Return those of some open hand-offs of which something is overdue, or was not done when it was due.

    Who has been given what another was late with is late only when it is late again.
    """
    due = Deadline.objects.filter(episode=OuterRef("pk"), act="due", due_at__lt=now)
    # One question of each hand-off, not three: there may be many thousands.
    due = due.annotate(
        stage=ExpressionWrapper(OuterRef("stage"), CharField()),
        contacted=ExpressionWrapper(OuterRef("contacted_at"), BigIntegerField()),
    )
    late = (
        Q(done_at=None, held=False)
        | Q(fired=True, kind="accept", round=OuterRef("round"), stage="mql")
        | Q(fired=True, kind="contact", contacted__isnull=True, stage__in=("mql", "sal"))
    )
    return handoffs.filter(Exists(due.filter(late)))
