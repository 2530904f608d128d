"""How does today stand for somebody: what waits, what is late, what came in?"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from handraiser.edge.web.home.late import late_among
from handraiser.edge.web.home.looking import Looking
from handraiser.edge.web.home.periods import day_began
from handraiser.store.models import Alarm, Episode, Handoff, User
from handraiser.store.seeing import handoffs_seen, teams_seen

__all__ = ["Today", "today_of"]

_WEEK = 7 * 86_400_000_000


class Today(NamedTuple):
    """Numbers of episodes.

    came         MQLs since the day began where the reader is; `asked` of them asked for sales
    waiting      MQLs that nobody has accepted yet
    late         open ones of which something that was promised is overdue
    with_sales   open ones that sales has accepted
    alarms       what a person has to see to: for somebody of sales of nobody's leads, too
    this_week, last_week  those that began in the last seven days, and in the seven before
    """

    came: int
    asked: int
    waiting: int
    late: int
    with_sales: int
    alarms: int
    this_week: int
    last_week: int


def today_of(looks: Looking) -> Today:
    """Return how today stands: for somebody of sales with their own and their teams' leads, else with all."""
    user, now = looks.user, looks.now
    selling = user.role == User.Role.SALES
    episodes: QuerySet[Episode] = Episode.objects.filter(
        shadow=False, from_history=False, agreement__in=looks.names
    )
    handoffs = Handoff.objects.filter(ended_at=None, handed_at__isnull=False)
    alarms = Alarm.objects.filter(closed_at=None)
    if looks.agreement:
        handoffs = handoffs.filter(agreement=looks.agreement)
        alarms = alarms.filter(episode__agreement=looks.agreement)
    if selling:
        handoffs = handoffs.filter(_theirs(user, ""))
        episodes = episodes.filter(_theirs(user, "handoff__"))
        # What is nobody's rings for everybody who may take it.
        alarms = alarms.filter(episode__handoff__in=Handoff.objects.filter(handoffs_seen(user)))
    day = Q(begun_at__gte=day_began(now, looks.zone))
    # Two weeks reach back behind every day's beginning.
    came = episodes.filter(begun_at__gt=now - 2 * _WEEK, begun_at__lte=now).aggregate(
        came=Count("pk", filter=day),
        asked=Count("pk", filter=day & Q(hand_raise=True)),
        this_week=Count("pk", filter=Q(begun_at__gt=now - _WEEK)),
        last_week=Count("pk", filter=Q(begun_at__lte=now - _WEEK)),
    )
    has = handoffs.aggregate(
        waiting=Count("pk", filter=Q(stage="mql")),
        with_sales=Count("pk", filter=~Q(stage="mql")),
    )
    return Today(**came, **has, late=late_among(handoffs, now).count(), alarms=alarms.count())


def _theirs(user: User, of: str) -> Q:
    """Return the condition that a hand-off is somebody's own, or their team's."""
    return Q(**{f"{of}owner": user}) | Q(**{f"{of}team__in": list(teams_seen(user))})
