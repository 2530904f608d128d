"""Who else of a lead's company is a lead, and how far are they?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db.models import F, Max

from handraiser.handoff.about import Lead
from handraiser.lifecycle.stages import OUTCOMES, Reached, Stage, stage_of
from handraiser.store.known_as import leads_told
from handraiser.store.models import Handoff, Outcome, Person, User
from handraiser.store.seeing import handoffs_seen

__all__ = ["Colleague", "colleagues_of"]

_MOST = 10


class Colleague(NamedTuple):
    """Somebody else of the company; the score is the one that was shown last."""

    lead: Lead
    stage: Stage
    score: float | None


def colleagues_of(user: User, root: int, *, publications: Collection[int]) -> tuple[list[Colleague], bool]:
    """Return who else works where a lead does, the highest score first, and whether there are more.

    publications  which agreements are live: the highest of their scores counts

    Of those whom a user may not look at nothing is said.
    """
    company = Person.objects.filter(pk=root).values_list("company", flat=True).first()
    if company is None:
        return [], False
    there = Person.objects.filter(company=company, root=F("pk"), lead_since__isnull=False).exclude(pk=root)
    if user.role == User.Role.SALES:
        handed = Handoff.objects.filter(
            handoffs_seen(user), episode__shadow=False, episode__lead__root__company=company
        )
        there = there.filter(pk__in=handed.values("episode__lead__root"))
    scored = there.filter(standings__publication__in=publications).annotate(score=Max("standings__score"))
    rows = list(scored.order_by("-score", "pk").values_list("pk", "score")[: _MOST + 1])
    shown = rows[:_MOST]
    numbers = [number for number, _ in shown]
    who, stages = leads_told(numbers), _stages(numbers)
    return [Colleague(who[number], stages[number], score) for number, score in shown], len(rows) > _MOST


def _stages(roots: Sequence[int]) -> dict[int, Stage]:
    """Return how far leads are over all their episodes."""
    reached: dict[int, list[Reached]] = defaultdict(list)
    handed = Handoff.objects.filter(episode__lead__root__in=roots, episode__shadow=False)
    for root, stage, ended_at in handed.values_list("episode__lead__root", "stage", "ended_at"):
        reached[root].append(Reached(Stage(stage), ended_at))
    said = Outcome.objects.filter(person__root__in=roots, episode=None, undone_at=None).order_by("at", "id")
    for root, stage, at in said.values_list("person__root", "stage", "at"):
        if stage in OUTCOMES:
            reached[root].append(Reached(OUTCOMES[stage], at))
    return {root: stage_of(reached[root], known=True) for root in roots}
