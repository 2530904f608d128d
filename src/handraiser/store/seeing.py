"""Which leads may a user look at?

Somebody of sales sees those with a hand-off that is their own, their teams' or nobody's; all others see all.
"""

from __future__ import annotations

from django.db.models import Q

from handraiser.store.models import Handoff, Team, User

__all__ = ["handoffs_seen", "sees_lead", "teams_seen"]


def teams_seen(user: User) -> list[int]:
    """Return the numbers of the teams that somebody is in or manages."""
    found = Team.objects.filter(members__user=user, members__active=True) | Team.objects.filter(manager=user)
    return sorted({team.pk for team in found.distinct()})


def handoffs_seen(user: User) -> Q:
    """Return the condition that a hand-off is among what a user may look at."""
    if user.role != User.Role.SALES:
        return Q()
    return Q(owner=None) | Q(owner=user) | Q(team__in=teams_seen(user))


def sees_lead(user: User, root: int) -> bool:
    """Return whether a user may look at a lead, by the number of who stands for it."""
    if user.role != User.Role.SALES:
        return True
    handed = Handoff.objects.filter(episode__lead__root=root, episode__shadow=False)
    return handed.filter(handoffs_seen(user)).exists()
