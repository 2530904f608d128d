"""How many MQLs a week can sales take of an agreement?"""

from __future__ import annotations

import msgspec

from handraiser.agreement.model import Agreement
from handraiser.store.models import Member

__all__ = ["Capacity", "capacity"]

_TEAM = "team "


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """What the members of the teams that the agreement hands off to take together.

    per_week   None where somebody takes as many as there are, or where there is nobody
    members    how many there are
    unbounded  how many of them take as many as there are
    """

    per_week: float | None
    members: int
    unbounded: int


def capacity(agreement: Agreement) -> Capacity:
    """Return what sales takes a week: by the most that each member takes in 30 days, or in one."""
    teams = {route.to.removeprefix(_TEAM) for route in agreement.handoff.route if route.to.startswith(_TEAM)}
    found = Member.objects.filter(team__name__in=teams, active=True).select_related("user")
    most: dict[int, float | None] = {}
    for member in found:
        limits = [
            7 * limit / days
            for limit, days in ((member.per_30_days, 30), (member.per_day, 1))
            if limit is not None
        ]
        # In several teams somebody takes of each as much.
        before = most.get(member.user_id, 0.0)
        most[member.user_id] = None if before is None or not limits else before + min(limits)
    bounded = [each for each in most.values() if each is not None]
    unbounded = len(most) - len(bounded)
    return Capacity(
        per_week=sum(bounded) if bounded and not unbounded else None, members=len(most), unbounded=unbounded
    )
