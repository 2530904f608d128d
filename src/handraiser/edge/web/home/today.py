"""How does today stand for somebody: what waits, what is late, what came in?"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Q, QuerySet

from handraiser.edge.web.queue.waiting import teams_of
from handraiser.store.models import Alarm, Deadline, Episode, Handoff, User

__all__ = ["Today", "today_of"]

_WEEK = 7 * 86_400_000_000


class Today(NamedTuple):
    """Numbers of episodes.

    waiting      MQLs that nobody has accepted yet
    late         open ones of which something that was promised is overdue
    with_sales   open ones that sales has accepted
    alarms       what a person has to see to
    this_week, last_week  those that began in the last seven days, and in the seven before
    """

    waiting: int
    late: int
    with_sales: int
    alarms: int
    this_week: int
    last_week: int


def today_of(user: User, *, now: int) -> Today:
    """Return how today stands: for somebody of sales with their own and their teams' leads, else with all."""
    ours = _theirs(user, "") if user.role == User.Role.SALES else Q()
    handoffs = Handoff.objects.filter(ours, ended_at=None, handed_at__isnull=False)
    late = Deadline.objects.filter(
        act="due", done_at=None, held=False, due_at__lt=now, episode__handoff__in=handoffs
    )
    broken = Deadline.objects.filter(
        Q(kind="accept", episode__handoff__stage="mql")
        | Q(kind="contact", episode__handoff__contacted_at=None, episode__handoff__stage__in=("mql", "sal")),
        act="due", fired=True, episode__handoff__in=handoffs,
    )  # fmt: skip
    episodes: QuerySet[Episode] = Episode.objects.filter(shadow=False, from_history=False)
    if user.role == User.Role.SALES:
        episodes = episodes.filter(_theirs(user, "handoff__"))
    alarms = Alarm.objects.filter(closed_at=None)
    if user.role == User.Role.SALES:
        alarms = alarms.filter(_theirs(user, "episode__handoff__"))
    return Today(
        waiting=handoffs.filter(stage="mql").count(),
        late=_episodes(late, broken),
        with_sales=handoffs.exclude(stage="mql").count(),
        alarms=alarms.count(),
        this_week=episodes.filter(begun_at__gt=now - _WEEK, begun_at__lte=now).count(),
        last_week=episodes.filter(begun_at__gt=now - 2 * _WEEK, begun_at__lte=now - _WEEK).count(),
    )


def _episodes(*deadlines: QuerySet[Deadline]) -> int:
    """Return of how many episodes these are."""
    return len({episode for rows in deadlines for episode in rows.values_list("episode", flat=True)})


def _theirs(user: User, of: str) -> Q:
    """Return the condition that a hand-off is somebody's own, or their team's."""
    return Q(**{f"{of}owner": user}) | Q(**{f"{of}team__name__in": teams_of(user)})
