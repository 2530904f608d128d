"""Which leads may a user look at?

Somebody of sales sees those with a hand-off that is their own, their teams' or nobody's; all others see all.
"""

from __future__ import annotations

from django.db.models import Q

from handraiser.store.models import Handoff, Team, User

__all__ = ["handoffs_seen", "sees_handoff", "sees_lead", "teams_seen"]


def teams_seen(user: User) -> dict[int, str]:
    """Return the teams that somebody is in or manages, their names by their numbers."""
    found = Team.objects.filter(members__user=user) | Team.objects.filter(manager=user)
    return {team.pk: team.name for team in found.distinct().order_by("name")}


def handoffs_seen(user: User) -> Q:
    """Return the condition that a hand-off is among what a user may look at."""
    if user.role != User.Role.SALES:
        return Q()
    return Q(owner=None) | Q(owner=user) | Q(team__in=list(teams_seen(user)))


def sees_handoff(user: User, handoff: Handoff) -> bool:
    """Return whether a hand-off is among what a user may look at."""
    if user.role != User.Role.SALES or handoff.owner_id in (None, user.pk):
        return True
    return handoff.team_id in teams_seen(user)


def sees_lead(user: User, root: int) -> bool:
    """Return whether a user may look at a lead, by the number of who stands for it."""
    if user.role != User.Role.SALES:
        return True
    handed = Handoff.objects.filter(episode__lead__root=root, episode__shadow=False)
    return handed.filter(handoffs_seen(user)).exists()
